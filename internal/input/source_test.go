package input_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/table"
)

// longest is the greatest number of bytes that a record may have.
const longest = 1 << 20

// source is a source with the survey of its first reading.
type source struct {
	*input.Source
	survey input.Survey
}

func (s *source) Rows() iter.Seq2[leaver.Row, error] { return s.Source.Rows(s.survey) }
func (s *source) Warnings() []string                 { return s.Source.Warnings(s.survey) }

// openFile opens the file at path.
func openFile(path string, o input.Options) (*source, error) {
	f, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	return openTable(f, o)
}

// openStream opens a stream.
func openStream(name string, r io.Reader, o input.Options) (*source, error) {
	f, err := table.Spool(name, r)
	if err != nil {
		return nil, err
	}
	return openTable(f, o)
}

func openTable(f *table.File, o input.Options) (*source, error) {
	s, err := input.Open(f, o)
	if err != nil {
		return nil, err
	}
	return &source{Source: s}, nil
}

// open writes the text into a file in a new folder, and opens the file.
func open(t testing.TB, name, text string, o input.Options) (*source, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := openFile(name, o)
	if err == nil {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return s, err
}

// read reads a source for the first time and twice more, and checks what is true for
// every input. It returns the rows of a later reading.
func read(t testing.TB, s *source, o input.Options) ([]leaver.Row, error) {
	t.Helper()
	first, firstErr := readOnce(t, s, s.Survey(&s.survey), o)
	first = slices.DeleteFunc(first, func(r leaver.Row) bool { return r.LeftOut }) // only the first reading has them
	rows, err := readOnce(t, s, s.Rows(), o)
	again, errAgain := readOnce(t, s, s.Rows(), o)
	if !reflect.DeepEqual(rows, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		t.Errorf("read again, %v (%v) became %v (%v)", rows, err, again, errAgain)
	}
	// The reasons of the first reading do not have the advice.
	alike := func(a, b leaver.Row) bool {
		if s.survey.Doubts(a.Facts) != b.Doubts && a.Fault == "" {
			t.Errorf("%v: the facts are %v, and the doubts %v", b.Place, s.survey.Doubts(a.Facts), b.Doubts)
		}
		return (b.Fault == "") == (a.Fault == "") && a.Place == b.Place && a.Leaver == b.Leaver
	}
	if !slices.EqualFunc(first, rows, alike) || fmt.Sprint(firstErr) != fmt.Sprint(err) {
		t.Errorf("read for the first time, %v (%v) was %v (%v)", rows, err, first, firstErr)
	}
	return rows, err
}

func readOnce(t testing.TB, s *source, all iter.Seq2[leaver.Row, error], o input.Options) ([]leaver.Row, error) {
	t.Helper()
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	var rows []leaver.Row
	var failed error
	for row, err := range all {
		if failed != nil {
			t.Fatalf("after the error %v comes %v, %v", failed, row, err)
		}
		if err != nil {
			failed = err
			continue
		}
		if row.Source != s.Name {
			t.Errorf("%v: the source is not %q", row.Place, s.Name)
		}
		if n := len(rows); row.Place.Row < 1 || n > 0 && row.Place.Row < rows[n-1].Place.Row {
			t.Errorf("%v: the lines go backwards: %v", row.Place, rows)
		}
		if row.Fault == "" {
			if err := leaver.CheckRef(row.Ref); err != nil {
				t.Errorf("%v: a row that is not faulty has the ref %q: %v", row.Place, row.Ref, err)
			}
		} else if again := leaver.NewRow(row.Place, row.Ref, row.EndDate.Text, zone); again.Fault == "" {
			// A report has these texts; read from there, the row must be faulty as well.
			t.Errorf("%v: the row is faulty (%s), but its texts %q and %q are not", row.Place, row.Fault, row.Ref, row.EndDate.Text)
		}
		rows = append(rows, row)
	}
	return rows, failed
}

// write gives a row the form that tables use: "2 ref endDate", or "2 ! fault", also for
// a row that is excluded.
func write(r leaver.Row) string {
	switch {
	case r.Fault != "":
		return fmt.Sprintf("%d ! %s", r.Place.Row, r.Fault)
	case r.Excluded != "":
		return fmt.Sprintf("%d ! %s", r.Place.Row, r.Excluded)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Place.Row, r.Ref, r.EndDate.Text))
}

// compare compares rows with those of a case, which has a part of each fault.
func compare(t *testing.T, rows []leaver.Row, want []string) {
	t.Helper()
	got := make([]string, len(rows))
	for i, r := range rows {
		got[i] = write(r)
	}
	same := slices.EqualFunc(got, want, func(got, want string) bool {
		line, fault, faulty := strings.Cut(want, " ! ")
		if !faulty {
			return got == want
		}
		return strings.HasPrefix(got, line+" ! ") && strings.Contains(got, fault)
	})
	if !same {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// story is an input, with the rows that are read from it.
type story struct {
	text    string
	options input.Options
	rows    []string
	fails   []string // parts of the error that ends the reading; none: it does not fail
}

func (s story) check(t *testing.T, name string) {
	t.Helper()
	_, rows, err := s.read(t, name)
	compare(t, rows, s.rows)
	checkError(t, err, s.fails)
}

// read opens the input and reads it; the source is nil if that fails.
func (s story) read(t *testing.T, name string) (source *source, rows []leaver.Row, err error) {
	t.Helper()
	source, err = open(t, name, s.text, s.options)
	if err == nil {
		rows, err = read(t, source, s.options)
	}
	return source, rows, err
}

func checkError(t *testing.T, err error, parts []string) {
	t.Helper()
	if (err != nil) != (len(parts) > 0) {
		t.Fatalf("error %v, want %q", err, parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
}

func TestOpenTellsTheFormatByContent(t *testing.T) {
	tests := map[string]struct {
		text   string
		format input.Format // asked for
		want   input.Format
	}{
		"a header is CSV":                        {"ref,endDate\n", "", input.CSV},
		"a header of one column is CSV":          {"ref", "", input.CSV},
		"a header in quotes is CSV":              {"\"ref\"\n", "", input.CSV},
		"an object is JSON lines":                {"{\"ref\": \"a\"}\n", "", input.JSONL},
		"an object after a byte order mark":      {"\xef\xbb\xbf{\"ref\": \"a\"}\n", "", input.JSONL},
		"an object after blank lines":            {"\r\n \n\t{\"ref\": \"a\"}\n", "", input.JSONL},
		"what was asked for wins over a header":  {"{x},ref\n", input.CSV, input.CSV},
		"what was asked for wins over a bracket": {"[x],ref\n", input.CSV, input.CSV},
		"JSON lines that were asked for":         {"{\"ref\": \"a\"}\n", input.JSONL, input.JSONL},
		"JSON lines may be empty":                {"", input.JSONL, input.JSONL},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers", tt.text, input.Options{Format: tt.format})
			if err != nil {
				t.Fatal(err)
			}
			if s.Format != tt.want {
				t.Errorf("got %q, want %q", s.Format, tt.want)
			}
			if s.Name != "leavers" {
				t.Errorf("the name is %q", s.Name)
			}
		})
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	tests := map[string]struct {
		text   string
		format input.Format
		want   string
	}{
		"an empty file":                                  {"", "", "empty"},
		"a byte order mark alone":                        {"\xef\xbb\xbf", "", "empty"},
		"blank lines alone":                              {"\r\n \n\t\n", "", "empty"},
		"an empty file that is to be CSV":                {"", input.CSV, "empty"},
		"blank lines that are to be CSV":                 {"\n\r\n\n", input.CSV, "empty"},
		"binary data":                                    {"r\x00ef,endDate\nab,\n", "", "binary"},
		"binary data that is to be CSV":                  {"\x00\x01\x02", input.CSV, "binary"},
		"binary data that is to be JSON lines":           {"{\"ref\": \"\x00\"}", input.JSONL, "binary"},
		"zeros in the text":                              {"r\x00\x00\x00ef\n", "", "binary"},
		"a damaged archive":                              {"\x1f\x8b\x08rest", "", "gzip"},
		"a ZIP archive, as XLSX is":                      {"PK\x03\x04rest", "", "damaged"},
		"an array that ends early":                       {"[{\"ref\": \"a\"}", "", "the JSON is cut off: it ends at byte 13"},
		"an array with a mistake in it":                  {"[{\"ref\": \"a\"} {}]", "", "not valid JSON from byte 15 on"},
		"an array and something behind it":               {"[{\"ref\": \"a\"}] []", "", "something follows it at byte 16"},
		"CSV that is to be JSON lines":                   {"\nref,endDate\n", input.JSONL, "leavers.csv:2: "},
		"a header with a stray quote":                    {"ref,end\"Date\n", "", "leavers.csv:1: "},
		"a header with an open quote":                    {"\n\nref,\"endDate\na,\nb,\n", "", "leavers.csv:3: "},
		"a header without an end":                        {"ref," + strings.Repeat("x", 2*longest), "", "the header is longer than"},
		"a header with an open quote and without an end": {"ref,\"" + strings.Repeat("x\n", longest), "", "the header is longer than"},
		"lines that end as on old Macs":                  {"ref,endDate\ra,2024-06-30\rb,2024-06-30\r", "", "carriage return"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers.csv", tt.text, input.Options{Format: tt.format})
			if err == nil {
				_, err = read(t, s, input.Options{})
			}
			if err == nil {
				t.Fatalf("it is taken for %s with %q", s.Format, s.Header)
			}
			checkError(t, err, []string{"leavers.csv:", tt.want})
		})
	}
}

func TestAnErrorOfOpenClosesTheFile(t *testing.T) {
	file, err := table.Open(file(t, "leavers.csv", "name\nAda\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := input.Open(file, input.Options{}); err == nil {
		t.Fatal("a file without refs is opened")
	}
	if _, err := file.Head(1); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("the file is open, %v", err)
	}
}

func TestAReaderMayStopAtAnyRow(t *testing.T) {
	for name, text := range map[string]string{
		"leavers.csv":   "ref\na\n\"b\"x\nc\n",
		"leavers.jsonl": "{\"ref\": \"a\"}\n{\nx\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, name, text, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for most := 1; most <= 3; most++ {
				n := 0
				for range s.Rows() {
					if n++; n == most {
						break
					}
				}
				if n != most {
					t.Errorf("%d rows, want %d", n, most)
				}
			}
		})
	}
}

func TestAClosedSourceFails(t *testing.T) {
	for name, text := range map[string]string{"leavers.csv": "ref\na\n", "leavers.jsonl": "{\"ref\": \"a\"}\n", "leavers.xlsx": cells(t, `<row><c t="s"><v>2</v></c></row>`)} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := openFile(name, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			var failed error
			for _, err := range s.Rows() {
				failed = err
			}
			if !errors.Is(failed, fs.ErrClosed) {
				t.Errorf("the error is %v", failed)
			}
		})
	}
}

func TestAnEmptyStreamIsAnError(t *testing.T) {
	_, err := openStream(table.Stdin, strings.NewReader(""), input.Options{})
	checkError(t, err, []string{"stdin: the input is empty"})
}

func TestAStreamIsReadAnyNumberOfTimes(t *testing.T) {
	for name, text := range map[string]string{
		"CSV":        "ref,endDate\na,2024-06-30\nb,\n",
		"JSON lines": "{\"ref\": \"z\"}\n{\"ref\": \"a\", \"endDate\": \"2024-06-30\"}\n{\"ref\": \"b\"}\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := openStream(table.Stdin, iotest.OneByteReader(strings.NewReader(text)), input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for range 3 {
				rows, err := read(t, s, input.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if n := len(rows); s.Name != "stdin" || n < 2 || write(rows[n-2])[2:] != "a 2024-06-30" || write(rows[n-1])[2:] != "b" {
					t.Errorf("%s has %v", s.Name, rows)
				}
			}
		})
	}
}

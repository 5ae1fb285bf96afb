package input_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"offboard/internal/input"
	"offboard/internal/leaver"
)

// longest is the number of bytes that a record has at most.
const longest = 1 << 20

// open writes the text into a file of its own folder and opens that.
func open(t testing.TB, name, text string, o input.Options) (*input.Source, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := input.Open(name, o)
	if err == nil {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return s, err
}

// prepare opens the text as by open, and finds its columns.
func prepare(t testing.TB, name, text string, o input.Options) (*input.Source, error) {
	t.Helper()
	s, err := open(t, name, text, o)
	if err == nil {
		err = s.Prepare()
	}
	return s, err
}

// read reads a source twice, and checks what is true of every input.
func read(t testing.TB, s *input.Source, o input.Options) ([]leaver.Row, error) {
	t.Helper()
	rows, err := readOnce(t, s, o)
	again, errAgain := readOnce(t, s, o)
	if !slices.Equal(rows, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		t.Errorf("read again, %v (%v) became %v (%v)", rows, err, again, errAgain)
	}
	return rows, err
}

func readOnce(t testing.TB, s *input.Source, o input.Options) ([]leaver.Row, error) {
	t.Helper()
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	var rows []leaver.Row
	var failed error
	for row, err := range s.Rows() {
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
			// So does a row go through a report.
			t.Errorf("%v: the row is faulty (%s), but its texts %q and %q are not", row.Place, row.Fault, row.Ref, row.EndDate.Text)
		}
		rows = append(rows, row)
	}
	return rows, failed
}

// write gives a row the form that tables use: "2 ref endDate", or "2 ! fault".
func write(r leaver.Row) string {
	if r.Fault != "" {
		return fmt.Sprintf("%d ! %s", r.Place.Row, r.Fault)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Place.Row, r.Ref, r.EndDate.Text))
}

// compare compares rows with a table's; of a fault the table gives a part.
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

// story is an input, and what is read from it.
type story struct {
	text    string
	options input.Options
	rows    []string
	fails   []string // parts of the error that ends the reading; none: it does not fail
}

func (s story) check(t *testing.T, name string) {
	t.Helper()
	source, err := prepare(t, name, s.text, s.options)
	var rows []leaver.Row
	if err == nil {
		rows, err = read(t, source, s.options)
	}
	compare(t, rows, s.rows)
	checkError(t, err, s.fails)
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
		"a header is CSV":                          {"ref,endDate\n", "", input.CSV},
		"a header of one column is CSV":            {"ref", "", input.CSV},
		"a header in quotes is CSV":                {"\"ref\"\n", "", input.CSV},
		"an object is JSON lines":                  {"{\"ref\": \"a\"}\n", "", input.JSONL},
		"an object after a byte order mark":        {"\xef\xbb\xbf{\"ref\": \"a\"}\n", "", input.JSONL},
		"an object after blank lines":              {"\r\n \n\t{\"ref\": \"a\"}\n", "", input.JSONL},
		"what was asked for wins over a header":    {"{ref},endDate\n", input.CSV, input.CSV},
		"what was asked for wins over a bracket":   {"[ref],endDate\n", input.CSV, input.CSV},
		"JSON lines that were asked for are those": {"{\"ref\": \"a\"}\n", input.JSONL, input.JSONL},
		"JSON lines may be empty":                  {"", input.JSONL, input.JSONL},
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

func TestOpenRefuses(t *testing.T) {
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
		"binary data":                                    {"ref,endDate\na\x00b,\n", "", "binary"},
		"binary data that is to be CSV":                  {"\x00\x01\x02", input.CSV, "binary"},
		"binary data that is to be JSON lines":           {"{\"ref\": \"\x00\"}", input.JSONL, "binary"},
		"zeros in the text":                              {"r\x00\x00\x00ef\n", "", "binary"},
		"a damaged archive":                              {"\x1f\x8b\x08rest", "", "gzip"},
		"a ZIP archive, as XLSX is":                      {"PK\x03\x04rest", "", "damaged"},
		"an array that ends early":                       {"[{\"ref\": \"a\"}", "", "JSON array to its end: byte"},
		"an array with a mistake in it":                  {"[{\"ref\": \"a\"} {}]", "", "JSON array to its end: byte"},
		"an array and something behind it":               {"[{\"ref\": \"a\"}] []", "", "not one JSON array"},
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
				t.Fatalf("it is taken for %s with %q", s.Format, s.Header)
			}
			checkError(t, err, []string{"leavers.csv:", tt.want})
		})
	}
}

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	t.Run("a missing file", func(t *testing.T) {
		_, err := input.Open(filepath.Join(t.TempDir(), "leavers.csv"), input.Options{})
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("got %v", err)
		}
		checkError(t, err, []string{"leavers.csv"})
	})
	t.Run("a folder", func(t *testing.T) {
		t.Chdir(t.TempDir())
		if err := os.Mkdir("leavers", 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := input.Open("leavers", input.Options{})
		checkError(t, err, []string{"leavers", "is a folder"})
	})
}

func TestNameIsThePathCleaned(t *testing.T) {
	if _, err := open(t, "leavers.csv", "ref\n", input.Options{}); err != nil {
		t.Fatal(err)
	}
	s, err := input.Open(".//leavers.csv", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Name != "leavers.csv" {
		t.Errorf("the name is %q", s.Name)
	}
}

func TestWhatIsWrittenAfterOpeningIsNotRead(t *testing.T) {
	s, err := prepare(t, "leavers.csv", "ref\na\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile("leavers.csv", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("b\n"); err != nil {
		t.Fatal(err)
	}
	rows, err := read(t, s, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, rows, []string{"2 a"})
}

func TestInfoTellsWhetherTwoInputsAreOneFile(t *testing.T) {
	s, err := open(t, "leavers.csv", "ref\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := os.Stat("leavers.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(s.Info(), same) {
		t.Error("it is not the file that was opened")
	}
}

func TestAReaderMayStopAtAnyRow(t *testing.T) {
	for name, text := range map[string]string{
		"leavers.csv":   "ref\na\n\"b\"x\nc\n",
		"leavers.jsonl": "{\"ref\": \"a\"}\n{\nx\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := prepare(t, name, text, input.Options{})
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
	for name, text := range map[string]string{"leavers.csv": "ref\na\n", "leavers.jsonl": "{\"ref\": \"a\"}\n"} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := input.Open(name, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Prepare(), s.Close()); err != nil {
				t.Fatal(err)
			}
			for row, err := range s.Rows() {
				if !errors.Is(err, fs.ErrClosed) {
					t.Errorf("got %v, %v", row, err)
				}
			}
		})
	}
}

func TestSpool(t *testing.T) {
	for name, text := range map[string]string{
		"CSV":        "ref,endDate\na,2024-06-30\nb,\n",
		"JSON lines": "{\"ref\": \"z\"}\n{\"ref\": \"a\", \"endDate\": \"2024-06-30\"}\n{\"ref\": \"b\"}\n",
	} {
		t.Run(name+" is read any number of times and leaves no file behind", func(t *testing.T) {
			folder := t.TempDir()
			t.Setenv("TMPDIR", folder)
			s, err := input.Spool(input.Stdin, iotest.OneByteReader(strings.NewReader(text)), input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Prepare(); err != nil {
				t.Fatal(err)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
			if s.Name != "stdin" {
				t.Errorf("the name is %q", s.Name)
			}
			for range 3 {
				rows, err := read(t, s, input.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if n := len(rows); n < 2 || write(rows[n-2])[2:] != "a 2024-06-30" || write(rows[n-1])[2:] != "b" {
					t.Errorf("got %v", rows)
				}
			}
			whole, err := io.ReadAll(s.Reader())
			if err != nil || string(whole) != text {
				t.Errorf("Reader gives %q, %v", whole, err)
			}
		})
	}
	t.Run("a stream that breaks is an error and leaves no file behind", func(t *testing.T) {
		folder := t.TempDir()
		t.Setenv("TMPDIR", folder)
		broken := errors.New("the pipe broke")
		_, err := input.Spool(input.Stdin, io.MultiReader(strings.NewReader("ref\na\n"), iotest.ErrReader(broken)), input.Options{})
		if !errors.Is(err, broken) {
			t.Fatalf("got %v", err)
		}
		checkError(t, err, []string{"stdin"})
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	})
	t.Run("without a temporary folder it is an error", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
		_, err := input.Spool(input.Stdin, strings.NewReader("ref\n"), input.Options{})
		checkError(t, err, []string{"stdin", "temporary"})
	})
	t.Run("an empty stream is an error", func(t *testing.T) {
		t.Setenv("TMPDIR", t.TempDir())
		_, err := input.Spool(input.Stdin, strings.NewReader(""), input.Options{})
		checkError(t, err, []string{"stdin", "empty"})
	})
}

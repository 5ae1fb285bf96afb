package report

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

func encode(t testing.TB, e encoding.Encoding, s string) string {
	t.Helper()
	encoded, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func inUTF16(t testing.TB, s string) string {
	return encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), s)
}

func inWindows1252(t testing.TB, s string) string { return encode(t, charmap.Windows1252, s) }

func compressed(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// recognised reads the lines of a file by Recognise.
func recognised(t testing.TB, text string) (*Reader, []leaver.Result) {
	t.Helper()
	f, err := fileOf(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Recognise(f, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if r == nil {
		t.Fatalf("this is not recognised as a report: %.200q", text)
	}
	return r, collect(t, r.Lines())
}

// someResults have everything in them that has to survive another form.
func someResults() []leaver.Result {
	quoted, failed, pending := suspended(`a "b", c`, 3), suspended("Zoë", 4), suspended("007", 5)
	quoted.Source = "dir;1|y/Müller, in.csv"
	failed.Outcome, failed.HTTPStatus, failed.Attempts, failed.Reason = leaver.Failed, 503, 5, `say "sorry"; later`
	pending.Outcome, pending.HTTPStatus, pending.Attempts, pending.Duration, pending.RequestID, pending.FinishedAt = leaver.Pending, 0, 0, 0, "", now
	pending.EndDate = leaver.EndDate{}
	return []leaver.Result{suspended("e1001", 2), quoted, failed, pending}
}

// separated writes a report in CSV again with another delimiter, which none of its
// unquoted fields has.
func separated(text string, delimiter string) string {
	var b strings.Builder
	quoted := false
	for _, r := range text {
		quoted = quoted != (r == '"')
		if r == ',' && !quoted {
			b.WriteString(delimiter)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestAReportInAForeignFormReadsToTheSameResults(t *testing.T) {
	want := someResults()
	csvText, jsonText := written(t, CSV, want...), written(t, JSONL, want...)
	semicolons, tabs, bars := separated(csvText, ";"), separated(csvText, "\t"), separated(csvText, "|")
	rows := strings.SplitAfter(csvText, "\n")
	for _, test := range []struct {
		name, text string
		foreign    string
	}{
		{"our own form", csvText, ""},
		{"JSON lines", jsonText, ""},
		{"a byte order mark", byteOrderMark + csvText, ""},
		{"CRLF", strings.ReplaceAll(csvText, "\n", "\r\n"), ""},
		{"no line break at the end", strings.TrimSuffix(csvText, "\n"), ""},
		{"blank lines between lines", strings.ReplaceAll(csvText, "\n", "\n\n"), ""},
		{"rows of empty fields", strings.Join(rows[:2], "") + ",,,,,,,,,,,,\n" + strings.Join(rows[2:], ""), ""},
		{"blank lines above JSON lines", "\n \r\n" + jsonText, ""},
		{"a header in other words", strings.Replace(csvText, header, "Ref.,END_DATE,Outcome:,(source),row#,HTTP Status,Attempts,duration-ms,Finished At,REQUEST_ID,Error,Target,Check.\n", 1), ""},
		{"keys in other words", strings.NewReplacer(`"endDate":`, `"end_date":`, `"httpStatus":`, `"HTTP Status":`, `"ref":`, `"Ref.":`).Replace(jsonText), ""},
		{"escaped JSON lines", strings.NewReplacer("ë", `\u00eb`, `"outcome"`, `"\u006futcome"`).Replace(jsonText), ""},

		{"semicolons", semicolons, "its fields are separated by ';'"},
		{"tabs", tabs, `its fields are separated by '\t'`},
		{"bars", bars, "its fields are separated by '|'"},
		{"semicolons, a byte order mark and CRLF", byteOrderMark + strings.ReplaceAll(semicolons, "\n", "\r\n"), "its fields are separated by ';'"},
		{"semicolons and no line break at the end", strings.TrimSuffix(semicolons, "\n"), "its fields are separated by ';'"},
		{"a line that announces semicolons", "sep=;\r\n" + semicolons, "its fields are separated by ';'"},
		{"a line that announces another delimiter", "sep=~\n" + separated(csvText, "~"), "its fields are separated by '~'"},
		{"blank lines above the header", "\n\r\n" + csvText, "lines stand above its header"},
		{"a row of empty fields above the header", ";;;;;;;;;;;;\n" + semicolons, "its fields are separated by ';'"},
		{"UTF-16", inUTF16(t, csvText), "its encoding is utf-16le"},
		{"UTF-16, big endian", encode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), csvText), "its encoding is utf-16be"},
		{"UTF-16 without a byte order mark", encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), csvText), "its encoding is utf-16le"},
		{"UTF-16 with tabs, as spreadsheets save Unicode text", inUTF16(t, strings.ReplaceAll(tabs, "\n", "\r\n")), `its fields are separated by '\t'`},
		{"JSON lines in UTF-16", inUTF16(t, jsonText), "its encoding is utf-16le"},
		{"Windows-1252", inWindows1252(t, csvText), "its encoding is windows-1252"},
		{"Windows-1252 with semicolons", inWindows1252(t, semicolons), "its fields are separated by ';'"},
		{"gzip", compressed(t, csvText), "it is compressed with gzip"},
		{"gzip around JSON lines", compressed(t, jsonText), "it is compressed with gzip"},
		{"gzip around Windows-1252 with semicolons", compressed(t, inWindows1252(t, semicolons)), "its fields are separated by ';'"},
		{"gzip around a torn report", compressed(t, csvText+"b,2024"), "it is compressed with gzip"},
		{"a JSON array", "[\n" + strings.ReplaceAll(strings.TrimSpace(jsonText), "\n", ",\n") + "\n]", "it is a JSON array"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, got := recognised(t, test.text)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
			if r.Foreign() != test.foreign {
				t.Errorf("its form is said to be foreign because %q, want %q", r.Foreign(), test.foreign)
			}
		})
	}
}

func TestColumnsInAnotherOrderReadToTheSameResults(t *testing.T) {
	_, got := recognised(t, "Error;note;row;Source;request id;outcome;finishedAt;endDate;ref;Attempts;DurationMS;check;http_status;target\n"+
		";by hand;2;in.csv;req-1;suspended;2024-07-01T12:00:00.250Z;2024-06-30;e1001;1;84;"+Check(target, "e1001", "2024-06-30")+";200;"+target+"\n")
	want := []leaver.Result{suspended("e1001", 2)}
	want[0].Kept = []string{"by hand"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestWhatIsNotAReportIsNotRecognised(t *testing.T) {
	csvText, jsonText := written(t, CSV, suspended("a", 2)), written(t, JSONL, suspended("a", 2))
	for name, text := range map[string]string{
		"an empty file":                          "",
		"blank lines":                            "\n \n;;;\n",
		"an export":                              "Employee ID,Name,Termination Date,Status\n1,A,2024-06-30,Left\n",
		"an export with a row and a source":      "row,source,employee id,end date,status\n1,hr,e1,2024-06-30,Left\n",
		"an export with names that begin alike":  "ref no,end date of contract,outcome 1,source system,row id\n1,2,3,4,5\n",
		"four other columns of a report":         "ref,endDate,source,row\na,,in.csv,2\n",
		"a report below a title":                 "Leavers of June\n" + csvText,
		"a report in the middle of an export":    "ref,endDate\na,\n" + csvText,
		"columns in one field":                   `"` + strings.TrimSpace(header) + "\"\n",
		"the beginning of a header":              "ref,endDate,outc",
		"JSON lines of an export":                `{"ref":"a","endDate":null}` + "\n",
		"JSON lines with the names as values":    `{"keys":["ref","endDate","outcome","source","row"]}` + "\n",
		"JSON lines with the names further down": `{"line":` + strings.TrimSpace(jsonText) + "}\n",
		"an array of an export":                  `[{"ref":"a"},` + strings.TrimSpace(jsonText) + "]",
		"an empty array":                         "[]",
		"an array of something else":             "[1,2]",
		"a workbook":                             "PK\x03\x04" + csvText,
		"binary data":                            "\x00\x01\x02\x03" + csvText,
		"a quote that is never closed":           `"` + csvText,
		"line breaks of old Macs":                strings.ReplaceAll(csvText, "\n", "\r"),
		"another delimiter than announced":       "sep=;\n" + csvText,
	} {
		t.Run(name, func(t *testing.T) {
			f, err := fileOf(text)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := Recognise(f, time.UTC); r != nil || err != nil {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

// countingReaderAt counts the bytes that are read.
type countingReaderAt struct {
	r io.ReaderAt
	n int
}

func (c *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += n
	return n, err
}

func TestOnlyTheFirstBytesAreReadOfWhatIsNotAReport(t *testing.T) {
	export := "Employee ID,Name\n" + strings.Repeat("e1001,Zoë\n", 1<<20)
	for name, text := range map[string]string{"plain": export, "compressed": compressed(t, export)} {
		counting := &countingReaderAt{r: strings.NewReader(text)}
		f, err := table.FileOf("a.csv", counting, int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Recognise(f, time.UTC); r != nil || err != nil {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
		if counting.n > 128<<10 {
			t.Errorf("%s: %d bytes were read", name, counting.n)
		}
	}
}

func TestAReportThatCannotBeUsedIsAnErrorAndNotAnotherInput(t *testing.T) {
	csvText, jsonText := written(t, CSV, suspended("a", 2)), written(t, JSONL, suspended("a", 2))
	foreign := strings.ReplaceAll(written(t, CSV, suspended("a", 2), suspended("b", 3)), ",", ";")
	for _, test := range []struct{ name, text, want string }{
		{"two columns that could be the row", strings.Replace(csvText, "row,httpStatus", "Row,ROW", 1), `a.report: the columns "Row" and "ROW" could both be row`},
		{"a first JSON line with an unknown outcome", strings.Replace(jsonText, "suspended", "gone", 1), `a.report: this is not a report of offboard: its first line is not one of a report: "gone" is no outcome`},
		{"a compressed report that is damaged", compressed(t, strings.Repeat(csvText, 10_000))[:200], "a.report: the file is compressed with gzip, and it is damaged"},
		{"a foreign form with a broken last line", foreign[:len(foreign)-40], "a.report:3: the row has more or fewer fields than the header"},
		{"a foreign form with an open quote", foreign + "\"c;", "a.report:4: a quote that opens on this line is never closed"},
		{"a foreign encoding with a broken last line", inUTF16(t, csvText+"b,2024"), "a.report:3: the row has more or fewer fields"},
		{"an array that is cut off", "[" + strings.TrimSpace(jsonText) + ",{\"ref\":", "a.report:1: the JSON is cut off"},
		{"an array with an unknown outcome", "[" + strings.TrimSpace(jsonText) + "," + strings.Replace(strings.TrimSpace(jsonText), "suspended", "gone", 1) + "]", `a.report:2: "gone" is no outcome`},
		{"a line of JSON with two keys that could be the row", jsonText + strings.Replace(jsonText, `"row":2`, `"Row":2,"ROW":3`, 1), `a.report:2: the columns "Row" and "ROW" could both be row`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := fileOf(test.text)
			var r *Reader
			if err == nil {
				r, err = Recognise(f, time.UTC)
			}
			if err == nil && r == nil {
				t.Fatal("it is not recognised as a report")
			}
			if err == nil {
				for _, err = range r.Lines() {
				}
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got the error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestANameThatIsSpeltAsInAReportIsTaken(t *testing.T) {
	text := strings.TrimSpace(written(t, CSV, suspended("a", 2)))
	_, got := recognised(t, strings.Replace(text, "check\n", "check,Row #\n", 1)+",7\n")
	if len(got) != 1 || got[0].Row.Place.Row != 2 {
		t.Errorf("got %+v", got)
	}
	_, got = recognised(t, strings.Replace(written(t, JSONL, suspended("a", 2)), `"row":2`, `"row":2,"Row #":7`, 1))
	if len(got) != 1 || got[0].Row.Place.Row != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestIs(t *testing.T) {
	names := strings.Split(ownHeader(), ",")
	if !Is(names) || !Is([]string{"x", "Row.", "SOURCE", "outcome", "End Date", "ref"}) {
		t.Error("the columns of a report are not taken for those of one")
	}
	if !Is(names[:7]) || !Is(names[6:]) || !Is(append([]string{"Name", "Email"}, names[3:10]...)) {
		t.Error("half of the columns of a report are not taken for those of one")
	}
	if !Is([]string{"ref", "endDate", "outcome"}) || !Is([]string{"Outcome", "Name", "Ref."}) {
		t.Error("a report of which little is left is not taken for one")
	}
	if Is(nil) || Is([]string{"ref", "endDate"}) || Is(names[:2]) || Is(names[7:]) || Is([]string{"ref", "Ref", "REF", "ref.", "endDate", "end date", "row"}) || Is([]string{"Employee", "Outcome", "error"}) {
		t.Error("an input is taken for a report")
	}
}

func TestAReportThatLacksColumnsIsRefused(t *testing.T) {
	csvText, jsonText := written(t, CSV, suspended("a", 2)), written(t, JSONL, suspended("a", 2))
	for _, test := range []struct{ name, text, want string }{
		{"one column", strings.Replace(csvText, ",check", ",", 1), "a.report: this is a report that lacks the column check; use the original report, or put it back"},
		{"several columns", "ref,endDate,outcome,source,row,attempts\na,,suspended,in.csv,2,1\n", "a.report: this is a report that lacks the columns httpStatus, durationMs, finishedAt, requestId, error, target, check; use the original report, or put them back"},
		{"a column without which a line says nothing", strings.Replace(csvText, "row,", "line,", 1), "lacks the column row;"},
		{"columns that were added by a later version", "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error\na,,suspended,in.csv,2,,,,,,\n", "lacks the columns target, check;"},
		{"all but those that a person needs", "ref,endDate,outcome\na,,suspended\n", "lacks the columns source, row, httpStatus, attempts, durationMs, finishedAt, requestId, error, target, check; use the original report, or put them back; if it is no report, rename its column outcome"},
		{"semicolons", strings.ReplaceAll(strings.Replace(csvText, ",target,", ",aim,", 1), ",", ";"), "lacks the column target;"},
		{"JSON lines", strings.Replace(jsonText, `"check"`, `"Chk"`, 1), "lacks the column check;"},
		{"JSON lines, further down", jsonText + strings.Replace(jsonText, `"check"`, `"Chk"`, 1), "a.report:2: this is a report that lacks the column check;"},
		{"a JSON array", "[" + strings.Replace(strings.TrimSpace(jsonText), `"target"`, `"aim"`, 1) + "]", "lacks the column target;"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := fileOf(test.text)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Recognise(f, time.UTC)
			if r != nil {
				for _, err = range r.Lines() {
				}
			}
			missing, ok := errors.AsType[*MissingError](err)
			if !ok || len(missing.Columns) == 0 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			path := place(t, "a.csv", test.text)
			if _, err := Open(path, options(true)); err == nil || content(t, path) != test.text {
				t.Errorf("a run can resume from it, or has changed it: %v", err)
			}
		})
	}
}

func TestAReaderOfAReportReadsWhatIsLeftOfAnInterruptedStart(t *testing.T) {
	for _, text := range []string{"", "   ", "ref,endD", header[:40], strings.TrimSpace(header), `{"re`, `{"ref":"a","endDate":"","outcome":"failed","source":"x","row":2,"httpSt`} {
		r := newReader(t, text)
		if r.Torn() != int64(len(text)) || len(collect(t, r.Lines())) != 0 || r.Foreign() != "" {
			t.Errorf("%q: %d bytes are torn, foreign because %q", text, r.Torn(), r.Foreign())
		}
	}
	for _, text := range []string{compressed(t, ""), compressed(t, header[:15]), inUTF16(t, header[:15])} {
		if _, err := readerOf(text); !errors.Is(err, ErrNotReport) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

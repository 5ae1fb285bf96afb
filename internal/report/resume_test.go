package report

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// pathOf is a file name with the extension of the format.
func pathOf(f Format) string { return "a.report." + string(f) }

func spell(f Format, crlf bool) string {
	if crlf {
		return string(f) + " with CRLF"
	}
	return string(f)
}

// TestATornEndIsRepaired cuts a report off at every byte of its last two lines, and
// resumes from it.
func TestATornEndIsRepaired(t *testing.T) {
	for _, f := range bothFormats {
		for _, crlf := range []bool{false, true} {
			t.Run(spell(f, crlf), func(t *testing.T) {
				last := suspended(`"b" and, c`, 4)
				last.Reason = "no \"user\", sorry"
				text := written(t, f, suspended("a", 2), suspended("b", 3), last)
				lineEnd := "\n"
				if crlf {
					lineEnd = "\r\n"
					text = strings.ReplaceAll(text, "\n", lineEnd)
				}
				lines := strings.SplitAfter(text, "\n")
				tail := len(strings.Join(lines[len(lines)-3:], ""))
				path := filepath.Join(t.TempDir(), pathOf(f))
				for n := len(text) - tail; n <= len(text); n++ {
					if err := os.WriteFile(path, []byte(text[:n]), 0o600); err != nil {
						t.Fatal(err)
					}
					if err := recordTo(path, true, suspended("new", 9)); err != nil {
						t.Fatalf("cut off at byte %d: %v", n, err)
					}
					got := readBack(t, path)
					whole := strings.Count(text[:n], "\n")
					if f == CSV {
						whole-- // the header
					}
					// A line that lacks only its line break or the end of its
					// message is kept.
					if len(got) != whole+1 && len(got) != whole+2 || got[len(got)-1].Ref != "new" {
						t.Fatalf("cut off at byte %d, %d lines are whole; read back: %s", n, whole, refs(got))
					}
					if len(got) == whole+2 && strings.HasSuffix(text[:n], "\n") {
						t.Fatalf("cut off at byte %d: a line too many: %s", n, refs(got))
					}
					for i, r := range got[:len(got)-1] {
						want := []leaver.Result{suspended("a", 2), suspended("b", 3), last}[i]
						if r.Leaver != want.Leaver || r.Place != want.Place || r.Outcome != want.Outcome {
							t.Fatalf("cut off at byte %d, line %d is %+v", n, i+1, r)
						}
					}
					repaired := content(t, path)
					if !strings.HasPrefix(repaired, text[:strings.LastIndex(text[:n], "\n")+1]) || strings.HasSuffix(repaired, "\n\n") {
						t.Fatalf("cut off at byte %d, what was whole is not kept as it was: %q", n, repaired)
					}
				}
			})
		}
	}
}

func TestTheFirstBytesOfAReportAreRepaired(t *testing.T) {
	for _, f := range bothFormats {
		text := written(t, f, suspended("a", 2))
		if f == CSV {
			text = header
		}
		for n := range len(text) {
			path := place(t, pathOf(f), text[:n])
			if err := recordTo(path, true, suspended("new", 9)); err != nil {
				t.Fatalf("%s cut off at byte %d: %v", f, n, err)
			}
			if got := readBack(t, path); refs(got) != "new" && refs(got) != "a new" {
				t.Fatalf("%s cut off at byte %d: read back %s", f, n, refs(got))
			}
			if f == CSV && content(t, path) != written(t, CSV, suspended("new", 9)) {
				t.Fatalf("cut off at byte %d: %q", n, content(t, path))
			}
		}
	}
}

func TestReportsThatARunCanResumeFrom(t *testing.T) {
	a, b := suspended("a", 2), suspended("b", 3)
	csvText, jsonText := written(t, CSV, a, b), written(t, JSONL, a, b)
	quoted := func(text string) string {
		var lines []string
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
			lines = append(lines, `"`+strings.ReplaceAll(line, ",", `","`)+`"`)
		}
		return strings.Join(lines, "\n") + "\n"
	}
	lines := strings.Split(csvText, "\n")
	other := strings.ToUpper(lines[0]) + ",note,\n" + lines[1] + ",by hand,\n" + lines[2] + ",,\n"
	for _, test := range []struct {
		name, file, text, want string
	}{
		{"an empty file", "a.csv", "", "new"},
		{"an empty file of JSON lines", "a.jsonl", "", "new"},
		{"a header only", "a.csv", header, "new"},
		{"a header without its line break", "a.csv", strings.TrimSpace(header), "new"},
		{"a header with the blanks of a trial behind it", "a.csv", header + strings.Repeat(" ", 4096), "new"},
		{"nothing but the blanks of a trial", "a.jsonl", strings.Repeat(" ", 4096), "new"},
		{"lines with the blanks of a trial behind them", "a.csv", csvText + strings.Repeat(" ", 4096), "a b new"},
		{"JSON lines with blanks behind them", "a.jsonl", jsonText + strings.Repeat(" ", 99), "a b new"},
		{"zeros behind the lines, as a power cut leaves them", "a.csv", csvText + strings.Repeat("\x00", 512), "a b new"},
		{"zeros behind JSON lines", "a.jsonl", jsonText + strings.Repeat("\x00", 512), "a b new"},
		{"a byte order mark", "a.csv", byteOrderMark + csvText, "a b new"},
		{"a byte order mark before JSON lines", "a.jsonl", byteOrderMark + jsonText, "a b new"},
		{"a byte order mark before one line without a line break", "a.jsonl", byteOrderMark + strings.TrimSpace(written(t, JSONL, a)), "a new"},
		{"CRLF", "a.csv", strings.ReplaceAll(csvText, "\n", "\r\n"), "a b new"},
		{"everything in quotes", "a.csv", quoted(csvText), "a b new"},
		{"empty lines", "a.csv", csvText + "\n\n", "a b new"},
		{"empty lines between JSON lines", "a.jsonl", strings.ReplaceAll(jsonText, "\n", "\n\r\n \n"), "a b new"},
		{"no line break at the end", "a.csv", strings.TrimSuffix(csvText, "\n"), "a b new"},
		{"no line break at the end of JSON lines", "a.JSONL", strings.TrimSuffix(jsonText, "\n"), "a b new"},
		{"other columns behind its own", "a.csv", other, "a b new"},
		{"other columns, CRLF, a byte order mark and no line break at the end", "a.csv", byteOrderMark + strings.TrimSpace(strings.ReplaceAll(other, "\n", "\r\n")), "a b new"},
		{"a note on two lines", "a.csv", strings.Replace(other, "by hand", "\"by\nhand\"", 1), "a b new"},
		{"keys in another order and others beside them", "a.jsonl", `{"note":[1],"row":2,"source":"in.csv","outcome":"failed","endDate":null,"ref":"a","httpStatus":null,"attempts":0,"durationMs":0,"finishedAt":null,"requestId":"","error":"","target":"` + target + `","check":"` + Check(target, "a", "") + "\"}\n", "a new"},
		{"a time that a spreadsheet has rewritten", "a.csv", strings.Replace(csvText, "2024-07-01T12:00:00.250Z", "01/07/2024 12:00", 1), "a b new"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := place(t, test.file, test.text)
			added := suspended("new", 9)
			if err := recordInPlace(path, added); err != nil {
				t.Fatal(err)
			}
			got := readBack(t, path)
			if refs(got) != test.want {
				t.Fatalf("read back %q, want %q:\n%s", refs(got), test.want, content(t, path))
			}
			last := got[len(got)-1]
			if last.Leaver != added.Leaver || last.Place != added.Place || last.Outcome != added.Outcome || last.RequestID != added.RequestID {
				t.Errorf("the line added comes back as %+v:\n%s", last, content(t, path))
			}
			if kept := strings.TrimRight(test.text, " \r\n\x00"); !strings.HasPrefix(content(t, path), kept) {
				t.Errorf("what was there is not kept as it was: %q", content(t, path))
			}
		})
	}
}

// TestATornLineIsNeverTakenForAnother cuts off what a run adds to a report, at every byte.
func TestATornLineIsNeverTakenForAnother(t *testing.T) {
	own := written(t, CSV, suspended("first", 2))
	for name, text := range map[string]string{
		"its own columns":             own,
		"a column that is kept":       strings.Replace(strings.Replace(own, "check\n", "check,Name\n", 1), "\n", "\n", 1),
		"a column that has no name":   strings.Replace(own, "check\n", "check,\n", 1),
		"two columns that are kept":   strings.Replace(own, "check\n", "check,Name,Row #2\n", 1),
		"its columns in other words":  strings.Replace(own, "check\n", "CHECK.\n", 1),
		"its columns, with CRLF ends": strings.ReplaceAll(own, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if header, line, _ := strings.Cut(text, "\n"); !strings.HasSuffix(header, "\r") {
				line = strings.TrimSuffix(line, "\n") + strings.Repeat(",x", strings.Count(header, ",")-12)
				text = header + "\n" + line + "\n"
			}
			path := place(t, "a.csv", text)
			added := suspended("e12345", 12345)
			added.Kept = []string{"Zoë O'Neill", "7"}
			if err := recordInPlace(path, added); err != nil {
				t.Fatal(err)
			}
			whole := content(t, path)
			for n := len(text); n < len(whole); n++ {
				got := collect(t, newReader(t, whole[:n]).Lines())
				if len(got) > 1 && (got[1].Leaver != added.Leaver || got[1].Place != added.Place || got[1].Outcome != added.Outcome) {
					t.Errorf("cut off after %q, it passes for %+v", whole[len(text):n], got[1])
				}
			}
			// A whole line that another program has left without a line break
			// is read.
			if got := collect(t, newReader(t, strings.TrimRight(text, "\r\n")).Lines()); refs(got) != "first" {
				t.Errorf("without its line break the line reads back as %q", refs(got))
			}
		})
	}
}

func TestALineThatCannotBeReadIsAnErrorWithItsNumber(t *testing.T) {
	csvText := written(t, CSV, suspended("a", 2), suspended("b", 3), suspended("c", 4))
	jsonText := written(t, JSONL, suspended("a", 2), suspended("b", 3), suspended("c", 4))
	for _, test := range []struct{ name, text, want string }{
		{"an unknown outcome", strings.Replace(csvText, "suspended,in.csv,3", "gone,in.csv,3", 1), `a.report:3: "gone" is no outcome`},
		{"no outcome", strings.Replace(csvText, "suspended,in.csv,3", ",in.csv,3", 1), `a.report:3: "" is no outcome`},
		{"an outcome in capitals", strings.Replace(csvText, "suspended,in.csv,3", "SUSPENDED,in.csv,3", 1), `a.report:3: "SUSPENDED"`},
		{"a row that is no number", strings.Replace(csvText, "in.csv,3", "in.csv,three", 1), `a.report:3: row "three"`},
		{"a row without a number", strings.Replace(csvText, "in.csv,3", "in.csv,", 1), "a.report:3: a line needs a source and a row"},
		{"a row that is too big a number", strings.Replace(csvText, "in.csv,3", "in.csv,4294967298", 1), "a.report:3: a line needs a source and a row"},
		{"no source", strings.Replace(csvText, "in.csv,3", ",3", 1), "a.report:3: a line needs a source and a row"},
		{"a status that is no number", strings.Replace(csvText, ",3,200", ",3,OK", 1), `a.report:3: httpStatus "OK"`},
		{"a column too many", strings.Replace(csvText, "in.csv,3", "in.csv,3,", 1), "a.report:3: the row has more or fewer fields"},
		{"a column too few", strings.Replace(csvText, "in.csv,3", "in.csv", 1), "a.report:3: the row has more or fewer fields"},
		{"a quote that is not closed", strings.Replace(csvText, "b,2024", `"b,2024`, 1), "a.report:3: "},
		{"an unknown outcome after a field on two lines", strings.Replace(strings.Replace(csvText, "req-1,", "req-1,\"x\ny\"", 1), "c,2024-06-30,suspended", "c,2024-06-30,gone", 1), `a.report:5: "gone"`},
		{"an unknown outcome in the last line without a line break", strings.TrimSpace(csvText) + "\nx,,gone,in.csv,9,,0,0,,,," + target + "," + Check(target, "x", ""), `a.report:5: "gone"`},
		{"an unknown outcome in JSON lines", strings.Replace(jsonText, `"suspended","source":"in.csv","row":3`, `"gone","source":"in.csv","row":3`, 1), `a.report:2: "gone" is no outcome`},
		{"a row that is no number in JSON lines", strings.Replace(jsonText, `"row":3`, `"row":"3"`, 1), "a.report:2: "},
		{"a row that is negative in JSON lines", strings.Replace(jsonText, `"row":3`, `"row":-3`, 1), "a.report:2: a line needs a source and a row"},
		{"two objects on one line", strings.Replace(jsonText, "}\n{", "}{", 1) + "\n", ErrNotReport.Error()},
		{"a line that is no JSON", strings.Replace(jsonText, `{"ref":"b"`, `{ref:"b"`, 1), "a.report:2: "},
		{"a line that is too long", strings.Replace(jsonText, `"ref":"b"`, `"ref":"`+strings.Repeat("b", lineLimit)+`"`, 1), "a.report:2: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := readerOf(test.text)
			if err == nil {
				for _, err = range r.Lines() {
				}
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got the error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestAReportInAForeignFormIsNotResumed names reports that another program has saved
// as the report to resume from.
func TestAReportInAForeignFormIsNotResumed(t *testing.T) {
	csvText, jsonText := written(t, CSV, suspended("Zoë", 2)), written(t, JSONL, suspended("a", 2))
	for _, test := range []struct{ name, file, text, want string }{
		{"semicolons", "a.csv", strings.ReplaceAll(csvText, ",", ";"), `its fields are separated by ';'`},
		{"tabs", "a.csv", strings.ReplaceAll(csvText, ",", "\t"), `its fields are separated by '\t'`},
		{"semicolons and no line break", "a.csv", strings.TrimSpace(strings.ReplaceAll(csvText, ",", ";")), `its fields are separated by ';'`},
		{"UTF-16", "a.csv", inUTF16(t, csvText), "its encoding is utf-16le"},
		{"UTF-16 JSON lines", "a.jsonl", inUTF16(t, jsonText), "its encoding is utf-16le"},
		{"UTF-16 without a line break", "a.csv", inUTF16(t, strings.TrimSpace(header)), "its encoding is utf-16le"},
		{"Windows-1252", "a.csv", inWindows1252(t, csvText), "its encoding is windows-1252"},
		{"gzip", "a.csv", compressed(t, csvText), "it is compressed with gzip"},
		{"gzip and semicolons", "a.csv", compressed(t, strings.ReplaceAll(csvText, ",", ";")), `its fields are separated by ';'`},
		{"an empty first line", "a.csv", "\n" + csvText, "lines stand above its header"},
		{"a line that announces the delimiter", "a.csv", "sep=,\n" + csvText, "lines stand above its header"},
		{"a JSON array", "a.jsonl", "[" + strings.TrimSpace(jsonText) + "]\n", "it is a JSON array"},
		{"columns in another order", "a.csv", "Name," + strings.Replace(csvText, "\n", "\nZoë,", 1), "its columns are in another order"},
		{"many other columns", "a.csv", strings.Replace(csvText, "\n", ",a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\n", 1), "it keeps more than 16 columns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := place(t, test.file, test.text)
			err := recordTo(path, true, suspended("new", 9))
			if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v", err)
			}
			if got := content(t, path); got != test.text {
				t.Errorf("it was changed to %q", got)
			}
		})
	}
}

// TestSomebodyElsesFilesAreNeverChanged names files that are not reports as the
// report to resume from.
func TestSomebodyElsesFilesAreNeverChanged(t *testing.T) {
	csvText, jsonText := written(t, CSV, suspended("a", 2)), written(t, JSONL, suspended("a", 2))
	for _, test := range []struct{ name, file, text string }{
		{"an input", "a.csv", "ref,endDate\na,2024-06-30\n"},
		{"an input with one line without a line break", "a.csv", "ref,endDate\na,2024-06-30"},
		{"an input of one ref", "a.csv", "e1001"},
		{"an input with a header of its own", "a.csv", "Employee"},
		{"an input with a byte order mark", "a.csv", byteOrderMark + "ref"},
		{"a text", "a.csv", "Dear all,\n"},
		{"a text without a line break", "a.csv", "Dear all"},
		{"a binary file", "a.csv", "\x00\x01\x02"},
		{"a spreadsheet", "a.csv", "PK\x03\x04\n"},
		{"a header with an open quote", "a.csv", "\"" + csvText},
		{"blanks without an end", "a.csv", strings.Repeat(" ", lineLimit+1)},
		{"one line without an end", "a.csv", strings.Repeat("x", 2*lineLimit)},
		{"a last line without an end", "a.csv", csvText + strings.Repeat("x", 2*lineLimit)},
		{"an input of JSON lines", "a.jsonl", `{"ref":"a","endDate":null}` + "\n"},
		{"an input of one JSON line without a line break", "a.jsonl", `{"ref":"a","endDate":null}`},
		{"an input of one JSON line with a byte order mark", "a.jsonl", byteOrderMark + `{"ref":"a","endDate":null}`},
		{"other JSON lines", "a.jsonl", "{\"id\":1}\n{\"id\":2}\n"},
		{"another JSON line without a line break", "a.jsonl", `{"id":1}`},
		{"a piece of other JSON", "a.jsonl", `{"id":`},
		{"a piece of other JSON with a ref that is a number", "a.jsonl", `{"ref":1`},
		{"a JSON object on several lines", "a.jsonl", "{\n  \"ref\": \"a\"\n}\n"},
		{"an empty object", "a.jsonl", "{}"},
		{"a last line of somebody else's", "a.jsonl", jsonText + `{"id":1}`},
		{"JSON lines in a file named CSV", "a.csv", jsonText},
		{"the beginning of a JSON line in a file named CSV", "a.csv", `{"ref":"a`},
		{"CSV in a file named JSON lines", "a.jsonl", csvText},
		{"the beginning of a header in a file named JSON lines", "a.jsonl", "ref,endDate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := place(t, test.file, test.text)
			err := recordTo(path, true, suspended("new", 9))
			if err == nil {
				t.Error("a run can resume from it")
			} else if !strings.Contains(err.Error(), path) {
				t.Errorf("the error does not name the file: %v", err)
			}
			wrongName := strings.Contains(test.name, " in a file named ")
			if errors.Is(err, ErrNotReport) == wrongName {
				t.Errorf("got the error %v", err)
			}
			if got := content(t, path); got != test.text {
				t.Errorf("it was changed to %q", got)
			}
		})
	}
}

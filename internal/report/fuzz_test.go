package report

import (
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// FuzzReadReport reads any bytes. What is taken for a report can be written and read
// again, and a run can resume from it unless it is in a foreign form.
func FuzzReadReport(f *testing.F) {
	one := suspended("a", 2)
	for _, format := range bothFormats {
		text := written(f, format, one, suspended("b\u2028", 3))
		f.Add([]byte(text))
		f.Add([]byte(text[:len(text)-9]))
		f.Add([]byte(byteOrderMark + strings.ReplaceAll(text, "\n", "\r\n\r\n")))
	}
	for _, file := range []string{"original", "changed", "semicolons", "reordered"} {
		f.Add([]byte(content(f, "testdata/spreadsheet/"+file+".csv")))
	}
	whole := strings.TrimSpace(written(f, CSV, one))
	f.Add([]byte(whole[:len(whole)-2]))
	f.Add([]byte(strings.Replace(whole, "check\n", "check,Name,\n", 1) + ",'=x,\n"))
	f.Add([]byte(strings.Replace(whole, "ref,endDate", "endDate,ref", 1)))
	f.Add([]byte(strings.Replace(whole, "httpStatus,", "", 1)))
	f.Add([]byte("ref,endDate,outcome,source,row\na,,failed,in.csv,"))
	f.Add([]byte(header[:30]))
	f.Add([]byte(header + strings.Repeat(" ", 50)))
	f.Add([]byte(`{"ref":"a","endDate":null,"outcome":"failed","source":"x","row":1,"durationMs":9223372036854775807,"finishedAt":"9999-12-31T23:59:59-01:00"}`))
	f.Add([]byte(`{"ref":"`))
	f.Add([]byte("\n\n{}"))
	f.Add([]byte("sep=;\n" + strings.ReplaceAll(written(f, CSV, one), ",", ";")))
	f.Add([]byte(inUTF16(f, written(f, CSV, one))))
	f.Add([]byte(inWindows1252(f, written(f, CSV, suspended("Zoë", 2)))))
	f.Add([]byte(compressed(f, written(f, JSONL, one))))
	f.Add([]byte("[" + strings.TrimSpace(written(f, JSONL, one)) + "]"))
	f.Add([]byte("Ref.,end_date,OUTCOME,source,row,row#\na,,failed,x,1,2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readerOf(string(data))
		checkRecognise(t, string(data), err)
		if err != nil {
			return
		}
		if r.Foreign() == "" && (r.whole < 0 || r.torn < 0 || r.whole+r.torn != int64(len(data))) || r.Foreign() != "" && r.torn != 0 {
			t.Fatalf("%d bytes are %d whole and %d torn ones", len(data), r.whole, r.torn)
		}
		var lines []leaver.Result
		for l, err := range r.Lines() {
			if err != nil {
				return
			}
			lines = append(lines, l)
		}
		for _, format := range bothFormats {
			first := written(t, format, lines...)
			again := collect(t, newReader(t, first).Lines())
			if len(again) != len(lines) {
				t.Fatalf("%s: %d lines are %d when written", format, len(lines), len(again))
			}
			for i, l := range lines {
				a := again[i]
				if a.Ref != l.Ref && l.Fault == "" || (a.Fault == "") != (l.Fault == "") || a.Outcome != l.Outcome || a.Row.Place.Row != l.Row.Place.Row {
					t.Fatalf("%s: %+v is written as %+v", format, l, a)
				}
			}
			if second := written(t, format, again...); second != first {
				t.Fatalf("%s: written again it changes:\n%q\n%q", format, first, second)
			}
		}
		if r.Foreign() == "" {
			checkAppend(t, r, string(data), lines)
		}
	})
}

// checkRecognise checks that Recognise takes for a report what NewReader does, but for
// an empty file and the beginning of a first line.
func checkRecognise(t *testing.T, text string, readerErr error) {
	t.Helper()
	f, err := fileOf(text)
	if err != nil {
		return
	}
	r, err := Recognise(f, time.UTC)
	switch {
	case err != nil && readerErr == nil, err == nil && r != nil && readerErr != nil:
		t.Fatalf("NewReader returns %v, Recognise %v", readerErr, err)
	case err == nil && r == nil && readerErr == nil:
		if reader, _ := readerOf(text); reader.torn != int64(len(text)) {
			t.Fatal("NewReader finds lines in what Recognise does not take for a report")
		}
	}
}

// checkAppend appends a line as a run does.
func checkAppend(t *testing.T, r *Reader, text string, lines []leaver.Result) {
	t.Helper()
	name := map[Format]string{CSV: "a.csv", JSONL: "a.jsonl", "": "a.csv"}[r.Format]
	text = text[:r.whole]
	if r.open {
		text += "\n"
	}
	if r.whole == 0 && r.Format != JSONL {
		text = header
	}
	next := suspended(`n"e,w`, 7)
	form := (&Report{Path: name, reader: r, options: options(true, r.kept...)}).form()
	line := encoded(&form, next)
	got := collect(t, newReader(t, text+line).Lines())
	if len(got) != len(lines)+1 {
		t.Fatalf("%d lines and one more are %d: %q", len(lines), len(got), text+line)
	}
	last := got[len(lines)]
	if last.Leaver != next.Leaver || last.Place != next.Place || last.Outcome != next.Outcome {
		t.Fatalf("the line appended comes back as %+v: %q", last, text+line)
	}
	// Cut off at any byte, the line is whole or absent.
	for n := range line {
		cut, err := readerOf(text + line[:n])
		if err != nil {
			t.Fatalf("cut off after %q: %v", line[:n], err)
		}
		i := 0
		for l, err := range cut.Lines() {
			if err != nil {
				t.Fatalf("cut off after %q: %v", line[:n], err)
			}
			if i == len(lines) && (l.Leaver != next.Leaver || l.Place != next.Place || l.Outcome != next.Outcome) {
				t.Fatalf("cut off after %q, a line passes for %+v", line[:n], l)
			}
			i++
		}
		if i < len(lines) {
			t.Fatalf("cut off after %q, a line before it is lost", line[:n])
		}
	}
}

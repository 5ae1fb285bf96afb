package input_test

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/table"
)

// readStream reads the text of a fuzzer, as read does. opened is false if Open fails.
func readStream(t *testing.T, text string, o input.Options) (rows []leaver.Row, opened bool, err error) {
	s, err := openStream(table.Stdin, strings.NewReader(text), o)
	if err != nil {
		return nil, false, err
	}
	defer s.Close()
	rows, err = read(t, s, o)
	places := strings.Count(text, "\n") + 1
	if o.Format != input.CSV {
		places += strings.Count(text, "{") + strings.Count(text, ",") // objects and elements are counted
	}
	if last := len(rows) - 1; last >= 0 && rows[last].Place.Row > places {
		t.Errorf("the text has no line %d", rows[last].Place.Row)
	}
	return rows, true, err
}

func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"", "ref", "ref,endDate\n", "ref,endDate\na,2024-06-30\nb,\n", "\xef\xbb\xbfRef;End Date\r\na,\r\n",
		"ref,end_date,note\na,2024-06-30,\"one\ntwo\"\nb,,\"\"\"\"\n", "\n\r\nref\n\na\n\n", "ref,REF\na,b\n",
		"ref,endDate\na\nb,,\n", "ref,endDate\na\"b,\nb,\n", "ref,endDate\n\"a\"b,\nb,\n", "ref,endDate\n\"a,\nb,\"c\nd,\n",
		"ref,endDate\n\"a,\nb,\n", "ref,endDate\n\"a\nb\",\"\nc,\n", "ref,endDate\na,\"x\"\"\n", "ref\n\"a\"\r\"b\n",
		"ref\na\rb\n", "ref\n\"a\r\nb\"\r\n", "ref\nZo\xeb\n.\n..\n\x00\n", "ref\n\"\n\na\n\"\n\r\r\n\"", "ref\n\r\"a\n\r\"a\"\nb\n",
	} {
		f.Add(text, "", "")
		f.Add(text, "End Date", "ref")
	}
	f.Fuzz(func(t *testing.T, text, ref, endDate string) {
		// With the zero options little is certain: read checks that each reading is alike.
		_, _, _ = readStream(t, text, input.Options{Format: input.CSV, RefColumn: ref, EndDateColumn: endDate})
		rows, opened, err := readStream(t, text, input.Options{Format: input.CSV, Encoding: table.UTF8, Delimiter: ',', HeaderRow: 1, RefColumn: ref, EndDateColumn: endDate})
		if !opened || err != nil || len(text) > longest || strings.HasPrefix(text, "\x1f\x8b") || strings.Contains(strings.ToLower(text[:min(len(text), 10)]), "sep=") || dressed.MatchString(text) {
			return
		}
		// There are as many rows as encoding/csv reads records or errors.
		reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\xef\xbb\xbf")))
		header, _ := reader.Read()
		n, alike := 0, 0
		for {
			fields, err := reader.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil || errors.Is(err, csv.ErrFieldCount) {
				if strings.Trim(strings.Join(fields, ""), " \t\r\n\v\f\u0085\u00a0,;|") == "" {
					continue // a blank row is no row
				}
			}
			if err != nil || !slices.Equal(fields, header) { // the header again is no row
				n++
				if err == nil && slices.EqualFunc(fields, header, func(a, b string) bool { return letters(a) == letters(b) }) {
					alike++ // nor is the header in another spelling, in most cases
				}
			}
		}
		if len(rows) > n || len(rows) < n-alike {
			t.Errorf("%d rows of %d records", len(rows), n)
		}
	})
}

// dressed finds texts that package table reads as no other program does; it has tests of
// its own for them.
var dressed = regexp.MustCompile("=[ \t]*\"|[ \t]\"|\"[ \t]|\r\r|^(ï»¿|´╗┐|∩╗┐|Ôªø)")

// letters are those of a text, and its digits, in one case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ToLower(text))
}

func FuzzJSONL(f *testing.F) {
	for _, text := range []string{
		"", "{}", "{\"ref\": \"a\"}\n{\"ref\": \"b\", \"endDate\": \"2024-06-30\"}\n", "\xef\xbb\xbf\r\n{\"Ref\": 1001, \"end_date\": null}\r\n",
		"{\"ref\": \"a\", \"ref\": \"b\"}", "{\"ref\": \"a\", \"REF\": null}", "{\"ref\": [1, {\"ref\": \"z\"}], \"endDate\": 20240630}",
		"{\"ref\": -1}\n{\"ref\": 1e5}\n{\"ref\": true}\n", "{\"ref\": \"a\"\n{\"ref\": \"b\"}\nnull\n[]\n\"x\"\n1\n", "{\"ref\": \"a\"} {\"ref\": \"b\"}",
		"{\"ref\": \"\\ud83d\\u0000\"}", "{\"ref\": \"Zo\xeb\"}", "{1: 2}", "{{", "{\"a\" 1}", "{\"a\": 1 \"b\": 2}", "{\"a\": 1,}", "{\"ref\": \"a\"]",
		"{\"endDate\": 2024, \"end_date\": -0, \"end date\": 6, \"END_DATE\": -1, \"end-date\": 0, \"ref\": \"a\"}", "{\"id\": \"a\"}", "[{\"ref\": \"a\"}, {\"ref\": 2,\n \"endDate\": null}, 3]", "{\"a\": {\"b\": {\"c\": \"d\"}}}",
	} {
		f.Add(text, "", "")
		f.Add(text, "id", "End Date")
		f.Add(text, "a.b.c", "a.b")
	}
	f.Fuzz(func(t *testing.T, text, ref, endDate string) {
		_, _, _ = readStream(t, text, input.Options{RefColumn: ref, EndDateColumn: endDate})
		rows, opened, _ := readStream(t, text, input.Options{Format: input.JSONL, Encoding: table.UTF8, RefColumn: ref, EndDateColumn: endDate})
		if !opened || strings.HasPrefix(text, "\x1f\x8b") {
			return
		}
		outline, err := table.TextOf(strings.NewReader(text), int64(len(text))).Outline()
		if err != nil || outline.JSON.Array || outline.JSON.Spread || len(outline.Lists) > 0 {
			return // other texts have no lines to count
		}
		n := 0
		for line := range strings.Lines(strings.TrimPrefix(text, "\xef\xbb\xbf")) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
		if len(rows) != n {
			t.Errorf("%d rows of %d lines that are not blank", len(rows), n)
		}
	})
}

// FuzzSheet reads a sheet that no program would write: it gives rows, or an error.
func FuzzSheet(f *testing.F) {
	for _, rows := range []string{
		``, `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45473</v></c></row>`,
		`<row><c><f>A1</f></c><c t="e"><v>#N/A</v></c></row>`, `<row r="3" hidden="1"><c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>`,
		`<row r="2"><c r="B2" t="d"><v>2024-06-30</v></c><c r="A2"><v>1.5E300</v></c></row>`, `<row r="2"><c r="A2"><v>-0</v></c><c s="1"><v>NaN</v></c></row>`,
		`<row r="2"><c r="A2" s="1"><v>1e400</v></c><c><v>0x1p4</v></c></row></sheetData>`, `<row r="2"/><row r="2"/>`, `<row r="2"><c r="A2" t="str"><v>` + "\ue002" + `</v></c></row>`,
	} {
		f.Add(rows)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		s, err := openStream("leavers.xlsx", strings.NewReader(cells(t, rows)), input.Options{})
		if err != nil {
			return
		}
		defer s.Close()
		_, _ = read(t, s, input.Options{})
	})
}

// FuzzCondition checks that a condition that was read is written as it can be read.
func FuzzCondition(f *testing.F) {
	for _, text := range []string{"Status=Leaver,Terminated", "Status!=Active", "Status=", "a!!=b", `T="a, b",c`, `T="`, "T=\"a\nb\"", "T= a ,\u200bb", "=", "a=b=c", "! =", "a! =b", "a !!=b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := input.ParseCondition(text)
		if err != nil {
			return
		}
		again, err := input.ParseCondition(c.String())
		if err != nil || again.Column != c.Column || again.Not != c.Not || !slices.Equal(again.Values, c.Values) {
			t.Errorf("%q is %+v, written as %s, and read again %+v, %v", text, c, c, again, err)
		}
	})
}

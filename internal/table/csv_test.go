package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// textOf is a text in memory.
func textOf(s string) *Text { return TextOf(strings.NewReader(s), int64(len(s))) }

const mark = "\xef\xbb\xbf" // the byte order mark in UTF-8

// The cases that a text file can show are in testdata/csv.txtar.
func TestCSVRecords(t *testing.T) {
	const neverClosed = ": a quote that opens on this line is never closed"
	tests := map[string]struct {
		text string
		want []string
	}{
		"line breaks of another system":               {"a,b\r\n1,2\r\n", []string{"1 a|b", "2 1|2"}},
		"line breaks of another system, in quotes":    {"a,b\r\n1,\"x\r\ny\"\r\n3,4\r\n", []string{"1 a|b", "2-3 1|x⏎y", "4 3|4"}},
		"no line break at the end":                    {"a,b\n1,\n2,3", []string{"1 a|b", "2 1|", "3 2|3"}},
		"a carriage return at the end":                {"a\n1\n2\r", []string{"1 a", "2 1", "3 2"}},
		"a carriage return at the end, behind quotes": {"a,b\n\"1\",\"\"\r", []string{"1 a|b", "2 1|"}},
		"empty lines are counted":                     {"\n\r\na\n\n1\n\r\n\n2\n\n", []string{"3 a", "5 1", "8 2"}},
		"a byte order mark":                           {mark + "a,b\n1,\n\"2\n2\"x,\n3,\n", []string{"1 a|b", "2 1|", "3-4 ! line 4, column 2: text follows a closing quote", "5 3|"}},
		"a byte order mark in front of a quote":       {mark + "\"a\",b\n1,\n", []string{"1 a|b", "2 1|"}},

		"a carriage return behind a quoted field":        {"a,b\n\"1\"\r\"2\",\n3,\n", []string{"1 a|b", "2 ! text follows a closing quote", "3 3|"}},
		"a carriage return, and a quote that stays open": {"a,b\n\"1\"\r\"2,\n3,\n", []string{"1 a|b", "2 ! text follows a closing quote", "3 3|"}},
		"text behind a quoted field, at the end":         {"a,b\n1,\n\"2\"b,", []string{"1 a|b", "2 1|", "3 ! text follows a closing quote"}},
		"a quote that a later one closes":                {"a,b\n\n\r\n\"1,\r\n2,\"x\r\n3,\r\n", []string{"1 a|b", "4-5 ! line 5, column 3: text follows a closing quote", "6 3|"}},

		"a quote that is never closed, behind empty lines":         {"a,b\n1,\n\n\r\n\n2,\"x\n3,\n", []string{"1 a|b", "2 1|", "error 6" + neverClosed}},
		"a quote that is never closed, in the last line":           {"a,b\n1,\n2,\"x", []string{"1 a|b", "2 1|", "error 3" + neverClosed}},
		"a quote that is never closed, and is the last byte":       {"a,b\n1,\n2,\"", []string{"1 a|b", "2 1|", "error 3" + neverClosed}},
		"a quote that is never closed, behind a byte order mark":   {mark + "a,b\n1,\n2,\"x\n3,\n", []string{"1 a|b", "2 1|", "error 3" + neverClosed}},
		"a quote that is never closed, behind quoted fields":       {"a,b,c\n\"1\",\"\",\"x\r\n2,\r\n", []string{"1 a|b|c", "error 2" + neverClosed}},
		"a quote that is never closed, behind a field of 2 lines":  {"a,b\r\n\"1\r\n1\",\"x\r\n2,\r\n", []string{"1 a|b", "error 3" + neverClosed}},
		"a quote that is never closed, in the middle of a line":    {"a,b\n1,2\n3,\"x,\"\"", []string{"1 a|b", "2 1|2", "error 3" + neverClosed}},
		"a quote that is closed at the end, and text is behind it": {"a,b\n1,\"x\"y", []string{"1 a|b", "2 ! text follows a closing quote"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			compareLines(t, readCSV(CSV{Text: textOf(tt.text), Comma: ','}), tt.want)
		})
	}
}

func TestLongCSVRecords(t *testing.T) {
	const (
		tooLong     = ": the record is longer than 1048576 bytes; is this a CSV file, and is every quote closed?"
		neverClosed = ": the record is longer than 1048576 bytes: a quote that opens on this line is never closed, at least not within them"
	)
	long := strings.Repeat("x", RecordLimit+100<<10) // the limit, and what is read ahead of a record
	ofLength := func(n int) string { return "1," + strings.Repeat("x", n-len("1,\n")) + "\n" }
	tests := map[string]struct {
		text string
		want []string
	}{
		"more empty lines than a record may have bytes":          {"a\n1\n" + strings.Repeat("\n", 2*RecordLimit), []string{"1 a", "2 1"}},
		"empty lines without end, and a record behind them":      {"a,b\n" + strings.Repeat("\r\n", RecordLimit) + "1,2\n", []string{"1 a|b", fmt.Sprint(RecordLimit+2, " 1|2")}},
		"a record behind empty lines that is too long":           {"a,b\n" + strings.Repeat("\n", 2*RecordLimit) + "1," + long, []string{"1 a|b", fmt.Sprint("error ", 2*RecordLimit+2, tooLong)}},
		"a record of nearly the limit":                           {"a,b\n" + ofLength(RecordLimit-200<<10) + "2,\n", []string{"1 a|b", "2 1|xxx…", "3 2|"}},
		"records of the limit":                                   {"a,b\n" + strings.Repeat(ofLength(RecordLimit), 3) + "2,\n", []string{"1 a|b", "2 1|xxx…", "3 1|xxx…", "4 1|xxx…", "5 2|"}},
		"a record of the limit at the end":                       {ofLength(RecordLimit), []string{"1 1|xxx…"}},
		"a record of the limit at the end without a line break":  {ofLength(RecordLimit) + ofLength(RecordLimit + 1)[:RecordLimit], []string{"1 1|xxx…", "2 1|xxx…"}},
		"records that are longer together than one may be":       {"a,b\n" + strings.Repeat("1,"+strings.Repeat("x", RecordLimit/4)+"\n", 9) + "\"2\"x,\n", append(append([]string{"1 a|b"}, places(2, 10, " 1|xxx…")...), "11 ! line 11, column 3")},
		"a record that is too long":                              {"a,b\n1,\n\n2," + long + "\n3,\n", []string{"1 a|b", "2 1|", "error 4" + tooLong}},
		"a record of many windows":                               {"a,b\n\n3," + strings.Repeat("x", 3<<20), []string{"1 a|b", "error 3" + tooLong}},
		"a record that is too long, in quotes":                   {"a,b\n1,\n2,\"" + long + "\"\n3,\n", []string{"1 a|b", "2 1|", "error 3" + neverClosed}},
		"a record that is too long, with a line break at first":  {"a,b\n1,\n\"\n" + long + "\",\n3,\n", []string{"1 a|b", "2 1|", "error 3" + neverClosed}},
		"a record that is too long, and malformed":               {"a\n1\n2\"" + long + "\n3\n", []string{"1 a", "2 1", "3 ! a quote", "error 3" + tooLong}},
		"an open quote in a long text":                           {"a,b\n1,\n2,\"x\n" + strings.Repeat("3,\n", RecordLimit), []string{"1 a|b", "2 1|", "error 3" + neverClosed}},
		"an open quote in a long text, behind empty lines":       {"a,b\n\n\n3,\"x\n" + strings.Repeat("4,5\n", 1<<19), []string{"1 a|b", "error 4" + neverClosed}},
		"an open quote in a long text, behind a byte order mark": {mark + "a,b\n1,\n\n\n\"2\n\",\"x\n" + strings.Repeat("3,\n", RecordLimit), []string{"1 a|b", "2 1|", "error 6" + neverClosed}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			compareLines(t, readCSV(CSV{Text: textOf(tt.text), Comma: ','}), tt.want)
		})
	}
}

// places writes one record for each line.
func places(from, to int, record string) (lines []string) {
	for line := from; line <= to; line++ {
		lines = append(lines, fmt.Sprint(line)+record)
	}
	return lines
}

func TestAReaderOfCSVKeepsLittleInMemory(t *testing.T) {
	text := strings.Repeat("1,\"x\ny\"\n2,\"x\"y\n", 1<<18)
	r, err := CSV{Text: textOf(text), Comma: ','}.reader()
	for err == nil {
		_, err = r.next()
	}
	if kept := cap(r.window.kept); !errors.Is(err, io.EOF) || kept > 1<<20 {
		t.Errorf("of %d bytes %d are kept, %v", len(text), kept, err)
	}
}

func TestASmallLimitOfCSV(t *testing.T) {
	// The text is read ahead in pieces of 64 KiB, so that longer records may be read.
	text := strings.Repeat("\n", 1000) + strings.Repeat("1,2\n", 50_000) + "3," + strings.Repeat("x", 200<<10) + "\n4,5\n"
	got := readCSV(CSV{Text: textOf(text), Comma: ',', Limit: 100})
	if n := len(got); n != 50_001 || got[0] != "1001 1|2" || !strings.HasPrefix(got[n-1], "error 51001: the record is longer than 100 bytes") {
		t.Errorf("%d lines, from %.50s to %.80s", n, got[0], got[n-1])
	}
}

func TestATableBelowATitle(t *testing.T) {
	text := mark + "title\n\na;b\n\n1;2\n\"3\"x;\n4;5\n"
	c := CSV{Text: textOf(text), Comma: ';', Lead: len("title\n\n"), Above: 2}
	header, err := c.Header()
	if err != nil || header.Line != 3 || !slices.Equal(header.Fields, []string{"a", "b"}) {
		t.Errorf("the header is %v, %v", header, err)
	}
	compareLines(t, readCSV(c), []string{"3 a|b", "5 1|2", "6 ! line 6, column 3", "7 4|5"})
}

func TestCSVHeader(t *testing.T) {
	for text, want := range map[string]string{
		"\n\na,b\n1,2\n": "3 a|b",
		"\"a\nb\",c\n":   "1 a⏎b|c",
		"a,b":            "1 a|b",
		"":               "error: EOF",
		"\n\r\n":         "error: EOF",
		"\na,\"b\n1,2\n": "error 2: the header cannot be read",
		"a\"b\n":         "error 1: the header cannot be read",
		"a,b\r1,2\r":     "error: the lines end in a carriage return alone",
		"a," + strings.Repeat("x", 2*RecordLimit): "error: the header is longer than 1048576 bytes",
	} {
		header, err := CSV{Text: textOf(text), Comma: ','}.Header()
		compareLines(t, []string{writeRecord(header, err)}, []string{want})
	}
}

// TestOpenQuote compares openQuote with encoding/csv, which has an open quote at the
// end of a text if one more quote makes the text a record.
func TestOpenQuote(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{`"`, `"`, `""`, ",", ";", "\n", "\r\n", "\r", "x", " ", "é"}
	open := 0
	for range 30_000 {
		var text strings.Builder
		for range random.IntN(12) {
			text.WriteString(parts[random.IntN(len(parts))])
		}
		for _, comma := range []rune{',', ';', 'é'} {
			want := openQuoteByCSV(text.String(), comma)
			if got := openQuote([]byte(text.String()), comma); got != want {
				t.Fatalf("%q with %q: got %d, want %d", text.String(), comma, got, want)
			}
			if want >= 0 {
				open++
			}
		}
	}
	if open < 3_000 {
		t.Errorf("only %d texts have an open quote", open)
	}
}

func openQuoteByCSV(text string, comma rune) int {
	read := func(text string) (*csv.Reader, []string, error) {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = comma
		fields, err := r.Read()
		return r, fields, err
	}
	_, _, err := read(text)
	r, fields, errClosed := read(text + `"`)
	if !errors.Is(err, csv.ErrQuote) || errClosed != nil || r.InputOffset() < int64(len(text)) {
		return -1
	}
	first, _ := r.FieldPos(0)
	last, _ := r.FieldPos(len(fields) - 1)
	return last - first
}

func TestAnnounced(t *testing.T) {
	for head, want := range map[string]rune{
		"sep=;\na": ';', "sep=;\r\na": ';', "SEP=\t\na": '\t', "\"sep=,\"\na": ',', "sep=X\n": 'X', "sep=§\n": '§',
		"sep=;": 0, "sep=\n": 0, "sep=;;\n": 0, "sep=\xff\n": 0, "separator;\n": 0, " sep=;\n": 0, "a\nsep=;\n": 0, "": 0, "\n": 0,
	} {
		comma, length := Head(head).Announced()
		wantLength := 0
		if want != 0 {
			wantLength = strings.Index(head, "\n") + 1
		}
		if comma != want || length != wantLength {
			t.Errorf("%q: got %q and %d bytes, want %q and %d", head, comma, length, want, wantLength)
		}
	}
}

func TestSkipLines(t *testing.T) {
	head := Head("a\n\r\nb")
	for n, want := range []int{0, 2, 4} {
		if got, ok := head.SkipLines(n); got != want || !ok {
			t.Errorf("%d lines are %d bytes, %t; want %d", n, got, ok, want)
		}
	}
	if _, ok := head.SkipLines(3); ok {
		t.Error("a part of a line is taken for one")
	}
}

func TestHeadRecords(t *testing.T) {
	head := Head("title\n\n\"a\nb\";c\n\n1;2;3\nx\"y\n4;\"5")
	var got []string
	for _, r := range head.Records(';', len("title\n")) {
		if r.Fault != "" && r.Fields != nil {
			t.Errorf("a record with a fault has the fields %q", r.Fields)
		}
		got = append(got, writeRecord(&r, nil)+fmt.Sprint(" at ", r.Offset))
	}
	want := []string{"3-4 a⏎b|c at 7", "6 1|2|3 at 16", `7 ! bare " in non-quoted-field at 22`, `8 ! extraneous or missing " in quoted-field at 26`}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if records := head.Records('"', 0); len(records) > 0 {
		t.Errorf("with a comma that is none, there are the records %v", records)
	}
}

// FuzzCSV compares the records with those of encoding/csv.
func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"", "a", "a,b\n", "a,b\n1,2\n", mark + "a\r\n1\r\n", "a,b\n1,\"one\ntwo\"\n2,\"\"\"\"\n", "\n\r\na\n\n1\n\n",
		"a,b\n1\n2,,\n", "a,b\n1\"2,\n3,\n", "a,b\n\"1\"2,\n3,\n", "a,b\n\"1,\n2,\"3\n4,\n", "a,b\n\"1,\n2,\n", "a,b\n\"1\n2\",\"\n3,\n",
		"a,b\n1,\"x\"\"\n", "a\n\"1\"\r\"2\n", "a\n1\r2\n", "a\n\"1\r\n2\"\r\n", "a\n\xeb\n\x00\n", "a\n\"\n\n1\n\"\n\r\r\n\"", "a\n\r\"1\n\r\"1\"\n2\n",
	} {
		f.Add(text, uint8(0))
		f.Add(strings.ReplaceAll(text, ",", ";"), uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		comma := []rune{',', ';', '\t', '|'}[kind%4]
		whole := text[markLength([]byte(text)):]
		if isDressed([]byte(whole), comma) {
			return // TestUndressing looks at these
		}
		model := csv.NewReader(strings.NewReader(whole))
		model.Comma = comma
		header := true
		next := func() ([]string, error) {
			for {
				fields, err := model.Read()
				isRow := err == nil || errors.Is(err, csv.ErrFieldCount)
				if header || !isRow || !isBlank(fields) {
					header = false
					return fields, err
				}
			}
		}
		width := 0
		for r, err := range (CSV{Text: textOf(text), Comma: comma}).Records() {
			fields, modelErr := next()
			switch at := (*csv.ParseError)(nil); {
			case err != nil:
				if !errors.Is(modelErr, csv.ErrQuote) && len(text) <= RecordLimit {
					t.Errorf("the error %v, where encoding/csv has %q, %v", err, fields, modelErr)
				}
				return
			case errors.Is(modelErr, csv.ErrFieldCount) && r.Fault == "":
				// A delimiter more or less at the end: no text is lost, and none is made up.
				if n := min(width, len(fields)); len(r.Fields) != width || !slices.Equal(r.Fields[:n], fields[:n]) || strings.TrimSpace(strings.Join(r.Fields[n:], "")) != "" || len(fields) > n && !isBlank(fields[n:]) {
					t.Errorf("%s, where encoding/csv has %q", writeRecord(r, nil), fields)
				}
			case errors.As(modelErr, &at):
				if r.Fault == "" || r.Line != at.StartLine {
					t.Errorf("%s, where encoding/csv has %v", writeRecord(r, nil), modelErr)
				}
			default:
				width = len(fields)
				if line, _ := model.FieldPos(0); r.Fault != "" || r.Line != line || !slices.Equal(r.Fields, fields) {
					t.Errorf("%s, where encoding/csv has %q", writeRecord(r, nil), fields)
				}
			}
		}
		if fields, err := next(); !errors.Is(err, io.EOF) {
			t.Errorf("nothing more is read, where encoding/csv has %q, %v", fields, err)
		}
	})
}

func BenchmarkRecords(b *testing.B) {
	const rows = 100_000
	text := "ref,endDate,department,manager\n" + strings.Repeat("E0000001,2024-06-30,Operations,M00001\n", rows)
	for b.Loop() {
		n := 0
		for r, err := range (CSV{Text: textOf(text), Comma: ','}).Records() {
			if err != nil || r.Fault != "" {
				b.Fatal(err, r)
			}
			n++
		}
		if n != rows+1 {
			b.Fatal(n, "records")
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

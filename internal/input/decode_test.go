package input_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"offboard/internal/input"
)

func encode(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	encoded, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheSameFileInEveryEncodingReadsAlike(t *testing.T) {
	const text = "name,ref,endDate\nZoë,é1,2024-06-30\nJürgen,ü2,\n"
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	tests := map[string]struct {
		text string
		want input.Encoding
	}{
		"UTF-8":                      {text, input.UTF8},
		"UTF-8 with a mark":          {"\xef\xbb\xbf" + text, input.UTF8},
		"UTF-16, little end":         {encode(t, little, text), input.UTF16LE},
		"UTF-16, big end":            {encode(t, big, text), input.UTF16BE},
		"UTF-16 without its mark":    {encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), text), input.UTF16LE},
		"UTF-16, big, without":       {encode(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), text), input.UTF16BE},
		"Windows-1252":               {encode(t, charmap.Windows1252, text), input.Windows1252},
		"gzip":                       {gzipped(t, text), input.UTF8},
		"Windows-1252 within gzip":   {gzipped(t, encode(t, charmap.Windows1252, text)), input.Windows1252},
		"UTF-16 with a mark in gzip": {gzipped(t, encode(t, little, text)), input.UTF16LE},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers.csv", tt.text, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if s.Encoding != tt.want {
				t.Errorf("taken for %s, want %s", s.Encoding, tt.want)
			}
			if err := s.Prepare(); err != nil {
				t.Fatal(err)
			}
			rows, err := read(t, s, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, rows, []string{"2 é1 2024-06-30", "3 ü2"})
		})
	}
}

func TestZerosInEveryPlaceAreNoText(t *testing.T) {
	for _, text := range []string{"r\x00e\x00f\x00\n\x001\x00\n\x00\x00\x00", "\x00r\x00e\x00f\x00\n\x001\x00\x00"} {
		if s, err := open(t, "leavers.csv", text, input.Options{}); err == nil || !strings.Contains(err.Error(), "say its encoding with --encoding") {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

func TestBytesThatFitNoEncodingMakeARowInvalid(t *testing.T) {
	tests := map[string]struct {
		text    string
		options input.Options
		bad     int // of the rows
	}{
		"UTF-8 with bytes of another encoding":     {"ref,name\né1,a\n\xe9" + "2,b\n", input.Options{}, 1},
		"a byte that Windows-1252 does not have":   {"ref,name\n\xe91,a\nx\x812,b\n", input.Options{}, 1},
		"Windows-1252 that is said to be UTF-8":    {"ref,name\n\xe91,a\n2,b\n", input.Options{Encoding: input.UTF8}, 1},
		"half a character at the end of UTF-16":    {"\xff\xfer\x00e\x00f\x00\n\x001\x00\n\x002\x00\x00\xd8\n\x00", input.Options{}, 1},
		"a character across the parts of the file": {"ref,name\n1,across" + strings.Repeat("x", 32<<10-18) + "é\n2,b\n", input.Options{}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers.csv", tt.text, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(tt.text, "across") && s.Encoding != input.UTF8 {
				t.Errorf("taken for %s", s.Encoding)
			}
			if err := s.Prepare(); err != nil {
				t.Fatal(err)
			}
			bad := 0
			for row, err := range s.Rows() {
				if err != nil {
					t.Fatal(err)
				}
				if row.Fault != "" {
					bad++
				}
			}
			if bad != tt.bad {
				t.Errorf("%d rows are invalid, want %d", bad, tt.bad)
			}
		})
	}
}

func TestPlainInputsAreReadAsSuchWhateverIsSaid(t *testing.T) {
	o := input.Options{
		Format: input.XLSX, Encoding: input.UTF16BE, Delimiter: ';', HeaderRow: 9, RefPrefix: "X-",
		Plain: func(header []string) bool { return len(header) > 1 && header[1] == "mine" },
	}
	const table, objects = "\xef\xbb\xbfref,mine\né1,a\n", `{"ref":"é1","mine":"a"}` + "\n"
	story{text: table, options: o, rows: []string{"2 é1"}}.check(t, "leavers.csv")
	story{text: gzipped(t, table), options: o, rows: []string{"2 é1"}}.check(t, "leavers.csv")
	story{text: objects, options: o, rows: []string{"1 é1"}}.check(t, "leavers.csv")
	if _, err := open(t, "leavers.csv", "ref,other\né1,a\n", o); err == nil {
		t.Error("another input is read as plain, too")
	}
}

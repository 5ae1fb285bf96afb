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
	"offboard/internal/table"
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

func TestFilesInOtherEncodingsReadAlike(t *testing.T) {
	const text = "name,ref,endDate\nZoë,é1,2024-06-30\nJürgen,ü2,\n"
	little := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	tests := map[string]struct {
		text string
		want table.Encoding
	}{
		"UTF-8":              {text, table.UTF8},
		"Windows-1252":       {encode(t, charmap.Windows1252, text), table.Windows1252},
		"UTF-16 within gzip": {gzipped(t, encode(t, little, text)), table.UTF16LE},
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
		"Windows-1252 that is said to be UTF-8":    {"ref,name\n\xe91,a\n2,b\n", input.Options{Encoding: table.UTF8}, 1},
		"half a character at the end of UTF-16":    {"\xff\xfer\x00e\x00f\x00\n\x001\x00\n\x002\x00\x00\xd8\n\x00", input.Options{}, 1},
		"a character across the parts of the file": {"ref,name\n1,across" + strings.Repeat("x", 32<<10-18) + "é\n2,b\n", input.Options{}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers.csv", tt.text, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(tt.text, "across") && s.Encoding != table.UTF8 {
				t.Errorf("taken for %s", s.Encoding)
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

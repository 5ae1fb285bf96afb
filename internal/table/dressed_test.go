package table

import (
	"bufio"
	"encoding/csv"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestIsDressed(t *testing.T) {
	for text, want := range map[string]bool{
		"a,\"b\"\n": false, "": false, "\"": false, "a,b\n1,x \"y\" z\n": false, "=1+1,\"a\"": false, "a\r\n\"b\"\r\n": false,
		"a, \"b\"\n": true, "a,\"b\" ,c": true, "a,\"b\" \n": true, "a,\"b\"\t\r\n": true, "a,\"b\" ": true, "=\"a\"": true, "a,=\"b\"": true, "a\n= \"b\"": true, "a\r\r\nb": true,
		"\t\"a\"": true,
	} {
		if got := isDressed([]byte(text), ','); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
	if isDressed([]byte("a\t\"b\"\tc"), '\t') || isDressed([]byte("a \"b\" c"), ' ') || isDressed([]byte("a=\"b\"=c"), '=') {
		t.Error("the delimiter itself is taken for dress")
	}
	if isDressed([]byte("a§ \"b\""), '§') {
		t.Error("a delimiter of several bytes is looked at")
	}
}

func TestUndressing(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"a, \"b\" ,\"c\"\n":           "a,\"b\",\"c\"\n",
		"=\"a, b\",=\"\"\"\"\r\n":     "\"a, b\",\"\"\"\"\r\n",
		" a , b \"c\" , =d":           " a , b \"c\" , =d",
		"\" a, \"\"b\"\" ,\n= \" \n":  "\" a, \"\"b\"\" ,\n= \"\n",
		"a\r\r\nb\r\r\r\nc\r\nd\ne\r": "a\r\nb\r\nc\r\nd\ne\r",
		"\"a\"\r\r\n\"b\" \r\n":       "\"a\"\r\n\"b\"\r\n",
		"\"a\"\r\"b\"":                "\"a\"\r\"b\"",
		"= ":                          "= ",
		"\"a\" ":                      "\"a\"",
		strings.Repeat("\r", 20):      strings.Repeat("\r", 20),
	} {
		if got := undress([]byte(text), ','); string(got) != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// FuzzUndress compares the records of texts that encoding/csv accepts with those of the
// same texts when they are undressed.
func FuzzUndress(f *testing.F) {
	for _, text := range []string{
		"a, \"b\" ,\"c\"\n", "=\"a, b\",=\"\"\"\"\r\n", " a , b , =d", "\"a\"\"\n \"\"b\"\t,\"c\"", "a\r\r\n\"b\r\n\"", "= =\"a\"", "\"\" \t\r\n", "a=\"b\"",
	} {
		f.Add(text, uint8(0))
		f.Add(strings.ReplaceAll(text, ",", "\t"), uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		comma := []rune{',', '\t', ' ', '='}[kind%4]
		got := string(undress([]byte(text), comma))
		slowly, err := io.ReadAll(iotest.OneByteReader(&undresser{r: bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(text)), 16), comma: byte(comma)}))
		if err != nil || string(slowly) != got {
			t.Errorf("%q becomes %q, and read byte by byte %q, %v", text, got, slowly, err)
		}
		if strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q becomes %q, with other lines", text, got)
		}
		if again := string(undress([]byte(got), comma)); !strings.Contains(got, "=") && !strings.Contains(got, "\r") && again != got {
			t.Errorf("%q becomes %q, and then %q", text, got, again)
		}
		if strings.Contains(text, "\r\r") {
			return
		}
		want, err := recordsOf(text, comma)
		if err != nil {
			return
		}
		if records, err := recordsOf(got, comma); err != nil || !reflect.DeepEqual(records, want) {
			t.Errorf("%q has the records %q, and undressed %q, %v", text, want, records, err)
		}
	})
}

func recordsOf(text string, comma rune) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	return r.ReadAll()
}

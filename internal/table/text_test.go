package table

import (
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func encode(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	encoded, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// readText returns a file as text, read to its end.
func readText(t *testing.T, f *File, e Encoding) (Encoding, string) {
	t.Helper()
	text, err := f.Text(e)
	if err != nil {
		t.Fatal(err)
	}
	r, err := text.Reader()
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	head, err := text.Head()
	if err != nil || string(head) != string(all[:min(len(all), headBytes)]) {
		t.Errorf("the head is %.50q, %v", head, err)
	}
	return text.Encoding, string(all)
}

func TestTheEncodingOfATextIsFound(t *testing.T) {
	const text = "name,ref\nZoë,é1\nJürgen,2\n"
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	littleNoMark, bigNoMark := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	tests := map[string]struct {
		stored string
		want   Encoding
		text   string
	}{
		"UTF-8":                                {text, UTF8, text},
		"UTF-8 with a byte order mark":         {mark + text, UTF8, text},
		"UTF-8 with two":                       {mark + mark + text, UTF8, mark + text},
		"UTF-8 with one in the middle":         {text + mark + text, UTF8, text + mark + text},
		"a mark that became Windows-1252":      {"ï»¿" + text, UTF8, text},
		"a mark, and one that was spoilt":      {mark + "ï»¿" + text, UTF8, text},
		"a mark that became code page 850":     {"´╗┐" + text, UTF8, text},
		"a mark that became code page 437":     {"∩╗┐" + text, UTF8, text},
		"a mark that became Mac OS Roman":      {"Ôªø" + text, UTF8, text},
		"a part of a mark in another encoding": {"ï»" + text, UTF8, "ï»" + text},
		"a mark behind the beginning":          {"x" + "ï»¿" + text, UTF8, "x" + "ï»¿" + text},
		"a byte order mark alone":              {mark, UTF8, ""},
		"a part of a byte order mark":          {mark[:2], Windows1252, "ï»"},
		"nothing":                              {"", UTF8, ""},
		"UTF-16LE with a byte order mark":      {encode(t, little, text), UTF16LE, text},
		"UTF-16BE with a byte order mark":      {encode(t, big, text), UTF16BE, text},
		"UTF-16LE without a byte order mark":   {encode(t, littleNoMark, text), UTF16LE, text},
		"UTF-16BE without a byte order mark":   {encode(t, bigNoMark, text), UTF16BE, text},
		"UTF-16 that begins with a mark twice": {encode(t, little, "\ufeff"+text), UTF16LE, text},
		"UTF-16LE of other letters":            {encode(t, little, "имя\n"), UTF16LE, "имя\n"},
		"UTF-16 with half a character":         {"\xff\xfea\x00\x00\xd8b\x00", UTF16LE, "a\ufffdb"},
		"Windows-1252":                         {encode(t, charmap.Windows1252, text), Windows1252, text},
		"a byte that Windows-1252 has not":     {"\xe9\x81", Windows1252, "é\ufffd"},
		"UTF-8 with bytes of another encoding": {text + "\xe9", UTF8, text + "\xe9"},
		"JSON with bytes of another encoding":  {"{\"a\":\"\xe9\"}", UTF8, "{\"a\":\"\xe9\"}"},
		"an array, behind a byte order mark":   {mark + "[\"\xe9\"]", UTF8, "[\"\xe9\"]"},
		"zeros here and there":                 {"a\x00b\x00\x00c", UTF8, "a\x00b\x00\x00c"},
		"two bytes, one of them zero":          {"a\x00", UTF8, "a\x00"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, stored := range []string{tt.stored, compressed(t, tt.stored)} {
				if e, got := readText(t, fileOf(t, stored), ""); e != tt.want || got != tt.text {
					t.Errorf("read as %q in %s, want %q in %s", got, e, tt.text, tt.want)
				}
			}
			if e, err := Detect(strings.NewReader(tt.stored), int64(len(tt.stored))); e != tt.want || err != nil {
				t.Errorf("detected %s, %v", e, err)
			}
		})
	}
}

func TestTheEncodingThatIsSaidIsUsed(t *testing.T) {
	littleNoMark, bigNoMark := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	tests := map[string]struct {
		stored string
		said   Encoding
		text   string
	}{
		"UTF-8":                         {"\xe9,é", UTF8, "\xe9,é"},
		"UTF-8 with a byte order mark":  {mark + "é", UTF8, "é"},
		"UTF-16LE":                      {encode(t, littleNoMark, "имя"), UTF16LE, "имя"},
		"UTF-16BE":                      {encode(t, bigNoMark, "имя"), UTF16BE, "имя"},
		"UTF-16LE with a mark":          {encode(t, littleNoMark, "\ufeffимя"), UTF16LE, "имя"},
		"UTF-16LE whose mark says BE":   {encode(t, bigNoMark, "\ufeffимя"), UTF16LE, "имя"},
		"UTF-16BE whose mark says LE":   {encode(t, littleNoMark, "\ufeffимя"), UTF16BE, "имя"},
		"Windows-1252":                  {"Zo\xeb", Windows1252, "Zoë"},
		"Windows-1252 that looks UTF-8": {"é", Windows1252, "Ã©"},
		"Windows-1252 behind a mark":    {mark + "a", Windows1252, "a"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, stored := range []string{tt.stored, compressed(t, tt.stored)} {
				if e, got := readText(t, fileOf(t, stored), tt.said); e != tt.said || got != tt.text {
					t.Errorf("read as %q in %s, want %q", got, e, tt.text)
				}
			}
		})
	}
}

// TestCharactersAcrossParts puts a character at every place around the end of a part
// of the text that is looked at.
func TestCharactersAcrossParts(t *testing.T) {
	for _, character := range []string{"é", "€", "🙂"} {
		for _, end := range []int{headBytes / 2, headBytes, 3 * headBytes / 2} {
			for at := end - 5; at <= end+1; at++ {
				text := strings.Repeat("x", at) + character + strings.Repeat("y", headBytes)
				if e, got := readText(t, fileOf(t, text), ""); e != UTF8 || got != text {
					t.Errorf("with %q at %d it is read as %s", character, at, e)
				}
				text = strings.Repeat("x", at) + "\xe9" + strings.Repeat("y", headBytes)
				if e, _ := readText(t, fileOf(t, text), ""); e != Windows1252 {
					t.Errorf("with a byte of Windows-1252 at %d it is read as %s", at, e)
				}
				text += character
				if e, _ := readText(t, fileOf(t, text), ""); e != UTF8 {
					t.Errorf("with a byte of Windows-1252 at %d, and %q, it is read as %s", at, character, e)
				}
			}
		}
	}
}

func TestNamesOfEncodings(t *testing.T) {
	for name, want := range map[string]Encoding{"": "", "utf-8": UTF8, "UTF-16LE": UTF16LE, "utf-16be": UTF16BE, "Windows-1252": Windows1252} {
		e := Encoding("before")
		if err := e.UnmarshalText([]byte(name)); e != want || err != nil {
			t.Errorf("%q is read as %q, %v", name, e, err)
		}
	}
	e := UTF8
	if err := e.UnmarshalText([]byte("latin1")); err == nil || e != UTF8 || !strings.Contains(err.Error(), `"latin1" is none of utf-8, utf-16le, utf-16be and windows-1252`) {
		t.Errorf("a name that is not known is read as %q, %v", e, err)
	}
}

func TestContentOf(t *testing.T) {
	for head, want := range map[string]Content{
		"": Blank, mark + " \t\r\n": Blank, "a,b\n": Plain, " \n{": JSONObject, mark + "[": JSONArray, "\"{": Plain,
		"PK\x03\x04rest": Zip, "PK": Plain, "\xd0\xcf\x11\xe0": OLE, "\x1f\x8brest": Gzipped,
		// A zero or two may be a fault of a row; many of them are no text.
		"ref\na\x00\nb\n": Plain, "{}\n{\"ref\":\"a\x00\"}": JSONObject, "a\n" + strings.Repeat("\x00", 3): Plain, "a\n" + strings.Repeat("\x00", 4): Binary,
		"a\x00": Binary, "{\x00": Binary, "\x89PNG\r\n\x1a\n\x00\x01\x02\x03\x04": Binary, "a\x01b\nc\x01\x00\n": Plain, "a\x00b\nc\n": Binary,
		strings.Repeat("a\n", 2048) + strings.Repeat("\x00", 9): Binary, strings.Repeat("a\n", 2048) + strings.Repeat("\x00", 8): Plain,
		strings.Repeat("a", binaryBytes) + "\x00\x00\x00\x00": Plain,

		"[ref],[endDate]\n": Plain, "[Employee ID];[Leave Date]": Plain, "{ref},{endDate}\n": Plain, "[ Größe ]\n": Plain,
		"[null]": JSONArray, "[ true ]": JSONArray, "[1,2]": JSONArray, "[\"ref\"]": JSONArray, "[]": JSONArray, "{}": JSONObject, "[\nref]": JSONArray,
		"{\"ref\"}": JSONObject, "{ref: 1}": JSONObject, "[{\"a\":1}]": JSONArray, "[[x]]": JSONArray,

		"<!DOCTYPE html>\n<html>": WebPage, "\n <HTML><body><br/>": WebPage, "<html><head></head>": WebPage, "<table><tr><td>ref</td></tr></table>": WebPage,
		mark + "<meta charset=x/><p>": WebPage, "MIME-Version: 1.0\nContent-Type: multipart/related": WebPage,
		"<?xml version=\"1.0\"?><Report/>": XML, "<?xml version=\"1.0\"?>\n<!DOCTYPE html>": WebPage, "<?xml?><Workbook><Table></Table>": XML, "<a><b>1</b></a>": XML,
		"<ref>,<endDate>\nE1,2024-06-30\n": Plain, "%PDF-1.7\n\x00": Document, "{\\rtf1\\ansi": Document,
	} {
		if got := ContentOf([]byte(head)); got != want {
			t.Errorf("%.20q has the content %d, want %d", head, got, want)
		}
	}
}

func TestALineErrorIsItsError(t *testing.T) {
	err := &LineError{Line: 3, Err: io.ErrUnexpectedEOF}
	if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != io.ErrUnexpectedEOF.Error() {
		t.Errorf("got %v", err)
	}
}

func TestTheHeadOfATextIsReadByItsFirstBytes(t *testing.T) {
	const text = "ref,name\na,b\n"
	for name, content := range map[string]string{
		"plain":                   text,
		"a byte order mark":       byteOrderMark + text,
		"UTF-16":                  inUTF16(t, text),
		"UTF-16 without its mark": strings.TrimPrefix(inUTF16(t, text), "\xff\xfe"),
		"compressed":              compressed(t, text),
		"compressed UTF-16":       compressed(t, inUTF16(t, text)),
		"compressed, and long":    compressed(t, text+strings.Repeat("x", 2*headBytes)),
	} {
		t.Run(name, func(t *testing.T) {
			head, err := fileOf(t, content).TextHead()
			if err != nil || !strings.HasPrefix(string(head), text) || len(head) > headBytes {
				t.Errorf("got %.50q, %v", head, err)
			}
		})
	}
}

func TestDetectReadsNoFurtherThanItIsTold(t *testing.T) {
	const text = "a,b\n\xe9,c\n"
	for size, want := range map[int]Encoding{4: UTF8, 5: Windows1252, len(text): Windows1252} {
		if got, err := Detect(strings.NewReader(text), int64(size)); got != want || err != nil {
			t.Errorf("the first %d bytes are %s, %v; want %s", size, got, err, want)
		}
	}
}

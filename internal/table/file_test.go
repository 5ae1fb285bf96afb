package table

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// fileOf is an input in memory.
func fileOf(t *testing.T, content string) *File {
	t.Helper()
	f, err := FileOf("memory", strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func compressed(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func inUTF16(t *testing.T, content string) string {
	t.Helper()
	s, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(content)
	if err != nil {
		t.Fatal(err)
	}
	return s
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

func TestACompressedFileIsUnpackedOnce(t *testing.T) {
	f := fileOf(t, compressed(t, "text"))
	if !f.Compressed() {
		t.Error("it is not said to be compressed")
	}
	for range 2 {
		if err := f.Unpack(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f.Section()); string(got) != "text" || err != nil || f.Compressed() {
			t.Errorf("unpacked it is %q, %v", got, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestClosingAFileInMemoryIsNoError(t *testing.T) {
	if err := fileOf(t, "text").Close(); err != nil {
		t.Error(err)
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

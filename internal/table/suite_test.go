package table

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// reader reads the records of a text, each written on a line.
type reader func(t *Text) iter.Seq2[string, error]

func csvReaderOf(text *Text) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range (CSV{Text: text, Comma: ','}).Records() {
			if !yield(writeRecord(r, err), err) {
				return
			}
		}
	}
}

func jsonReaderOf(array bool) reader {
	return func(text *Text) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for o, err := range (JSON{Text: text, Array: array}).Objects() {
				if !yield(writeObject(o, err), err) {
					return
				}
			}
		}
	}
}

// TestReaders is what every reader of a format has to pass, whatever the bytes that
// the text comes from.
func TestReaders(t *testing.T) {
	formats := map[string]struct {
		read    reader
		content string // four records, the third one with a fault
	}{
		"CSV":        {csvReaderOf, "é,b\n1,2\n\"3\"x,\n4,5\n"},
		"JSON lines": {jsonReaderOf(false), "{\"é\":1}\n{\"é\":2}\n{\n{\"é\":3}\n"},
		"JSON array": {jsonReaderOf(true), "[{\"é\":1},\n{\"é\":2},3,\n{\"é\":4}]\n"},
	}
	stored := map[string]func(t *testing.T, content string) string{
		"UTF-8":  func(_ *testing.T, content string) string { return content },
		"UTF-16": inUTF16,
		"gzip":   compressed,
	}
	for format, f := range formats {
		for storage, store := range stored {
			t.Run(format+" in "+storage, func(t *testing.T) { checkReader(t, f.read, store(t, f.content)) })
		}
	}
}

func checkReader(t *testing.T, read reader, content string) {
	path := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := file.Text("")
	if err != nil {
		t.Fatal(err)
	}
	first := collect(t, read(text))
	if len(first) != 4 || !strings.Contains(first[2], " ! ") {
		t.Fatalf("the first reading gives %q", first)
	}
	t.Run("reads alike each time", func(t *testing.T) {
		sequence := read(text)
		for range 2 {
			if again := collect(t, sequence); !slices.Equal(again, first) {
				t.Errorf("read again: %q, was %q", again, first)
			}
		}
	})
	t.Run("stops at any record", func(t *testing.T) {
		for most := 1; most <= len(first); most++ {
			n := 0
			for range read(text) {
				if n++; n == most {
					break
				}
			}
			if n != most {
				t.Errorf("%d records, want %d", n, most)
			}
		}
	})
	t.Run("reads for several goroutines at once", func(t *testing.T) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if again := collect(t, read(text)); !slices.Equal(again, first) {
					t.Errorf("read at once: %q, was %q", again, first)
				}
			})
		}
		all.Wait()
	})
	t.Run("passes on the error of what is below", func(t *testing.T) { checkBrokenText(t, read, text, int64(len(content)/2)) })
	t.Run("fails when the file is closed", func(t *testing.T) {
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		checkError(t, read(text), fs.ErrClosed)
	})
}

// checkBrokenText reads a text that breaks after n bytes, and one that cannot be opened.
func checkBrokenText(t *testing.T, read reader, text *Text, n int64) {
	broken := errors.New("the disk broke")
	checkError(t, read(&Text{Encoding: UTF8, open: func() (io.Reader, error) {
		r, err := text.Reader()
		return io.MultiReader(io.LimitReader(r, n), iotest.ErrReader(broken)), err
	}}), broken)
	checkError(t, read(&Text{Encoding: UTF8, open: func() (io.Reader, error) { return nil, broken }}), broken)
}

func collect(t *testing.T, records iter.Seq2[string, error]) (lines []string) {
	for line, err := range records {
		if err != nil {
			t.Error(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// checkError checks that a reading ends with an error, and that nothing follows it.
func checkError(t *testing.T, records iter.Seq2[string, error], want error) {
	t.Helper()
	var failed error
	for line, err := range records {
		if failed != nil {
			t.Errorf("after the error %v comes %s, %v", failed, line, err)
		}
		failed = err
	}
	if !errors.Is(failed, want) {
		t.Errorf("the error is %v, want %v", failed, want)
	}
}

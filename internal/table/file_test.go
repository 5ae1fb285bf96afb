package table

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
)

// fileOf returns an input in memory.
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

func TestACompressedFileIsUnpackedOnce(t *testing.T) {
	long := strings.Repeat("text", 1000)
	f := fileOf(t, compressed(t, long))
	if !f.Compressed() {
		t.Error("it is not said to be compressed")
	}
	for range 2 {
		if err := f.Unpack(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f.Section()); string(got) != long || err != nil || f.Compressed() {
			t.Errorf("unpacked it has %d bytes, %v", len(got), err)
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

// openPath opens a file for the time of a test.
func openPath(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func content(t *testing.T, f *File) string {
	t.Helper()
	r, err := f.Reader()
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := Open("absent"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "absent") {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("folder"); err == nil || !strings.Contains(err.Error(), "folder: is a folder; name the files in it") {
		t.Errorf("a folder: %v", err)
	}
}

func TestTheNameIsThePathCleaned(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "input", "text")
	if f := openPath(t, ".//./input"); f.Name != "input" {
		t.Errorf("the name is %q", f.Name)
	}
}

func TestWhatIsAppendedAfterOpeningIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "input")
	writeFile(t, path, "text")
	f := openPath(t, path)
	appended, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer appended.Close()
	if _, err := appended.WriteString(" and more"); err != nil {
		t.Fatal(err)
	}
	section, err := io.ReadAll(f.Section())
	if got := content(t, f); got != "text" || string(section) != "text" || err != nil {
		t.Errorf("got %q and %q, %v", got, section, err)
	}
}

func TestTwoNamesOfOneFileAreKnown(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "input", "text")
	writeFile(t, "other", "text")
	if err := os.Link("input", "link"); err != nil {
		t.Skip(err)
	}
	input, link, other := openPath(t, "input"), openPath(t, "link"), openPath(t, "other")
	if !os.SameFile(input.Info(), link.Info()) || os.SameFile(input.Info(), other.Info()) {
		t.Error("the files are not told apart")
	}
	if fileOf(t, "text").Info() != nil {
		t.Error("bytes in memory are a file")
	}
}

func TestSpool(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "short": "text", "long": strings.Repeat("text\n", 100_000)} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			t.Setenv("TMPDIR", folder)
			f, err := Spool(Stdin, iotest.HalfReader(strings.NewReader(text)))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
			for range 2 {
				if got := content(t, f); got != text || f.Name != "stdin" {
					t.Errorf("%s has %d bytes, want %d", f.Name, len(got), len(text))
				}
			}
		})
	}
	t.Run("a stream that breaks is an error and leaves no file behind", func(t *testing.T) {
		folder := t.TempDir()
		t.Setenv("TMPDIR", folder)
		broken := errors.New("the pipe broke")
		_, err := Spool(Stdin, io.MultiReader(strings.NewReader("text"), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "stdin: ") {
			t.Errorf("the error is %v", err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	})
	t.Run("without a folder for temporary files it is an error", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "absent"))
		_, err := Spool(Stdin, strings.NewReader("text"))
		if err == nil || !strings.HasPrefix(err.Error(), "stdin: ") || !strings.Contains(err.Error(), "$TMPDIR") {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestDamagedGzip damages a compressed file at every place: what is read is an
// error, or the same as before.
func TestDamagedGzip(t *testing.T) {
	const text = "ref,endDate\na,2024-06-30\nb,2024-06-30\n"
	whole := compressed(t, text)
	read := func(stored string) (string, error) {
		f, err := FileOf("memory", strings.NewReader(stored), int64(len(stored)))
		if err != nil {
			return "", err
		}
		r, err := f.Reader()
		if err != nil {
			return "", err
		}
		all, err := io.ReadAll(r)
		return string(all), err
	}
	check := func(what string, at int, stored string, mayRead bool) {
		t.Helper()
		got, err := read(stored)
		switch {
		case err != nil && !strings.Contains(err.Error(), "the file is compressed with gzip, and it is damaged"):
			t.Errorf("%s at %d: the error %v does not say that gzip is damaged", what, at, err)
		case err == nil && (!mayRead || got != text):
			t.Errorf("%s at %d: read as %q", what, at, got)
		}
	}
	for at := len(gzipMagic); at < len(whole); at++ {
		check("cut off", at, whole[:at], false)
		for bit := range 8 {
			changed := []byte(whole)
			changed[at] ^= 1 << bit
			check("changed", at, string(changed), true) // bits of its head, and those that fill up a byte, mean nothing
		}
	}
	check("text behind", len(whole), whole+"text", false)
	if got, err := read(whole + whole); got != text+text || err != nil {
		t.Errorf("two files, one behind the other, are read as %q, %v", got, err)
	}
	for _, stored := range []string{whole[:len(whole)-9], "\x1f\x8b\x08rest"} {
		f, err := FileOf("memory", strings.NewReader(stored), int64(len(stored)))
		if err == nil {
			err = f.Unpack()
		}
		if err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%d bytes are unpacked, %v", len(stored), err)
		}
	}
}

func TestWhatIsCompressedTwiceIsUnpackedOnce(t *testing.T) {
	once := compressed(t, "text")
	f := fileOf(t, compressed(t, once))
	if head, err := f.Head(100); ContentOf(head) != Gzipped || err != nil {
		t.Errorf("the content is %d, %v", ContentOf(head), err)
	}
	if err := f.Unpack(); err != nil || content(t, f) != once || f.Compressed() {
		t.Errorf("unpacked it is %q (compressed: %t), %v", content(t, f), f.Compressed(), err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestHeadHasAsManyBytesAsThereAre(t *testing.T) {
	for _, stored := range []string{"text", compressed(t, "text")} {
		f := fileOf(t, stored)
		for n, want := range map[int]string{0: "", 3: "tex", 4: "text", 9: "text"} {
			if got, err := f.Head(n); string(got) != want || err != nil {
				t.Errorf("the first %d bytes are %q, %v", n, got, err)
			}
		}
	}
}

// Package table turns bytes into records. It owns files and streams, gzip,
// encodings, CSV and JSON: where a record begins, on which line, and what
// stands in its cells. It does not know what a column means, and it keeps no
// record in memory.
//
//	File ─ gzip ─▶ Text ─ encoding, byte order mark ─▶ CSV  ─▶ Record
//	                                                └▶ JSON ─▶ Object
package table

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Stdin is the name of an input that is a stream without one.
const Stdin = "stdin"

// File is an input that is open: its bytes as they were at that moment. It can
// be read any number of times, also by several goroutines at once.
type File struct {
	// Name is the path as it was given, cleaned and with forward slashes.
	Name string

	info  os.FileInfo // of what was opened
	bytes io.ReaderAt
	size  int64        // at opening: what is appended later does not belong to the input
	gzip  bool         // the bytes are compressed
	close func() error // nil: somebody else closes them
}

// Open opens the file at path. What is not a regular file (a pipe, a device)
// is spooled, as by Spool.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	name := filepath.ToSlash(filepath.Clean(path))
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("is a folder; name the files in it")}
	case !info.Mode().IsRegular():
		defer f.Close()
		return Spool(name, f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return newFile(name, f, info.Size())
}

// FileOf returns the input whose bytes are the first ones of r. It has no Info,
// and r stays the caller's to close.
func FileOf(name string, r io.ReaderAt, size int64) (*File, error) {
	file := &File{Name: name, bytes: r, size: size}
	head, err := file.Head(len(gzipMagic))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file.gzip = string(head) == gzipMagic
	return file, nil
}

// Spool copies a stream to its end into a scratch file.
func Spool(name string, r io.Reader) (*File, error) {
	f, err := Scratch()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	size, err := io.Copy(f, r)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return newFile(name, f, size)
}

// Scratch creates a private temporary file that has no name any more: nothing
// is left behind, however the process ends.
func Scratch() (*os.File, error) {
	f, err := os.CreateTemp("", "offboard-*")
	if err != nil {
		return nil, fmt.Errorf("cannot create a temporary file, which streams and workbooks need: %w; name a folder with room in $TMPDIR", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// newFile returns the input whose bytes are in f, and closes f if it fails.
func newFile(name string, f *os.File, size int64) (*File, error) {
	file, err := FileOf(name, f, size)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	file.close = f.Close
	if file.info, err = f.Stat(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return file, nil
}

// Info returns what the system knows of the file, to tell whether two inputs
// are one file.
func (f *File) Info() os.FileInfo { return f.info }

// Compressed tells whether the bytes are compressed, and were not unpacked yet.
func (f *File) Compressed() bool { return f.gzip }

// Close closes the file.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

const gzipMagic = "\x1f\x8b"

// Reader returns a reader of all bytes, decompressed.
func (f *File) Reader() (io.Reader, error) {
	raw := io.NewSectionReader(f.bytes, 0, f.size)
	if !f.gzip {
		return raw, nil
	}
	unpacked, err := gzip.NewReader(bufio.NewReader(raw))
	if err != nil {
		return nil, damagedGzip(err)
	}
	return gzipReader{unpacked}, nil
}

// Head returns the first bytes, decompressed: n of them, or fewer if there are
// no more.
func (f *File) Head(n int) ([]byte, error) {
	r, err := f.Reader()
	if err != nil {
		return nil, err
	}
	return readHead(r, n)
}

func readHead(r io.Reader, n int) ([]byte, error) {
	head := make([]byte, n)
	n, err := io.ReadFull(r, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

// Unpack replaces compressed bytes by a decompressed copy in a scratch file, for
// formats that are not read from the beginning to the end.
func (f *File) Unpack() error {
	if !f.gzip {
		return nil
	}
	r, err := f.Reader()
	if err != nil {
		return err
	}
	unpacked, err := Scratch()
	if err != nil {
		return err
	}
	size, err := io.Copy(unpacked, r)
	if err != nil {
		return errors.Join(err, unpacked.Close())
	}
	_ = f.Close() // was only read
	f.bytes, f.close, f.size, f.gzip = unpacked, unpacked.Close, size, false
	return nil
}

// Section returns the bytes for reading at any offset. They are those of the
// file as it is stored: call Unpack before.
func (f *File) Section() *io.SectionReader { return io.NewSectionReader(f.bytes, 0, f.size) }

// gzipReader says of each error that it is about the compression.
type gzipReader struct{ io.Reader }

func (r gzipReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damagedGzip(err)
	}
	return n, err
}

func damagedGzip(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return err
	}
	return fmt.Errorf("the file is compressed with gzip, and it is damaged: %w", err)
}

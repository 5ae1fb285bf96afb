// Package table reads records from bytes. It owns files and streams, gzip, encodings,
// CSV and JSON: where a record begins, on which line, and what its cells are. It does
// not know what a column means, and it keeps one record in memory at a time.
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
	"time"
)

// Stdin is the name of standard input.
const Stdin = "stdin"

// File is an open file, with the size that it had when it was opened: bytes that are
// appended later are not read. It can be read any number of times, also by several
// goroutines at once, but not during Unpack.
type File struct {
	// Name is the path as it was given, cleaned and with forward slashes.
	Name string

	info  os.FileInfo                 // of the file when it was opened
	now   func() (os.FileInfo, error) // of the same file now; nil: no other program can change the bytes
	print fingerprint                 // of the bytes when it was opened; only with now
	bytes io.ReaderAt
	size  int64
	gzip  bool         // the bytes are compressed
	close func() error // nil: the bytes are the caller's to close
	apart bool         // it is closed, and Again opens it by its name

	packed   int64 // the size before Unpack
	bound    int64 // bytes that all of it may unpack to
	unpacked int64 // bytes that Unpack has written
}

// Opening says how files are opened. Its zero value is that of Open and Spool.
type Opening struct {
	// MaxUnpacked is how many bytes a file may unpack to, and a stream may have; 0: 4 GiB,
	// and of a file 200 times its size if that is more than 64 MiB.
	MaxUnpacked int64
	// Now tells which files have just been written: CheckUnchanged compares all bytes of
	// these. If it is zero, none has.
	Now time.Time
}

// Open opens the file at path. If it is not a regular file, but a pipe or a device, its
// bytes are copied as Spool does. A folder is an error. Errors of the system can be
// matched, such as fs.ErrNotExist.
func Open(path string) (*File, error) { return Opening{}.Open(path) }

// Open is like the function of this name.
func (o Opening) Open(path string) (*File, error) {
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
		return o.Spool(name, f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// The size is that of this info, not of a later one, so that bytes which are
	// appended from now on are a change.
	file, err := newFile(name, f, info)
	if err != nil {
		return nil, err
	}
	file.setBound(o.MaxUnpacked)
	file.now, file.print = f.Stat, newFingerprint(isYoung(info, o.Now))
	if err := file.print.take(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// FileOf returns a file whose bytes are the first size bytes of r. Its Info is nil, and
// r remains the caller's to close.
func FileOf(name string, r io.ReaderAt, size int64) (*File, error) {
	file := &File{Name: name, bytes: r, size: size}
	file.setBound(0)
	head, err := file.Head(len(gzipMagic))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file.gzip = string(head) == gzipMagic
	return file, nil
}

// Spool reads a stream to its end, copies it into a scratch file, and returns that. It
// fails with an *UnpackedError if the stream is longer than 4 GiB.
func Spool(name string, r io.Reader) (*File, error) { return Opening{}.Spool(name, r) }

// Spool is like the function of this name, with another limit.
func (o Opening) Spool(name string, r io.Reader) (*File, error) {
	f, err := Scratch()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	_, err = io.Copy(f, streamBound(r, o.MaxUnpacked))
	var info os.FileInfo
	if err == nil {
		info, err = f.Stat()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	file, err := newFile(name, f, info)
	if err == nil {
		file.setBound(o.MaxUnpacked)
	}
	return file, err
}

// Scratch creates a temporary file and removes its name at once, so that no file is
// left behind, however the process ends. Only this process can read it.
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

// newFile returns the file whose bytes are in f, and closes f if it fails.
func newFile(name string, f *os.File, info os.FileInfo) (*File, error) {
	file, err := FileOf(name, f, info.Size())
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	file.info, file.close = info, f.Close
	return file, nil
}

// Info describes the file that was opened; nil if the bytes came from FileOf. With
// os.SameFile it tells whether two names are one file.
func (f *File) Info() os.FileInfo { return f.info }

// Size returns how many bytes the file had when it was opened: compressed ones, unless
// Unpack was called.
func (f *File) Size() int64 { return f.size }

// Compressed tells whether the bytes are compressed with gzip, and Unpack was not called.
func (f *File) Compressed() bool { return f.gzip }

// Close closes the file. Later reads fail with fs.ErrClosed, unless the bytes came from
// FileOf.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// gzipMagic is how compressed bytes begin.
const gzipMagic = "\x1f\x8b"

// Reader returns a reader of all bytes, decompressed. Damaged gzip is an error of
// Reader, or of the reader, which ends with an *UnpackedError where there are more bytes
// than the file may unpack to.
func (f *File) Reader() (io.Reader, error) {
	raw := io.NewSectionReader(f.bytes, 0, f.size)
	if !f.gzip {
		return raw, nil
	}
	unpacked, err := gzip.NewReader(bufio.NewReader(raw))
	if err != nil {
		return nil, damagedGzip(err)
	}
	return &bounded{gzipReader{unpacked}, f.Left(), f.TooLarge}, nil
}

// Head returns the first n bytes, decompressed; fewer if there are no more.
func (f *File) Head(n int) ([]byte, error) {
	r, err := f.Reader()
	if err != nil {
		return nil, err
	}
	return readHead(r, n)
}

// readHead returns the first n bytes of r; fewer if there are no more.
func readHead(r io.Reader, n int) ([]byte, error) {
	head := make([]byte, n)
	n, err := io.ReadFull(r, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

// Unpack replaces compressed bytes by a decompressed copy in a scratch file, for formats
// that are not read from the beginning to the end. It must not be called while another
// goroutine uses the file. If it fails, the file stays as it was. The error matches
// ErrChanged if the file has changed until then.
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
	if changed := f.CheckUnchanged(); changed != nil {
		err = changed // which is why the bytes may be damaged
	}
	if err != nil {
		return errors.Join(err, unpacked.Close())
	}
	_ = f.Close() // nothing was written
	f.unpacked = size
	f.bytes, f.close, f.size, f.gzip, f.now = unpacked, unpacked.Close, size, false, nil
	return nil
}

// Section returns the bytes for reading at any offset. They are not decompressed: call
// Unpack first.
func (f *File) Section() *io.SectionReader { return io.NewSectionReader(f.bytes, 0, f.size) }

// gzipReader adds to each error that the compressed file is damaged.
type gzipReader struct{ io.Reader }

func (r gzipReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damagedGzip(err)
	}
	return n, err
}

// damagedGzip is the error about a file that cannot be decompressed.
func damagedGzip(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return err
	}
	return fmt.Errorf("the file is compressed with gzip, and it is damaged or cut off; get the complete file again (%w)", err)
}

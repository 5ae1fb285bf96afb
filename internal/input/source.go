// Package input owns the reading of leavers: formats, columns and positions.
// It turns files and streams into rows, reads each input as often as it is
// asked to, and keeps no row in memory.
package input

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// Format is how an input is written.
type Format string

// The formats that can be read.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	XLSX  Format = "xlsx"
)

// Options say how to read an input; the zero value reads by content.
type Options struct {
	Format        Format      // empty: by content
	Encoding      Encoding    // empty: by byte order mark and content
	Delimiter     rune        // between the fields of CSV; 0: by the header
	Sheet         string      // of a workbook; empty: the first one that can be seen
	HeaderRow     int         // line or row of the header; 0: found by what stands in it
	RefColumn     string      // column or key; empty: found by name
	EndDateColumn string      // column or key; empty: found by name
	Where         []Condition // which rows are leavers: those that meet all of them
	RefPad        int         // refs of fewer digits get zeros in front; 0: none
	RefPrefix     string      // stands in front of every ref
	Crosswalk     *Crosswalk  // from the refs that stand there to those that are meant; nil: none
	Except        *List       // of refs that are not to be used; nil: none
	Dates         dates.Format
	Zone          *time.Location // of dates without a zone; nil: UTC
	Now           time.Time      // for what is proposed where dates cannot be read
	// Plain tells by its header which input is read as plain UTF-8, whatever the
	// other options say: one that was not made by the system that they are for.
	Plain func(header []string) bool

	usual string // name of the column that a header is found by; empty: ref
}

// Source is an input that is open and known to be readable. It may be read
// any number of times, but not from several goroutines at once.
type Source struct {
	// Name is the path as it was given, cleaned; "stdin" for standard input.
	Name string
	// Format is how the input is written.
	Format Format
	// Encoding is how its bytes stand for characters.
	Encoding Encoding
	// Sheet is the name of the sheet that is read of a workbook.
	Sheet string
	// Delimiter is what stands between the fields of a CSV file.
	Delimiter rune
	// Header holds the column names of a table, or the keys of the first JSON
	// object, as they stand there. HeaderRow is its line or row in a table, and
	// Titled tells that rows above it are not read.
	Header    []string
	HeaderRow int
	Titled    bool

	info    os.FileInfo // of what was opened
	file    *os.File    // of its text, in UTF-8
	size    int64       // as of opening: what is written later is not part of it
	options Options
	columns columns
	paths   []string // to what is in the first JSON object
	where   []int    // the columns of the conditions
	names   names    // of the columns
	lead    int      // bytes in front of the header
	above   int      // lines in front of it
	sheet   shown    // what a workbook says of its cells

	seen  seen            // in the reading that is on, or the last one
	dates map[string]date // that were read, by their texts
	// proposal says which flag would help where end dates cannot be read;
	// proposing is true while that is found out. Then advice is the result.
	proposal  *dates.Proposal
	proposing bool
	advice    dates.Advice
}

// lineError is an error with its line or row.
type lineError struct {
	line int
	err  error
}

func (e lineError) Error() string { return e.err.Error() }
func (e lineError) Unwrap() error { return e.err }

var errEmpty = errors.New("the input is empty; it needs a header with a column ref")

// Stdin is the name of an input that is a stream without one.
const Stdin = "stdin"

// Open opens the file at path. What is not a regular file (a pipe, a device)
// is spooled first, as by Spool.
//
// It fails if the file cannot be read or is not what it is taken for. The
// columns are not looked for before Prepare.
func Open(path string, o Options) (*Source, error) {
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
		return Spool(name, f, o)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return open(name, f, info.Size(), o)
}

// Spool reads a stream to its end into a private temporary file, and opens
// that. The file has no name any more when Spool returns: however the process
// ends, nothing is left behind.
func Spool(name string, r io.Reader, o Options) (*Source, error) {
	f, size, err := spool(copyOf(r))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return open(name, f, size, o)
}

// spool lets write fill a file without a name.
func spool(write func(io.Writer) error) (f *os.File, size int64, err error) {
	if f, err = os.CreateTemp("", "offboard-*"); err != nil {
		return nil, 0, fmt.Errorf("what is not plain text is copied to a temporary file first, and that failed: %w; name a folder with room in $TMPDIR", err)
	}
	if err = os.Remove(f.Name()); err == nil {
		err = write(f)
	}
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}

func copyOf(r io.Reader) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	}
}

func open(name string, f *os.File, size int64, o Options) (*Source, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := &Source{Name: name, Format: o.Format, file: f, size: size, options: o}
	var err error
	if s.info, err = f.Stat(); err == nil {
		err = s.unpack()
	}
	if err == nil {
		err = s.sniff()
	}
	var at lineError
	if errors.As(err, &at) {
		name = fmt.Sprintf("%s:%d", name, at.line)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), s.file.Close())
	}
	return s, nil
}

// plainHeader reads the first line as that of plain CSV, or of JSON lines; nil if it
// is neither.
func (s *Source) plainHeader() []string {
	start := make([]byte, headBytes)
	n, _ := s.file.ReadAt(start, 0) // what cannot be read is told of later
	line, _, _ := bytes.Cut(bytes.TrimPrefix(start[:n], []byte(bom)), []byte("\n"))
	if bytes.HasPrefix(line, []byte("{")) {
		o, _ := readObject(line)
		return o.keys
	}
	header, _ := csv.NewReader(bytes.NewReader(line)).Read()
	return header
}

// Info returns what the system knows of the file, to tell whether two inputs
// are one file.
func (s *Source) Info() os.FileInfo { return s.info }

// Reader returns a reader of the input's text in UTF-8, from the beginning: of its
// bytes as they were when it was opened, or of what these were turned into.
func (s *Source) Reader() *io.SectionReader { return io.NewSectionReader(s.file, 0, s.size) }

// Close closes the input.
func (s *Source) Close() error { return s.file.Close() }

// Prepare finds the columns. It fails if there is no ref column, or more than
// one, or none of a name that was asked for. The keys of JSON lines may differ
// from line to line, so that Rows alone can tell which are missing.
func (s *Source) Prepare() error {
	if s.Format == JSONL {
		return oneKeyEach(s.options)
	}
	var err error
	s.columns, err = findColumns(s.Header, s.options)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", s.Name, s.HeaderRow, err)
	}
	if s.where, err = findConditions(s.Header, s.options.Where); err != nil {
		return fmt.Errorf("%s:%d: %w", s.Name, s.HeaderRow, err)
	}
	s.seen.ref = s.Header[s.columns.ref]
	if s.columns.endDate >= 0 {
		s.seen.endDate = s.Header[s.columns.endDate]
	}
	return s.keepMerged()
}

// Rows reads the input from its beginning. A record that cannot be used is a
// row with a Fault. An error ends the sequence: it names the source and the
// line, and means that what follows cannot be told apart into records.
func (s *Source) Rows() iter.Seq2[leaver.Row, error] {
	read := s.tableRows
	if s.Format == JSONL {
		read = s.jsonlRows
	}
	return func(yield func(leaver.Row, error) bool) {
		s.seen = seen{held: newHeld(s.options.Where), ref: s.seen.ref, endDate: s.seen.endDate}
		if s.Format == JSONL {
			s.seen.ref, s.seen.endDate = "", "" // they are found anew
		}
		read(yield)
	}
}

const (
	bom = "\xef\xbb\xbf"
	// headBytes are looked at for the header, and binaryBytes for what no text
	// has.
	headBytes   = 64 << 10
	binaryBytes = 8 << 10
	// recordLimit is the longest record that is read. It keeps a quote that
	// is never closed from reading a file of any size into memory.
	recordLimit = 1 << 20
)

// text returns the input's bytes after a byte order mark, and after what stands
// above the header.
func (s *Source) text() (*io.SectionReader, error) {
	r := s.Reader()
	var mark [len(bom)]byte
	if n, err := r.ReadAt(mark[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	} else if string(mark[:n]) == bom {
		_, err = r.Seek(int64(len(bom)+s.lead), io.SeekStart)
		return r, err
	}
	_, err := r.Seek(int64(s.lead), io.SeekStart)
	return r, err
}

// sniff tells the format by the first bytes, and reads the header.
func (s *Source) sniff() error {
	r, err := s.text()
	if err != nil {
		return err
	}
	head := bufio.NewReaderSize(r, headBytes)
	start, err := head.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := refuseBinary(start[:min(len(start), binaryBytes)]); err != nil {
		return err
	}
	visible := bytes.TrimLeft(start, " \t\r\n")
	if s.Format == "" {
		switch {
		case len(visible) == 0:
			return errEmpty
		case visible[0] == '{':
			s.Format = JSONL
		default:
			s.Format = CSV
		}
	}
	if s.Format == JSONL {
		return s.readKeys(head)
	}
	table, err := findTable(start, s.options)
	if err != nil {
		return err
	}
	if _, err := head.Discard(table.lead); err != nil {
		return err
	}
	s.Delimiter, s.lead = table.comma, table.lead
	s.above = bytes.Count(start[:table.lead], []byte("\n"))
	s.Titled = table.titled
	return s.readHeader(head)
}

// refuseBinary refuses what no format can be, by its first bytes.
func refuseBinary(start []byte) error {
	switch {
	case bytes.HasPrefix(start, []byte(zipMagic)):
		return errors.New("this is a workbook or a ZIP archive, not text; leave out --format, or save it as CSV (UTF-8)")
	case bytes.HasPrefix(start, []byte(oleMagic)):
		return errors.New("this is a workbook of an old Excel (.xls), or one with a password; save it as .xlsx without a password")
	case bytes.HasPrefix(start, []byte(gzipMagic)):
		return errors.New("this is compressed with gzip twice; unpack it first (gunzip)")
	case bytes.IndexByte(start, 0) >= 0:
		return errors.New("this is binary data, not text; save it as CSV (UTF-8), or say its encoding with --encoding, such as utf-16le")
	}
	return nil
}

// Package input owns what an export of an HR system means: which row is the header,
// which column is what, which rows are leavers, by which ref the tenant knows them,
// and how end dates are read. It reads records from the packages table and xlsx, and
// gives rows, and a survey of what it has noticed.
//
// An input is read at least twice. The first reading fills a Survey, which is a value;
// the later readings take the survey and do not change it. No reading starts another
// one, and rows are not kept in memory.
//
//	table ─ CSV ──▶ grid ──┐
//	xlsx ── cells ▶ grid ──┼─▶ record ─▶ conditions ─▶ page ─ gocsv ─▶ fields ─▶ Row
//	table ─ JSON ─▶ objects┘                  └────────────── Survey ◀───┘
package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"offboard/internal/table"
)

// Source is an export that is open, with its header and columns. It does not change
// between Open and Close: it may be read any number of times, also by several
// goroutines at once.
type Source struct {
	// Name is that of the file.
	Name string
	// Format is the format of the file, and Encoding that of its text.
	Format   Format
	Encoding table.Encoding
	// Sheet is the name of the sheet that is read; "" except in a workbook.
	Sheet string
	// List is the path of the list that is read; "" except in a JSON object around it.
	List string
	// Delimiter is between the fields; 0 except in CSV.
	Delimiter Delimiter
	// Header has the names of the columns, or the keys of the first JSON object, as
	// they are in the file. HeaderRow is the line or row of the header; 0 in JSON.
	// Titled tells whether there is a title above the header.
	Header    []string
	HeaderRow int
	Titled    bool

	file    *table.File
	options Options
	format  format
	closers []io.Closer

	workbook workbook
	paths    []string // of the members of the first JSON object
}

// workbook is what is known of a workbook around the sheet that is read.
type workbook struct {
	from1904 bool     // it counts days from 1904
	hidden   string   // says which columns that are read the sheet hides; "": none
	unread   []string // sheets that are not hidden, and have no column for the ref
}

// errNoRef is for a header without a column for the ref.
var errNoRef = errors.New("no column ref")

var errEmpty = errors.New("the input is empty; it needs a header with a column ref")

// Open finds the format of a file, its header and its columns. The source owns the
// file from now on: Close closes it, and Open closes it if it fails. An error names
// the file, and the line if one is the reason. Keys that no JSON object has are an
// error of the first reading, because each object may have its own keys.
func Open(file *table.File, o Options) (*Source, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := &Source{Name: file.Name, file: file, options: o, closers: []io.Closer{file}}
	if err := s.open(file); err != nil {
		return nil, errors.Join(s.named(err), s.Close())
	}
	return s, nil
}

// named puts the name of the input, and the line, in front of an error.
func (s *Source) named(err error) error {
	if at, ok := errors.AsType[*table.LineError](err); ok {
		return fmt.Errorf("%s:%d: %w", s.Name, at.Line, err)
	}
	return fmt.Errorf("%s: %w", s.Name, err)
}

// lineErrorf returns an error at a line or row.
func lineErrorf(row int, format string, args ...any) error {
	return &table.LineError{Line: row, Err: fmt.Errorf(format, args...)}
}

func (s *Source) open(file *table.File) error {
	switch g, err := s.openGrid(file, s.options.headerOptions()); {
	case err != nil:
		return err
	case g != nil:
		return s.choose(g)
	}
	return s.openObjects()
}

// choose finds the columns of a grid.
func (s *Source) choose(g *grid) error {
	ref, endDate, err := findColumns(g.header, s.options)
	var where []int
	if err == nil {
		where, err = findConditions(g.header, s.options.Where)
	}
	if err == nil {
		g.kept, err = findKept(g.header, s.options)
	}
	if err == nil {
		g.status = statusColumns(g.header, s.options.Where, ref, endDate)
		columns := append([]int{ref, endDate}, where...)
		if endDate >= 0 && s.options.EndDateColumn == "" {
			at := rivals(g.header, endDate)
			g.rivals, columns = pickNames(g.header, at), append(columns, at...)
		}
		err = g.pick(ref, endDate, columns...)
	}
	if err != nil {
		return &table.LineError{Line: g.headerRow, Err: err}
	}
	s.format, s.workbook.hidden = g, g.hiddenColumns()
	return nil
}

// Described returns what the source says about itself, and its Warnings, in little memory. It
// cannot be read or closed.
func (s *Source) Described() *Source {
	d := &Source{
		Name: s.Name, Format: s.Format, Encoding: s.Encoding, Sheet: s.Sheet, List: s.List, Delimiter: s.Delimiter,
		HeaderRow: s.HeaderRow, Titled: s.Titled, options: s.options, workbook: s.workbook,
	}
	for _, name := range s.Header {
		d.Header = append(d.Header, strings.Clone(name)) // it is a part of a larger text
	}
	return d
}

// findColumns finds the ref and the end date among the names of a header; -1 is
// an end date that is not there.
func findColumns(header []string, o Options) (ref, endDate int, err error) {
	ref, err = findColumn(header, o.RefColumn, refName, "--ref-column")
	if err != nil {
		return 0, 0, err
	}
	if ref < 0 {
		return 0, 0, fmt.Errorf("%w; the header has %s; name the column with --ref-column, or the row of the header with --header-row", errNoRef, quoted(header))
	}
	if o.EndDateColumn == NoEndDates {
		return ref, -1, nil
	}
	endDate, err = findColumn(header, o.EndDateColumn, endDateName, "--end-date-column")
	if err != nil {
		return 0, 0, err
	}
	switch {
	case ref == endDate:
		return 0, 0, fmt.Errorf("--ref-column and --end-date-column both name the column %q", header[ref])
	case endDate >= 0 && o.EndDateColumn == "":
		err = checkAbsences(header, header[endDate])
	}
	return ref, endDate, err
}

// openGrid opens a file as a grid. If the file has JSON objects, it returns nil and
// sets s.format.
func (s *Source) openGrid(file *table.File, o headerOptions) (*grid, error) {
	raw, err := file.Head(4)
	if err != nil {
		return nil, err
	}
	isWorkbook := table.ContentOf(raw) == table.Zip
	switch {
	case isWorkbook && (s.options.Format == "" || s.options.Format == XLSX):
		s.Format, s.Encoding = XLSX, table.UTF8
		g, err := s.openSheet(file, o)
		return s.headed(g, err)
	case s.options.Format == XLSX && table.ContentOf(raw) != table.OLE:
		return nil, errors.New("this is not a workbook (--format xlsx); leave out --format, and the content tells")
	}
	text, err := file.Text(s.options.Encoding)
	if err != nil {
		return nil, err
	}
	s.Encoding = text.Encoding
	head, err := text.Head()
	if err != nil {
		return nil, err
	}
	isJSON, err := s.isJSON(text, head)
	if err != nil || isJSON {
		return nil, err
	}
	if err := head.Check(o.delimiter); err != nil {
		return nil, withDelimiterFlag(err)
	}
	s.Format = CSV
	g, comma, err := openCSV(text, head, o)
	s.Delimiter = Delimiter(comma)
	return s.headed(g, err)
}

// withDelimiterFlag adds the flag to an error that a delimiter settles.
func withDelimiterFlag(err error) error {
	at, isLine := errors.AsType[*table.LineError](err)
	if d, ok := errors.AsType[*table.DelimiterError](err); ok && isLine {
		return lineErrorf(at.Line, `%w; if it does, say so with --delimiter, in bash --delimiter $'\x%02x'`, err, d.Delimiter)
	}
	return err
}

// headed sets the header to that of a grid.
func (s *Source) headed(g *grid, err error) (*grid, error) {
	if errors.Is(err, io.EOF) {
		err = errEmpty
	}
	if err != nil {
		return nil, err
	}
	s.Header, s.HeaderRow, s.Titled = g.header, g.headerRow, g.titled
	return g, nil
}

// isJSON tells whether a text is JSON: because it was asked for, or by its first bytes.
// If it is, isJSON sets s.format. It fails if the bytes are not text.
func (s *Source) isJSON(text *table.Text, head table.Head) (bool, error) {
	content, asked := table.ContentOf(head), s.options.Format
	if err := notText(content); err != nil {
		return false, err
	}
	if content == table.Blank && asked == "" {
		return false, errEmpty
	}
	array := content == table.JSONArray && asked != CSV
	lines := asked == JSONL || content == table.JSONObject && asked == ""
	if !array && !lines {
		return false, nil
	}
	if !array && content == table.Plain {
		above := len(head) - len(bytes.TrimLeft(head, " \t\r\n"))
		return false, lineErrorf(1+bytes.Count(head[:above], []byte("\n")), "this is not JSON lines: a line is one object, {\"ref\": …}")
	}
	s.Format, s.format = JSONL, &objects{json: table.JSON{Text: text}}
	return true, nil
}

// notText is the error about content that is not text.
func notText(content table.Content) error {
	switch content {
	case table.Zip:
		return errors.New("this is a workbook or a ZIP archive, not text; leave out --format, or save it as CSV (UTF-8)")
	case table.OLE:
		return errors.New("this is a workbook of an old Excel (.xls), or one with a password; save it as .xlsx without a password")
	case table.Gzipped:
		return errors.New("this is compressed with gzip twice; unpack it first (gunzip)")
	case table.WebPage:
		return errors.New("this is a web page (HTML), not a table, whatever its name says: a program has exported HTML, or the file is the page of a login; export the data as CSV or .xlsx")
	case table.XML:
		return errors.New("this is XML, which cannot be read; export the data as CSV or .xlsx, or open it in a spreadsheet program and save it so")
	case table.Document:
		return errors.New("this is a document (PDF or RTF), not a table; export the data as CSV or .xlsx")
	case table.Binary:
		return errors.New("this is binary data, not text; save it as CSV (UTF-8), or say its encoding with --encoding, such as utf-16le")
	}
	return nil
}

// headerOptions returns the options that concern the header.
func (o Options) headerOptions() headerOptions {
	return headerOptions{delimiter: rune(o.Delimiter), row: o.HeaderRow, column: o.RefColumn, zone: o.Zone}
}

// Field returns the word for what holds a value in this format: "column" or "key".
func (s *Source) Field() string {
	if s.Format == JSONL {
		return "key"
	}
	return "column"
}

// Close closes the file. Later readings fail with fs.ErrClosed.
func (s *Source) Close() error {
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

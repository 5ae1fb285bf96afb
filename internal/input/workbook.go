package input

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

const (
	zipMagic = "PK\x03\x04"
	oleMagic = "\xd0\xcf\x11\xe0" // of old workbooks, and of those with a password
)

// partLimit is the size of a part that is read into memory at most. Cells and
// the texts that they share are not among these.
const partLimit = 16 << 20

// workbook is an XLSX file: a ZIP archive of parts in XML, as ECMA-376 has it.
//
// It is not read with excelize, which the tests hold it against. What that
// library streams does not tell a number from a text, takes a formula that was
// never computed for an empty cell, and passes over damage in silence: another
// person would be suspended, or one who has no end date by mistake. Its cells that
// have a type take 830 MB for 200,000 rows of six.
type workbook struct {
	archive *zip.Reader
	sheets  []sheet
	epoch   int      // days to add to dates: some workbooks count from 1904
	formats []format // of numbers, by the style of a cell
	shared  texts    // which cells refer to by number
}

// sheet is one sheet of a workbook, and the part that its cells are in.
type sheet struct {
	name, part string
	hidden     bool
}

// openWorkbook reads all of a workbook but its cells.
func openWorkbook(file io.ReaderAt, size int64) (*workbook, error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, fmt.Errorf("this looks like a workbook, and is damaged: %w", err)
	}
	w := &workbook{archive: archive}
	start, err := w.relations("")
	if err != nil {
		return nil, err
	}
	for _, r := range start {
		if r.is("officeDocument") && path.Ext(r.Target) == ".xml" {
			return w, w.read(r.Target)
		}
	}
	return nil, errors.New("this is a ZIP archive and no XLSX workbook; save the sheet as .xlsx, or as CSV (UTF-8)")
}

// read reads the main part, and what it says belongs to it.
func (w *workbook) read(main string) error {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			ID    string `xml:"id,attr"`
			State string `xml:"state,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode(main, &book); err != nil {
		return err
	}
	if isTrue(book.Properties.Date1904) {
		w.epoch = 1462
	}
	related, err := w.relations(main)
	if err != nil {
		return err
	}
	cells := map[string]string{} // parts by ID
	for _, r := range related {
		switch {
		case r.is("worksheet"):
			cells[r.ID] = r.Target
		case r.is("styles"):
			err = errors.Join(err, w.readStyles(r.Target))
		case r.is("sharedStrings"):
			err = errors.Join(err, w.readShared(r.Target))
		}
	}
	for _, s := range book.Sheets {
		if part, ok := cells[s.ID]; ok { // others are charts and macros
			w.sheets = append(w.sheets, sheet{s.Name, part, s.State != "" && s.State != "visible"})
		}
	}
	return err
}

// find returns the sheet of the name, or else the first one that can be seen.
func (w *workbook) find(name string) (sheet, error) {
	var names []string
	for _, s := range w.sheets {
		if name == "" && !s.hidden || name != "" && strings.EqualFold(strings.TrimSpace(s.name), strings.TrimSpace(name)) {
			return s, nil
		}
		names = append(names, s.name)
	}
	switch {
	case name != "":
		return sheet{}, fmt.Errorf("no sheet %q (--sheet); the workbook has %s", name, list(names))
	case len(names) > 0:
		return sheet{}, fmt.Errorf("all sheets are hidden; name one with --sheet: %s", list(names))
	}
	return sheet{}, errors.New("the workbook has no sheet with cells")
}

// relation says that one part of a workbook belongs to another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

func (r relation) is(kind string) bool { return path.Base(r.Type) == kind }

// relations returns what belongs to a part; to the whole for "".
func (w *workbook) relations(part string) ([]relation, error) {
	var all struct {
		Relations []relation `xml:"Relationship"`
	}
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	if err := w.decode(name, &all); err != nil && !errors.Is(err, errNoPart) {
		return nil, err
	}
	for i, r := range all.Relations {
		if !path.IsAbs(r.Target) {
			r.Target = path.Join(path.Dir(part), r.Target)
		}
		all.Relations[i].Target = strings.TrimPrefix(path.Clean(r.Target), "/")
	}
	return all.Relations, nil
}

var errNoPart = errors.New("the workbook is damaged: it lacks a part")

// open opens a part. Names of parts do not differ by case, and some programs
// write them as Windows does.
func (w *workbook) open(name string) (io.ReadCloser, error) {
	for _, f := range w.archive.File {
		if strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			return f.Open()
		}
	}
	return nil, fmt.Errorf("%w, %s", errNoPart, name)
}

// decode reads a whole part.
func (w *workbook) decode(name string, to any) error {
	part, err := w.open(name)
	if err != nil {
		return err
	}
	text := &recordReader{r: part, left: partLimit}
	return errors.Join(damaged(name, xml.NewDecoder(text).Decode(to)), part.Close())
}

// damaged says in which part of a workbook an error was found.
func damaged(part string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the workbook is damaged: %s: %w", part, err)
}

// readStyles reads how the numbers in cells are shown.
func (w *workbook) readStyles(name string) error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode(name, &styles); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, f := range styles.Formats {
		codes[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		code, own := codes[c.Format]
		switch {
		case own:
			w.formats = append(w.formats, formatOf(code))
		default:
			w.formats = append(w.formats, builtIn(c.Format))
		}
	}
	return nil
}

// readShared copies the texts that cells share to a file of their own: there
// may be as many of them as there are cells.
func (w *workbook) readShared(name string) error {
	part, err := w.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	f, _, err := spool(func(to io.Writer) error {
		return damaged(name, w.shared.copy(part, to))
	})
	w.shared.file = f
	return err
}

// close gives up what opening has spooled.
func (w *workbook) close() error {
	if w.shared.file == nil {
		return nil
	}
	return w.shared.file.Close()
}

func isTrue(attribute string) bool { return attribute == "1" || attribute == "true" }

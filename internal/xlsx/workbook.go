package xlsx

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// Workbook is a workbook that is open. It must not be used from several
// goroutines at once.
type Workbook struct {
	archive  *zip.Reader
	scratch  func() (*os.File, error)
	sheets   []Sheet
	from1904 bool
	formats  []numberFormat // by the style of a cell
	shared   texts
	formulas calculation
	budget   budget
}

// Sheet is a sheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	part   string // the name of the part with its cells
}

// Open reads all of a workbook but its cells. The file must not change or be
// closed before the last call of Read has returned.
//
// scratch is called for an empty file whenever something has to be kept that does
// not fit into memory: the texts that cells share, the cells of a sheet. Such a file
// may have no name any more. The package closes it, and removes nothing.
//
// limit is how many bytes the workbook may unpack to, over all calls of Read: those of
// its parts, and those of the cells and texts that are kept; 0: any number.
//
// An error matches ErrNotWorkbook, ErrDamaged, or an error of the operating system, or is
// a *LimitError.
func Open(file io.ReaderAt, size int64, scratch func() (*os.File, error), limit int64) (*Workbook, error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, notArchive(file, err)
	}
	w := &Workbook{archive: archive, scratch: scratch, budget: budget{limit: limit}}
	main, err := w.mainPart()
	if err == nil {
		err = w.readBook(main)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// notArchive returns the error for a file that cannot be read as a ZIP archive. If it
// starts as an archive does, it is damaged, such as a workbook whose end is missing.
func notArchive(file io.ReaderAt, err error) error {
	const magic = "PK\x03\x04"
	start := make([]byte, len(magic))
	if n, _ := file.ReadAt(start, 0); string(start[:n]) == magic {
		return damaged("the archive", err)
	}
	return fmt.Errorf("%w: %w; %s", ErrNotWorkbook, err, resave)
}

// Sheets returns the sheets that have cells, in the order of the workbook. Sheets
// of charts and macros are not among them.
func (w *Workbook) Sheets() []Sheet { return w.sheets }

// From1904 tells whether the workbook counts days from 1904, as old programs for
// the Mac did. A number that no format shows as a date is ambiguous then: it may
// be a day by either way to count. Cells of the kind Date are not concerned.
func (w *Workbook) From1904() bool { return w.from1904 }

// Close closes what Open has kept on disk. What Read has returned stays open.
func (w *Workbook) Close() error { return w.shared.close() }

// mainPart returns the name of the part that lists the sheets.
func (w *Workbook) mainPart() (string, error) {
	whole, err := w.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range whole {
		if r.is("officeDocument") && path.Ext(r.Target) == ".xml" {
			return r.Target, nil
		}
	}
	return "", fmt.Errorf("%w, but another ZIP archive; %s", ErrNotWorkbook, resave)
}

// readBook reads the main part, and the parts that belong to it.
func (w *Workbook) readBook(main string) error {
	var book struct {
		XMLName    xml.Name
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			ID    string `xml:"id,attr"`
			State string `xml:"state,attr"`
		} `xml:"sheets>sheet"`
		Calculation *struct {
			OnLoad string `xml:"fullCalcOnLoad,attr"`
		} `xml:"calcPr"`
	}
	if err := w.decode(main, &book); err != nil {
		return err
	}
	if book.XMLName.Local != "workbook" {
		return fmt.Errorf("%w, but another document of an office program; %s", ErrNotWorkbook, resave)
	}
	w.from1904 = isTrue(book.Properties.Date1904)
	switch {
	case book.Calculation == nil:
		w.formulas = unsaid
	case isTrue(book.Calculation.OnLoad):
		w.formulas = onLoad
	}
	related, err := w.relations(main)
	if err != nil {
		return err
	}
	parts := map[string]string{} // of sheets, by the ID of the relation
	for _, r := range related {
		switch {
		case r.is("worksheet"):
			parts[r.ID] = r.Target
		case r.is("styles"):
			err = w.readStyles(r.Target)
		case r.is("sharedStrings"):
			if err = w.readShared(r.Target); errors.Is(err, errNoPart) {
				w.shared.absent, err = r.Target, nil // an error only if a cell uses a shared text
			}
		}
		if err != nil {
			return err
		}
	}
	for _, s := range book.Sheets {
		if part, ok := parts[s.ID]; ok {
			w.sheets = append(w.sheets, Sheet{s.Name, s.State != "" && s.State != "visible", part})
		}
	}
	return nil
}

// readStyles reads how the numbers in cells are shown. Without styles, numbers
// are numbers and no dates.
func (w *Workbook) readStyles(name string) error {
	if w.formats != nil {
		return damaged(name, errTwice)
	}
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
		if errors.Is(err, errNoPart) {
			return nil
		}
		return err
	}
	codes := map[int]string{}
	for _, f := range styles.Formats {
		codes[f.ID] = f.Code
	}
	w.formats = make([]numberFormat, len(styles.Cells))
	for i, c := range styles.Cells {
		if code, own := codes[c.Format]; own {
			w.formats[i] = numberFormatOf(code)
		} else {
			w.formats[i] = builtIn(c.Format)
		}
	}
	return nil
}

// readShared copies the texts that cells share to a scratch file: there may be
// as many of them as there are cells.
func (w *Workbook) readShared(name string) error {
	if w.shared.file != nil {
		return damaged(name, errTwice)
	}
	part, err := w.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	if w.shared.file, err = w.scratch(); err != nil {
		return err
	}
	return damaged(name, w.shared.copy(part, &w.budget))
}

// errTwice: the workbook has two parts of a kind, and they may differ.
var errTwice = errors.New("the workbook has two parts of this kind, and may have only one")

func isTrue(attribute string) bool { return attribute == "1" || attribute == "true" }

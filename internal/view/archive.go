package view

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/xuri/excelize/v2"
)

// archive is the file of a workbook while it is written, part by part.
//
// By itself the library keeps a buffer of up to 32 MiB for every sheet, and then all of the
// packed workbook, in memory until the end. So every sheet is written in a workbook of its
// own, of which it is packed at once. What all sheets share comes from the main workbook.
type archive struct {
	zip     *zip.Writer
	scratch string // folder for temporary files
	sheets  int    // that are written, the summary included
}

// newArchive returns an archive that is written to to. Speed counts for more than size: the
// texts of a sheet shrink to a twentieth at any level.
func newArchive(to io.Writer, scratch string) *archive {
	z := zip.NewWriter(to)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestSpeed)
	})
	return &archive{zip: z, scratch: scratch, sheets: 1}
}

// sheetPart is the name of the part with the sheet of a number, counted from 1.
func sheetPart(number int) string { return fmt.Sprintf("xl/worksheets/sheet%d.xml", number) }

// newSheet creates the next sheet, of so many rows, in the main workbook and in a new one
// that has its rows.
func (a *archive) newSheet(main *excelize.File, columns []column, name string, rows int) (*sheet, error) {
	f := excelize.NewFile(excelize.Options{TmpDir: a.scratch})
	s, err := newStyles(f) // they have the same numbers as those of the main workbook
	if err == nil {
		// The sheet is the second one there, because the first one is selected: what
		// somebody edits would be edited in all sheets that are.
		_, err = f.NewSheet(name)
	}
	if err == nil {
		_, err = main.NewSheet(name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	sh := &sheet{file: f, name: name, columns: len(columns), rows: rows}
	if err := errors.Join(sh.filter(main), sh.begin(s, columns)); err != nil {
		return nil, errors.Join(err, sh.close())
	}
	return sh, nil
}

// pack adds a sheet to the archive, and closes it.
func (a *archive) pack(sh *sheet) error {
	const second = 2
	err := errors.Join(sh.filter(sh.file), sh.stream.Flush())
	if err == nil {
		a.sheets++
		err = packParts(sh.file, func(part string) (io.Writer, error) {
			if part != sheetPart(second) {
				return io.Discard, nil
			}
			return a.zip.Create(sheetPart(a.sheets))
		})
	}
	return errors.Join(err, sh.close())
}

// end adds what all sheets share, and completes the archive.
func (a *archive) end(main *excelize.File) error {
	err := packParts(main, func(part string) (io.Writer, error) {
		if strings.HasPrefix(part, "xl/worksheets/") && part != sheetPart(1) {
			return io.Discard, nil // it is packed already
		}
		return a.zip.Create(part)
	})
	if err != nil {
		return err
	}
	return a.zip.Close()
}

// packParts lets a workbook write each of its parts to what create returns for its name.
func packParts(f *excelize.File, create parts) error {
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return create })
	return f.Write(io.Discard)
}

// parts is a writer of archives that only creates parts.
type parts func(name string) (io.Writer, error)

func (p parts) Create(name string) (io.Writer, error) { return p(name) }
func (parts) AddFS(fs.FS) error                       { return nil }
func (parts) Close() error                            { return nil }

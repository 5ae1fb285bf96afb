package view

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// kind is a kind of file for people, as messages call it, and how its name ends.
type kind struct{ noun, extension string }

var (
	workbooks = kind{"workbook", ".xlsx"}
	pageFiles = kind{"page", ".html"}
)

// CheckPath returns an error if no workbook can be written to a path: its name does not end
// in .xlsx, or something is there already.
func CheckPath(path string) error { return workbooks.check(path) }

// CheckPagePath is CheckPath for a page, whose name ends in .html.
func CheckPagePath(path string) error { return pageFiles.check(path) }

func (k kind) check(path string) error {
	if !strings.EqualFold(filepath.Ext(path), k.extension) {
		return fmt.Errorf("%s: the name of a %s ends in %s", path, k.noun, k.extension)
	}
	if _, err := os.Lstat(path); err == nil {
		return k.exists(path)
	}
	return nil // what else is wrong shows when the file is created
}

func (k kind) exists(path string) error {
	return fmt.Errorf("%s exists already, and a %s replaces no other file; remove it or name another file", path, k.noun)
}

// WriteError says that a workbook or a page could not be written, to its end, although it
// could be made.
type WriteError struct {
	What string // the noun
	Err  error
}

// Error says why.
func (e *WriteError) Error() string {
	return fmt.Sprintf("the %s cannot be written: %v", e.What, e.Err)
}

// Unwrap returns Err.
func (e *WriteError) Unwrap() error { return e.Err }

// writing returns an error as a *WriteError, if it is one.
func (k kind) writing(err error) error {
	if err == nil {
		return nil
	}
	return &WriteError{k.noun, err}
}

// file is a new file that gets its name when it is complete.
type file struct {
	*os.File
	kind kind
	path string
}

// create creates a file beside path.
func (k kind) create(path string) (*file, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".offboard-*"+k.extension+".part") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("cannot create a file in the folder of %s: %w", path, err)
	}
	return &file{f, k, path}, nil
}

// finish gives the file its name. It replaces no other file, also none that was created
// since its path was checked.
func (f *file) finish() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return f.kind.writing(errors.Join(err, os.Remove(f.Name())))
	}
	return f.kind.writing(f.kind.place(f.Name(), f.path, os.Link))
}

// place moves a file to a path where nothing is. Whatever happens, its old name is gone.
func (k kind) place(from, to string, link func(from, to string) error) error {
	err := link(from, to) // unlike a renaming, it never replaces a file
	switch {
	case errors.Is(err, fs.ErrExist):
		err = k.exists(to)
	case err != nil: // some file systems have no second names
		if err = k.check(to); err == nil {
			if err = os.Rename(from, to); err == nil {
				return nil
			}
		}
	}
	return errors.Join(err, os.Remove(from))
}

// abandon removes the file.
func (f *file) abandon() error {
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

package view

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CheckPath returns an error if no workbook can be written to a path: its name does not end
// in .xlsx, or something is there already.
func CheckPath(path string) error {
	if !strings.EqualFold(filepath.Ext(path), ".xlsx") {
		return fmt.Errorf("%s: the name of a workbook ends in .xlsx", path)
	}
	if _, err := os.Lstat(path); err == nil {
		return existsError(path)
	}
	return nil // what else is wrong shows when the file is created
}

func existsError(path string) error {
	return fmt.Errorf("%s exists already, and a workbook replaces no other file; remove it or name another file", path)
}

// file is a new file that gets its name when it is complete.
type file struct {
	*os.File
	path string
}

// create creates a file beside path.
func create(path string) (*file, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".offboard-*.xlsx.part") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("cannot create a file in the folder of %s: %w", path, err)
	}
	return &file{f, path}, nil
}

// finish gives the file its name. It replaces no other file, also none that was created
// after CheckPath.
func (f *file) finish() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return writing(errors.Join(err, os.Remove(f.Name())))
	}
	return writing(place(f.Name(), f.path, os.Link))
}

// place moves a file to a path where nothing is. Whatever happens, its old name is gone.
func place(from, to string, link func(from, to string) error) error {
	err := link(from, to) // unlike a renaming, it never replaces a file
	switch {
	case errors.Is(err, fs.ErrExist):
		err = existsError(to)
	case err != nil: // some file systems have no second names
		if err = CheckPath(to); err == nil {
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

package view

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// PageFileError says that a page, which could be made, could not be written to its end.
type PageFileError struct{ Err error }

// Error says why.
func (e *PageFileError) Error() string { return "the page cannot be written: " + e.Err.Error() }

// Unwrap returns Err.
func (e *PageFileError) Unwrap() error { return e.Err }

// CheckPagePath returns an error if no page can be written to a path: its name does not end
// in .html, or something is there already.
func CheckPagePath(path string) error {
	if !strings.EqualFold(filepath.Ext(path), ".html") {
		return fmt.Errorf("%s: the name of a page ends in .html", path)
	}
	if _, err := os.Lstat(path); err == nil {
		return pageExists(path)
	}
	return nil // what else is wrong shows when the file is created
}

func pageExists(path string) error {
	return fmt.Errorf("%s exists already, and a page replaces no other file; remove it or name another file", path)
}

// WriteFile writes the page to a new file, which only its owner can read, and returns how
// long it is. Until it is complete it has another name beside path, and nothing of it is
// left behind after an error. It fails as CheckPagePath does, and with a *PageFileError.
func (p *Page) WriteFile(path string) (bytes int64, err error) {
	if err := CheckPagePath(path); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".offboard-*.html.part") // mode 0600
	if err != nil {
		return 0, fmt.Errorf("cannot create a file in the folder of %s: %w", path, err)
	}
	err = p.Write(f)
	info, infoErr := f.Stat()
	if err = errors.Join(err, infoErr, f.Sync(), f.Close()); err != nil {
		return 0, &PageFileError{errors.Join(err, os.Remove(f.Name()))}
	}
	return info.Size(), publish(f.Name(), path)
}

// publish gives a complete file its name. It replaces no other file, also none that was
// created since CheckPagePath.
func publish(written, path string) error {
	err := os.Link(written, path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return errors.Join(pageExists(path), os.Remove(written))
	case err != nil: // some file systems have no second names
		if err = CheckPagePath(path); err == nil {
			if err = os.Rename(written, path); err == nil {
				return nil
			}
		}
		return errors.Join(&PageFileError{err}, os.Remove(written))
	}
	if err := os.Remove(written); err != nil {
		return &PageFileError{err}
	}
	return nil
}

package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// NotFileError says that something else than a regular file stands at the path of a
// report, or beside it where a file is needed.
type NotFileError struct {
	Path string
	Kind fs.FileMode // the bits of its type
	Torn bool        // the path is that of Report.TornPath
}

// Error names the path and what stands there.
func (e *NotFileError) Error() string {
	return fmt.Sprintf("%s is %s, and it has to be a regular file", e.Path, e.what())
}

func (e *NotFileError) what() string {
	switch {
	case e.Kind&fs.ModeDir != 0:
		return "a folder"
	case e.Kind&fs.ModeSymlink != 0:
		return "a symbolic link"
	case e.Kind&fs.ModeNamedPipe != 0:
		return "a pipe"
	case e.Kind&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// CheckPath returns a *NotFileError if no report can be at a path, because something else
// than a regular file is there: a folder, a device, a pipe, or a symbolic link that leads
// nowhere. One that leads to a report is as good as its name.
func CheckPath(path string) error {
	if path != "" && os.IsPathSeparator(path[len(path)-1]) {
		return &NotFileError{Path: path, Kind: fs.ModeDir}
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if info, err = os.Lstat(path); err != nil {
			return nil // nothing is there yet
		}
	}
	if err == nil && !info.Mode().IsRegular() {
		return &NotFileError{Path: path, Kind: info.Mode().Type()}
	}
	return nil // what else is wrong shows when it is opened
}

// openTorn opens the file at a TornPath to append to it, or creates it. It follows no
// symbolic link, and opens nothing but a regular file: whoever may write to the folder
// could have put something else there.
func openTorn(path string) (*os.File, error) {
	const flags = os.O_WRONLY | os.O_APPEND
	before, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.OpenFile(path, flags|os.O_CREATE|os.O_EXCL, 0o600)
	case err != nil:
		return nil, err
	case !before.Mode().IsRegular():
		return nil, &NotFileError{path, before.Mode().Type(), true}
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, err
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(before, now) {
		return nil, errors.Join(err, fmt.Errorf("%s was replaced while it was opened", path), f.Close())
	}
	return f, nil
}

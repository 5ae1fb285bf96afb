package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"offboard/internal/report"
)

var errNoFolder = errors.New("cannot be created: its folder does not exist")

// CheckReplaceable returns a *FilePathError or a *report.NotFileError if ReplaceFile could
// not write to a path. It creates a file beside it and removes that again.
func CheckReplaceable(path string) error {
	if err := report.CheckPath(path); err != nil {
		return err
	}
	return checkFolder(path)
}

// checkFolder returns a *FilePathError if the folder of a path does not take a file.
func checkFolder(path string) error {
	info, err := os.Stat(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return &FilePathError{path, errNoFolder}
	}
	// A file that is created and removed again proves that the folder takes one.
	probe, err := createBeside(path)
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		return &FilePathError{path, fmt.Errorf("cannot be created: %w", err)}
	}
	return nil
}

// ReplaceFile writes a file as a whole, in place of one that is there: at no time is there a
// part of it. What it returns nil for survives a power cut. A symbolic link stays one.
func ReplaceFile(path string, text []byte, mode fs.FileMode) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// createBeside creates a file with another name in the folder of a path. Its mode is 0600.
func createBeside(path string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
}

// syncFolder syncs a folder, if the file system can, so that a new name survives a power cut.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// IsSamePlace tells whether two paths lead to one file, which may not exist yet.
func IsSamePlace(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	if filepath.Base(a) != filepath.Base(b) {
		return false
	}
	infoA, errA = os.Stat(filepath.Dir(a))
	infoB, errB = os.Stat(filepath.Dir(b))
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

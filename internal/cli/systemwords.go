package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// plain returns the text of an error for people: what the system says about a file is said
// in words that need no knowledge of it.
func plain(err error) string {
	text := err.Error()
	for _, e := range pathErrors(err) {
		text = strings.Replace(text, e.Error(), wordsOfSystem(e), 1)
	}
	return text
}

// pathErrors returns the errors about a file that an error wraps.
func pathErrors(err error) (found []*fs.PathError) {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // the chain is walked here
		return []*fs.PathError{e}
	}
	switch wrapper := err.(type) { //nolint:errorlint
	case interface{ Unwrap() error }:
		if inner := wrapper.Unwrap(); inner != nil {
			return pathErrors(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range wrapper.Unwrap() {
			found = append(found, pathErrors(inner)...)
		}
	}
	return found
}

// wordsOfSystem says what the system says about a file.
func wordsOfSystem(e *fs.PathError) string {
	switch {
	case errors.Is(e.Err, fs.ErrNotExist):
		if near := nearFile(e.Path); near != "" {
			return fmt.Sprintf("%s does not exist; did you mean %s?", e.Path, near)
		}
		return e.Path + " does not exist"
	case errors.Is(e.Err, fs.ErrPermission):
		return e.Path + ": this user has no permission for it"
	case errors.Is(e.Err, syscall.EISDIR):
		return e.Path + " is a folder, and not a file"
	case errors.Is(e.Err, syscall.ENOTDIR):
		return e.Path + ": a part of this path is a file, and not a folder"
	}
	return fmt.Sprintf("%s: %v", e.Path, e.Err)
}

// nearFile returns the path of the file that the name of another one is a slip of; "" if
// there is none.
func nearFile(path string) string {
	const most = 1000 // names that are looked at
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return ""
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(most) // what was read before an error is good enough
	near := nearest(filepath.Base(path), names)
	if near == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(path), near)
}

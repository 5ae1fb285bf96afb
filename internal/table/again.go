package table

import (
	"fmt"
	"os"
	"path/filepath"
)

// Again returns the file once more, as it was when it was opened, for a reading of its own:
// what Unpack does to one of the two does not change the other. The file has to stay open
// while what Again returns is used, unless it was detached, and Close of what it returns does
// not close the file. It must not be called after Unpack.
//
// Of a file that was detached the error matches ErrChanged if its name leads to another file
// now, or to none, or if the file has changed (see CheckUnchanged).
func (f *File) Again() (*File, error) {
	again := *f
	if !f.apart {
		again.close = nil
		return &again, nil
	}
	file, err := os.Open(filepath.FromSlash(f.Name))
	if err != nil {
		return nil, fmt.Errorf("%s %w (%w)", f.Name, ErrChanged, err)
	}
	again.bytes, again.now, again.close, again.apart = file, file.Stat, file.Close, false
	info, err := file.Stat()
	if err == nil && !os.SameFile(info, f.info) {
		err = fmt.Errorf("%s %w", f.Name, ErrChanged)
	}
	if err == nil {
		err = again.CheckUnchanged()
	}
	if err != nil {
		_ = file.Close() // it was only read
		return nil, err
	}
	return &again, nil
}

// Detach closes a file until Again reads it once more: thousands of files can be known, and
// few of them open. It can only be called for a file that Open has opened, and that is no copy
// of a stream.
func (f *File) Detach() error {
	f.apart = true
	return f.Close()
}

package report

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"github.com/gofrs/flock"
)

// System is what a report needs of the operating system beside a file. Some file systems
// lack it, and tests stand in for those.
type System struct {
	// Lock locks a file until it is unlocked, or fails with ErrLocked if another process
	// has locked it. nil: as flock does.
	Lock func(path string) (unlock func() error, err error)
	// SyncFolder syncs a folder, so that a new name in it survives a power cut. nil: as
	// fsync does.
	SyncFolder func(path string) error
}

// complete returns the system with what it leaves out.
func (s System) complete() System {
	if s.Lock == nil {
		s.Lock = lockFile
	}
	if s.SyncFolder == nil {
		s.SyncFolder = syncFolder
	}
	return s
}

// NoLocksError says that the file system of a report has no locks: nothing would keep a
// second run from writing the same report.
type NoLocksError struct {
	Path string
	Err  error
}

// Error names the report and the reason.
func (e *NoLocksError) Error() string {
	return fmt.Sprintf("%s: the file system of this folder has no locks, without which two runs could write one report (%v)", e.Path, e.Err)
}

// Unwrap returns Err.
func (e *NoLocksError) Unwrap() error { return e.Err }

// UnsyncedError says that the file system cannot sync the folder of a report: a power cut
// can take the name of a new report away, and with it what was done.
type UnsyncedError struct {
	Folder string
	Err    error
}

// Error names the folder and the reason.
func (e *UnsyncedError) Error() string {
	return fmt.Sprintf("the file system cannot sync the folder %s: after a power cut a new report may be missing (%v)", e.Folder, e.Err)
}

// Unwrap returns Err.
func (e *UnsyncedError) Unwrap() error { return e.Err }

// lacks tells whether an error says that a file system cannot do what was asked for.
func lacks(err error) bool {
	return slices.ContainsFunc([]error{syscall.ENOLCK, syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.ENOTSUP, syscall.EINVAL},
		func(lacking error) bool { return errors.Is(err, lacking) })
}

func lockFile(path string) (unlock func() error, err error) {
	lock := flock.New(path)
	locked, err := lock.TryLock()
	if err == nil && !locked {
		err = ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Unlock, nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

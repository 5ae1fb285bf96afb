package table

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"time"
)

// ErrChanged is the error for a file that changed after it was opened: a program may
// still be writing it. The error's text begins with the name of the file.
var ErrChanged = errors.New("changed while it was being read; wait until it is complete")

// CheckUnchanged fails if the size or the time of change of the file is not the one that
// it had when it was opened, or if its first or last 4 KiB are others; of a file that was
// changed in the two seconds before it was opened, or in the future, all bytes are
// compared. The error matches ErrChanged, or is one of the system. A copy never changes:
// that of a stream, or that of Unpack.
//
// The file is the one that was opened, whatever its name means now. So a file that
// another one has replaced under its name, by a rename, has not changed: it is still
// complete, and it is what is read. For that reason the time of change is that of the
// content, and not that of the inode, which a rename or a new mode changes as well.
//
// Times are only compared with each other, so the clock of another machine does no harm:
// one that is ahead makes a file look new, and then all its bytes are compared. What is not
// noticed is a write that keeps the size, far from both ends, within the resolution of a
// clock that is behind. Whoever reads the file twice has to compare the readings, too.
func (f *File) CheckUnchanged() error {
	if f.now == nil {
		return nil
	}
	if f.apart {
		again, err := f.Again()
		if err != nil {
			return err
		}
		return again.Close()
	}
	info, err := f.now()
	if err != nil {
		return err
	}
	changed := info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime())
	if !changed {
		again := f.print
		if err := again.take(f); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		changed = again != f.print
	}
	if changed {
		return fmt.Errorf("%s %w", f.Name, ErrChanged)
	}
	return nil
}

// coarsest is the coarsest resolution of the time of change that file systems have: two
// writes of a file within it can leave the same time.
const coarsest = 2 * time.Second

// isYoung tells whether another write of a file, after it was opened, could leave its time
// of change as it is.
func isYoung(info os.FileInfo, now time.Time) bool {
	return !now.IsZero() && now.Sub(info.ModTime()) < coarsest
}

// fingerprint is a hash of the bytes of a file. Two of one file can be compared with ==.
type fingerprint struct {
	seed  maphash.Seed
	whole bool // of all bytes, and not only of both ends
	sum   uint64
}

// printedEnd is how many bytes at each end a fingerprint covers.
const printedEnd = 4 << 10

func newFingerprint(whole bool) fingerprint {
	return fingerprint{seed: maphash.MakeSeed(), whole: whole}
}

// take computes the sum of the bytes that a file has now.
func (p *fingerprint) take(f *File) error {
	var h maphash.Hash
	h.SetSeed(p.seed)
	parts := []io.Reader{io.NewSectionReader(f.bytes, 0, f.size)}
	if !p.whole && f.size > 2*printedEnd {
		parts = []io.Reader{io.NewSectionReader(f.bytes, 0, printedEnd), io.NewSectionReader(f.bytes, f.size-printedEnd, printedEnd)}
	}
	_, err := io.CopyBuffer(&h, io.MultiReader(parts...), make([]byte, 128<<10))
	p.sum = h.Sum64()
	return err
}

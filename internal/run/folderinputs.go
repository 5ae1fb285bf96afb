package run

import (
	"context"
	"errors"
	"slices"
	"time"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/table"
)

// mostOpen is how many exports of folders stay open. A file that is replaced or removed while
// it is open is still read as it was; of the others each reading makes sure that they have
// not changed.
const mostOpen = 64

// openFolder opens the files of a folder: first the reports, and then the exports, oldest
// name first.
func (r Reading) openFolder(ctx context.Context, f *Folder, o input.Options, attached *int) (Inputs, error) {
	files, err := Await(ctx, func() ([]folderFile, error) { return r.files(f) })
	if err != nil {
		return nil, err
	}
	var reports, exports Inputs
	for i, file := range files {
		in, err := Await(ctx, func() (*Input, error) { return r.openFiled(file.name, o) })
		if ctx.Err() != nil {
			slices.Concat(reports, exports).close()
			return nil, err
		}
		_, isBefore := errors.AsType[*BeforeInputError](err)
		switch {
		case isBefore:
		case err != nil:
			f.leaveOut(file.name, file.info.ModTime(), err, r.Options.Now)
		case in.IsReport():
			in.Folder, reports = f, append(reports, in)
		default:
			in.Folder, in.inFolder = f, leaver.Order{Folder: f.number, File: uint32(i + 1)}
			if exports = append(exports, in); *attached < mostOpen {
				*attached++
			} else if err := in.file.Detach(); err != nil {
				slices.Concat(reports, exports).close()
				return nil, err
			}
		}
	}
	return append(reports, exports...), nil
}

// openFiled opens a file of a folder. Of an export it keeps the file, and what its header
// says: each reading opens it again.
func (r Reading) openFiled(path string, o input.Options) (*Input, error) {
	file, err := r.opening().Open(path)
	if err != nil {
		return nil, err
	}
	again, err := file.Again()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	in, err := openInput(again, path, o)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if in.IsReport() {
		_, _ = in.file.Close(), file.Close() // they were only read
		return r.open(path, o)
	}
	_ = in.Export.Close() // it was only read
	in.Export, in.file = in.Export.Described(), file
	return in, nil
}

// checkFiled reads the reports of folders to their ends, and leaves out those that cannot be
// read, or that are of another target.
func (all Inputs) checkFiled(ctx context.Context, target string) (Inputs, error) {
	return all.without(ctx, func(in *Input) error {
		if in.Folder == nil || !in.IsReport() {
			return nil
		}
		in.earlier.Hold(report.NewTargets(target))
		for _, err := range until(ctx, in.earlier.Lines()) {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// without leaves out the files of folders for which check returns an error, and notes those
// that cannot be read.
// It stops at an input that has changed, and when ctx ends.
func (all Inputs) without(ctx context.Context, check func(*Input) error) (kept Inputs, err error) {
	for _, in := range all {
		failed := check(in)
		switch {
		case ctx.Err() != nil:
			return all, context.Cause(ctx)
		case failed == nil:
			kept = append(kept, in)
		case in.Folder == nil, errors.Is(failed, table.ErrChanged):
			return all, failed
		default:
			in.Folder.leaveOut(in.Name, in.file.Info().ModTime(), failed, in.Options.Now)
			in.close()
		}
	}
	return kept, nil
}

// unreadError is the error of the first reading about an export of a folder that cannot be
// read, some of whose rows may be in the plan already.
type unreadError struct {
	in  *Input
	err error
}

func (e *unreadError) Error() string { return e.err.Error() }
func (e *unreadError) Unwrap() error { return e.err }

// unread returns an error of the first reading of an input: an *unreadError, if the run can
// do without the input.
func (i *Input) unread(ctx context.Context, err error) error {
	if err == nil || i.inFolder == (leaver.Order{}) || ctx.Err() != nil || errors.Is(err, table.ErrChanged) {
		return err
	}
	return &unreadError{i, err}
}

// withoutUnread leaves out an export that cannot be read, and those others that cannot be
// read either: so the plan is made anew only once.
func (all Inputs) withoutUnread(ctx context.Context, failed *unreadError) (Inputs, error) {
	return all.without(ctx, func(in *Input) error {
		switch {
		case in == failed.in:
			return failed.err
		case in.inFolder == (leaver.Order{}):
			return nil
		}
		for _, err := range until(ctx, in.first(ctx)) {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// lastFirst returns the inputs in the order in which the plan takes them first: of each folder
// the last file first.
func (all Inputs) lastFirst() Inputs {
	ordered := slices.Clone(all)
	for from := 0; from < len(ordered); {
		to := from + 1
		for to < len(ordered) && ordered[to].inFolder.Corrects(ordered[from].inFolder) {
			to++
		}
		slices.Reverse(ordered[from:to])
		from = to
	}
	return ordered
}

// count sets how many files of each folder are inputs.
func (all Inputs) count(folders Folders) {
	for _, f := range folders {
		f.Files = 0
	}
	for _, in := range all {
		if in.Folder != nil {
			in.Folder.Files++
		}
	}
}

// newest returns when the newest of the inputs has changed that are not reports, those that
// are left for the next run included; the zero value if there is none.
func (all Inputs) newest(folders Folders, now time.Time) (newest time.Time) {
	for _, in := range all {
		if !in.IsReport() {
			newest = latest(newest, latestBefore(now, in.file.Info().ModTime()))
		}
	}
	for _, f := range folders {
		newest = latest(newest, f.newest)
	}
	return newest
}

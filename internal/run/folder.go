package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offboard/internal/input"
)

// A folder among the inputs stands for its files, oldest name first:
//
//	names in the folder ─▶ files of others, of the run, and those that have just changed are
//	left ─▶ each is opened: a file that cannot be read is noted, and stops none of the others
//	─▶ the reports, and then the exports in the order of their names
//
// An export of a folder is opened for each reading, so that the number of open files and the
// memory for workbooks do not grow with the number of files. Each of its rows has the order
// of its file, by which the plan knows which file corrects which.

// Folder is a folder among the inputs.
type Folder struct {
	Name  string // as it was named, cleaned and with forward slashes
	Files int    // that are inputs
	// Recent are the files that are left for the next run, because they have just changed
	// (see Reading.Settle).
	Recent []string
	// Unread are the files that cannot be read. The run does the others.
	Unread []UnreadFile
	// Empty is how many files have a header and no rows: an export on a day on which nobody
	// left.
	Empty int

	number uint32
	newest time.Time // when the newest one of Recent, or of those without rows, changed
}

// UnreadFile is a file of a folder that cannot be read. The error names it.
type UnreadFile struct {
	Name string
	Err  error
}

// Folders are the folders among the inputs.
type Folders []*Folder

// Unread returns the files that cannot be read.
func (all Folders) Unread() (files []UnreadFile) {
	for _, f := range all {
		files = append(files, f.Unread...)
	}
	return files
}

// Recent returns the files that are left for the next run.
func (all Folders) Recent() (names []string) {
	for _, f := range all {
		names = append(names, f.Recent...)
	}
	return names
}

// farFuture is how far a time of change may be ahead of the run's: beyond that it is wrong,
// and waiting does not help.
const farFuture = 24 * time.Hour

// folderOf returns the folder at a path; nil if there is none.
func folderOf(path string) *Folder {
	if info, err := os.Stat(path); path == StdinPath || err != nil || !info.IsDir() {
		return nil
	}
	return &Folder{Name: filepath.ToSlash(filepath.Clean(path))}
}

// folderName returns the last name of the path of a folder.
func folderName(path string) string {
	absolute, err := filepath.Abs(path) // "." and ".." have names, too
	if base := filepath.Base(absolute); err == nil && base != string(filepath.Separator) {
		return base
	}
	return "leavers"
}

// beside returns the files that are no inputs, even if they are in a folder: those of the
// command, and the reports that it writes here and in the sandbox, with what belongs to them.
func (s Settings) beside() []os.FileInfo {
	all := slices.Clone(s.Beside)
	reports := []string{s.Report, ReportName(s.Paths[0], s.Target), ReportName(s.Paths[0], SandboxTarget)}
	if !s.Shard.IsWhole() && s.Report != "" {
		reports = append(reports, s.Shard.Path(s.Report))
	}
	for _, path := range append(reports, s.Crosswalk, s.Except, s.AcceptRefs) {
		if info, err := os.Stat(path); err == nil {
			all = append(all, info)
		}
	}
	return all
}

// cannotRead notes that a file cannot be read. The error names it.
func (f *Folder) cannotRead(name string, err error) {
	f.Unread = append(f.Unread, UnreadFile{name, err})
}

// leaveOut notes that the run does without a file, which the error names: because it cannot
// be read, or because it has no rows.
func (f *Folder) leaveOut(name string, changed time.Time, err error, now time.Time) {
	if !errors.Is(err, input.ErrNoRows) {
		f.cannotRead(name, err)
		return
	}
	f.Empty++
	f.newest = latest(f.newest, latestBefore(now, changed))
}

// folderFile is a file that a folder has.
type folderFile struct {
	name string // with that of the folder
	info os.FileInfo
	link bool
}

// files returns the files that are to be read, oldest name first, and notes those that are
// left.
func (r Reading) files(f *Folder) ([]folderFile, error) {
	entries, err := os.ReadDir(filepath.FromSlash(f.Name))
	if err != nil {
		return nil, err
	}
	var all []folderFile
	for _, e := range entries { // in the order of their names
		if isPassing(e.Name()) {
			continue
		}
		file := folderFile{name: filepath.ToSlash(filepath.Join(f.Name, e.Name())), link: e.Type()&fs.ModeSymlink != 0}
		if file.info, err = os.Stat(file.name); err != nil {
			if _, gone := os.Lstat(file.name); !errors.Is(gone, fs.ErrNotExist) {
				f.cannotRead(file.name, err)
			}
			continue
		}
		isSame := func(other os.FileInfo) bool { return os.SameFile(file.info, other) }
		if file.info.Mode().IsRegular() && !slices.ContainsFunc(r.Beside, isSame) {
			all = append(all, file)
		}
	}
	if all, err = once(all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(file folderFile) bool { return r.leaves(f, file) }), nil
}

// TwoNamesError says that a folder has one file under two names. Names say which file is the
// later one, so nobody can tell what the file corrects.
type TwoNamesError struct{ First, Second string }

// Error names both.
func (e *TwoNamesError) Error() string {
	return fmt.Sprintf("%s and %s are one file under two names, and names say which file is the later one; remove one of them", e.First, e.Second)
}

// once returns files without links to one of them, such as latest.csv. It returns a
// *TwoNamesError if it cannot tell which name is the link.
func once(all []folderFile) ([]folderFile, error) {
	type stamp struct{ size, changed int64 }
	stampOf := func(f folderFile) stamp { return stamp{f.info.Size(), f.info.ModTime().UnixNano()} }
	alike := map[stamp][]folderFile{}
	for _, f := range all {
		alike[stampOf(f)] = append(alike[stampOf(f)], f)
	}
	var kept []folderFile
	for _, f := range all {
		isLink := false
		for _, other := range alike[stampOf(f)] {
			switch {
			case other.name == f.name || !os.SameFile(other.info, f.info):
			case f.link && !other.link:
				isLink = true
			case f.link == other.link && !isLink:
				return nil, &TwoNamesError{min(f.name, other.name), max(f.name, other.name)}
			}
		}
		if !isLink {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// leaves tells whether a file is left for the next run, or cannot be read because of its
// time, and notes it. A plan that was approved says which files are left.
func (r Reading) leaves(f *Folder, file folderFile) bool {
	changed := file.info.ModTime()
	if r.approved != nil {
		left, known := r.approved[file.name]
		switch {
		case !known:
			return false
		case left.Unread:
			f.cannotRead(file.name, fmt.Errorf("%s could not be read when the plan was made", file.name))
		default:
			f.leave(file.name, changed, r.Options.Now)
		}
		return true
	}
	age := r.Options.Now.Sub(changed)
	switch {
	case r.Settle <= 0 || age >= r.Settle:
		return false
	case age < -farFuture:
		f.cannotRead(file.name, fmt.Errorf("%s has changed at %s, which is in the future, so that nobody knows whether it is complete; correct its time", file.name, changed.UTC().Format(time.RFC3339)))
	default:
		f.leave(file.name, changed, r.Options.Now)
	}
	return true
}

func (f *Folder) leave(name string, changed, now time.Time) {
	f.Recent = append(f.Recent, name)
	f.newest = latest(f.newest, latestBefore(now, changed))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// latestBefore returns a time, or now if it is in the future.
func latestBefore(now, t time.Time) time.Time {
	if t.After(now) {
		return now
	}
	return t
}

// passing are the ends of names that programs give to files which are not complete, to copies
// of what a file was before, and to what they write beside a file.
var passing = []string{
	"~", ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp", ".lock", ".bak", ".old", ".orig",
	".torn", ".before.csv", ".before.jsonl", ".summary.json",
}

// isPassing tells whether a name is that of no input.
func isPassing(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || lower == "thumbs.db" || lower == "desktop.ini" ||
		slices.ContainsFunc(passing, func(end string) bool { return strings.HasSuffix(lower, end) })
}

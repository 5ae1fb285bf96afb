package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// Before is how the account of a leaver was before a run suspended it: what a person needs
// to undo a mistake by hand. All texts but Ref are those of the tenant; one that is not
// known is a text that says so.
type Before struct {
	Ref, ID, FirstName, LastName, Email, Role, Status string
	EndDate                                           string // that the account had
	CheckedAt                                         time.Time
}

// beforeHeader is the first line of a record of accounts.
const beforeHeader = "ref,id,firstName,lastName,email,role,status,endDate,target,checkedAt\n"

// IsBefore tells whether a file with these names of columns is a record of accounts.
func IsBefore(names []string) bool {
	own := strings.Split(strings.TrimSpace(beforeHeader), ",")
	return slices.EqualFunc(own, names, func(own, name string) bool {
		return strings.EqualFold(table.NormalName(name), own)
	})
}

// maxAccount is how long a text of an account may be in a record of accounts, in
// characters: longer than any e-mail address, which is of no use if it is cut off.
const maxAccount = maxReason

// BeforePath returns the path of the record of accounts that belongs to a report.
func BeforePath(reportPath string) string {
	switch extension := filepath.Ext(reportPath); strings.ToLower(extension) {
	case ".csv", ".jsonl":
		reportPath = strings.TrimSuffix(reportPath, extension)
	}
	return reportPath + ".before.csv"
}

// ForeignBeforeError says that the file at the path of a record of accounts is something
// else, to which no lines can be added.
type ForeignBeforeError struct{ Path string }

// Error names the path, and says what to do.
func (e *ForeignBeforeError) Error() string {
	return fmt.Sprintf("%s is there, and is no file in which offboard has recorded how accounts were before a run: its first line is not %s; "+
		"move the file away, or name another one", e.Path, strings.TrimSpace(beforeHeader))
}

// BeforeOptions say what is written to a record of accounts.
type BeforeOptions struct {
	// Target is where the run suspends, as every line says it. It is not empty.
	Target string
	// Replace empties a record that is there already.
	Replace bool
	// System is that of the process if it is zero.
	System System
}

// BeforeFile is a record of accounts that lines are appended to. It is for one goroutine
// at a time.
type BeforeFile struct {
	path     string
	target   string
	file     *os.File
	check    func(written int64) error // fails if the file is not there any more
	written  int64                     // bytes, since check was made
	err      error                     // why nothing can be written any more
	unsynced error
}

// OpenBefore opens the record of accounts at path, or creates it. What a crash has left
// incomplete at its end stays, and gets a line end.
//
// Before anything is written, it fails with a *NotFileError if the path is not that of a
// file, and with a *ForeignBeforeError if the file is something else.
func OpenBefore(path string, o BeforeOptions) (*BeforeFile, error) {
	b := &BeforeFile{path: path, target: cleanTarget(o.Target)}
	if b.target == "" {
		return nil, errNoTarget
	}
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	created, err := b.open()
	if err != nil {
		return nil, b.cannot(err)
	}
	if err := b.ready(o); err != nil {
		err = errors.Join(err, b.file.Close())
		if created {
			err = errors.Join(err, os.Remove(path)) // nothing is in it
		}
		if _, foreign := errors.AsType[*ForeignBeforeError](err); foreign {
			return nil, err
		}
		return nil, b.cannot(err)
	}
	return b, nil
}

// open opens the file, and tells whether it was created.
func (b *BeforeFile) open() (created bool, err error) {
	const flags = os.O_RDWR | os.O_APPEND
	b.file, err = os.OpenFile(b.path, flags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		b.file, err = os.OpenFile(b.path, flags|os.O_CREATE|os.O_EXCL, 0o600)
		return err == nil, err
	}
	return false, err
}

// ready prepares the file for lines.
func (b *BeforeFile) ready(o BeforeOptions) error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	whole, end, err := b.judge(info.Size())
	if err != nil {
		return err
	}
	if o.Replace {
		whole, end = 0, []byte(beforeHeader)
	}
	if whole < info.Size() {
		if err := b.file.Truncate(whole); err != nil {
			return err
		}
	}
	if _, err := b.file.Write(end); err != nil {
		return err
	}
	if err := b.file.Sync(); err != nil {
		return err
	}
	if err := b.syncFolder(o.System.complete()); err != nil {
		return err
	}
	if info, err = b.file.Stat(); err != nil {
		return err
	}
	b.check = inPlace(b.path, info)
	return nil
}

// judge returns how many bytes of a file stay, and what has to follow them so that lines
// can be added: the header, or the end of a line that a crash has left incomplete.
func (b *BeforeFile) judge(size int64) (whole int64, end []byte, err error) {
	head := make([]byte, min(size, int64(len(beforeHeader))))
	if _, err := b.file.ReadAt(head, 0); err != nil {
		return 0, nil, err
	}
	switch {
	case !strings.HasPrefix(beforeHeader, string(head)):
		return 0, nil, &ForeignBeforeError{b.path}
	case len(head) < len(beforeHeader): // all that there is
		return 0, []byte(beforeHeader), nil
	}
	_, torn, err := lastLine(io.NewSectionReader(b.file, 0, size))
	switch {
	case errors.Is(err, ErrNotReport): // no line of ours is that long
		return 0, nil, &ForeignBeforeError{b.path}
	case err != nil, len(torn) == 0:
		return size, nil, err
	case bytes.Count(torn, []byte(`"`))%2 == 1:
		end = []byte(`"`) // or the next lines would be a part of the text
	}
	return size - int64(cutCharacter(torn)), append(end, '\n'), nil
}

// syncFolder syncs the folder of the file, if the file system can.
func (b *BeforeFile) syncFolder(system System) error {
	folder := filepath.Dir(b.path)
	err := system.SyncFolder(folder)
	if err != nil && lacks(err) {
		b.unsynced, err = &UnsyncedError{folder, err}, nil
	}
	return err
}

// Unsynced returns an *UnsyncedError if OpenBefore could not sync the folder of the file,
// because the file system cannot; nil otherwise.
func (b *BeforeFile) Unsynced() error { return b.unsynced }

// Append appends a line for each account. When it returns nil, the lines survive a power
// cut. It ends with the first error of the accounts; after an error of the file nothing is
// written any more, and every further call fails.
func (b *BeforeFile) Append(accounts iter.Seq2[Before, error]) error {
	const most = 256 << 10
	var text []byte
	for account, err := range accounts {
		if err != nil {
			return errors.Join(err, b.write(text), b.sync())
		}
		if text = b.append(text, account); len(text) < most {
			continue
		}
		if err := b.write(text); err != nil {
			return err
		}
		text = text[:0]
	}
	if err := b.write(text); err != nil {
		return err
	}
	return b.sync()
}

// append appends the line of an account. Every text is prepared as in a report.
func (b *BeforeFile) append(to []byte, account Before) []byte {
	ref, _ := leaver.Leaver{Ref: account.Ref}.Normal()
	texts := [...]string{
		ref, account.ID, account.FirstName, account.LastName, account.Email, account.Role, account.Status, account.EndDate, b.target,
	}
	for i, s := range texts {
		if i > 0 && i < len(texts)-1 {
			s = serverText(s, maxAccount)
		}
		t := text(s)
		to = append(t.appendCSV(to), ',')
	}
	at := moment(account.CheckedAt.UTC().Truncate(time.Millisecond))
	return append(at.appendCSV(to), '\n')
}

// write writes whole lines.
func (b *BeforeFile) write(text []byte) error {
	if b.err != nil || len(text) == 0 {
		return b.err
	}
	n, err := b.file.Write(text)
	b.written += int64(n)
	return b.keep(err)
}

// sync syncs what was written, if the file is still the one at its path.
func (b *BeforeFile) sync() error {
	if b.err != nil {
		return b.err
	}
	if err := b.keep(b.check(b.written)); err != nil {
		return err
	}
	return b.keep(b.file.Sync())
}

// keep keeps an error of the file.
func (b *BeforeFile) keep(err error) error {
	if err != nil {
		b.err = b.cannot(err)
	}
	return b.err
}

func (b *BeforeFile) cannot(err error) error {
	return fmt.Errorf("%s, which records how accounts were before this run, cannot be written: %w", b.path, err)
}

// Close closes the file.
func (b *BeforeFile) Close() error { return b.file.Close() }

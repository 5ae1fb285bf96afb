package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"offboard/internal/report"
)

// FilePathError says why no file about a run can be written to a path. Nothing was sent.
type FilePathError struct {
	Path string
	Err  error
}

// Error names the path and the reason.
func (e *FilePathError) Error() string { return fmt.Sprintf("%s %v", e.Path, e.Err) }

// Unwrap returns Err.
func (e *FilePathError) Unwrap() error { return e.Err }

// The reasons, beside those of the system.
var (
	errIsInput    = errors.New("is an input")
	errIsReport   = errors.New("is the report")
	errIsBeside   = errors.New("is a file that this run may write beside its report")
	errNotSummary = errors.New("exists already, and is no summary of a run")
)

// CheckSummaryPath returns a *FilePathError or a *report.NotFileError if no summary can be
// written to a path: it is a file of the run, or is there already and no summary, or its
// folder does not take a file. before is the path of the record of accounts; "": there is
// none.
func CheckSummaryPath(r *Run, path, before string) error {
	if err := report.CheckPath(path); err != nil {
		return err
	}
	fail := func(err error) error { return &FilePathError{path, err} }
	for _, in := range r.Inputs {
		if in.isAt(path) {
			return fail(errIsInput)
		}
	}
	switch torn := r.report.TornPath(); {
	case IsSamePlace(path, r.ReportPath):
		return fail(errIsReport)
	case IsSamePlace(path, torn), before != "" && IsSamePlace(path, before):
		return fail(errIsBeside)
	}
	if err := checkFolder(path); err != nil {
		return err
	}
	isThere, is, err := isSummary(path)
	switch {
	case err != nil:
		return fail(fmt.Errorf("cannot be read: %w", err))
	case isThere && !is:
		return fail(errNotSummary)
	}
	return nil
}

// isSummary tells whether there is a file at a path, and whether it is a summary of any
// format.
func isSummary(path string) (isThere, is bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return true, false, err
	}
	defer f.Close()
	const most = 16 << 20 // bytes; a summary has some 50,000
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return true, false, err
	}
	var head struct{ Kind string }
	return true, json.Unmarshal(text, &head) == nil && head.Kind == summaryKind, nil
}

// Write writes the summary, which only its owner can read. It replaces another summary as a
// whole: at no time is there a part of one.
func (s *Summary) Write(path string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	// What came meanwhile is not to be lost.
	isThere, is, err := isSummary(path)
	if err == nil && isThere && !is {
		return &FilePathError{path, errNotSummary}
	}
	return ReplaceFile(path, indented(text, summaryDepth), 0o600)
}

// summaryDepth is how deep a summary is indented, so that each point of the series is a line.
const summaryDepth = 3

// indented returns a JSON text without white space as one with line breaks, down to a depth:
// what is deeper stays on one line.
func indented(text []byte, most int) []byte {
	var b bytes.Buffer
	breakLine := func(depth int) { b.WriteString("\n" + strings.Repeat("  ", depth)) }
	depth, quoted, escaped := 0, false, false
	for i, c := range text {
		switch {
		case quoted:
			quoted = escaped || c != '"'
			escaped = c == '\\' && !escaped
			b.WriteByte(c)
			continue
		case c == '"':
			quoted = true
		case c == '}' || c == ']':
			if depth <= most && text[i-1] != '{' && text[i-1] != '[' {
				breakLine(depth - 1)
			}
			depth--
		}
		b.WriteByte(c)
		switch {
		case c == ':':
			b.WriteByte(' ')
		case c == '{' || c == '[':
			depth++
			if next := text[i+1]; depth <= most && next != '}' && next != ']' {
				breakLine(depth)
			}
		case c == ',' && depth <= most:
			breakLine(depth)
		case c == ',':
			b.WriteByte(' ')
		}
	}
	b.WriteByte('\n')
	return b.Bytes()
}

package cli

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"offboard/internal/run"
	"offboard/internal/table"
)

// redirectedError says that standard output or standard error is redirected into a file
// that the command reads or writes.
type redirectedError struct {
	stream string
	path   string
	what   string // the file is, such as "an input"
	stderr bool   // nothing may be written to standard error
	stdout bool   // nothing may be written to standard output
}

// Error says what to change.
func (e *redirectedError) Error() string {
	return fmt.Sprintf("%s is redirected into %s, which is %s; redirect it into another file", e.stream, e.path, e.what)
}

// refuseStreams fails if standard output or standard error is a file of the command that is
// about to run. It has to be asked before anything is written to either, and that is before
// the warnings about the environment, too.
func (a *app) refuseStreams(parsed *kong.Context, c *commands) error {
	switch parsed.Selected().Name {
	case "run":
		return cmp.Or(a.refuseRedirected(&c.Run.inputFlags, &c.Run.planFlags, c.Run.Env, c.Run.Summary), a.refuseInto("the file of the metrics", c.Run.MetricsFile))
	case "plan":
		return a.refuseRedirected(&c.Plan.inputFlags, &c.Plan.planFlags, c.Plan.Env, "")
	case "report":
		return a.refuseInto("a report to summarise", c.Report.Reports...)
	}
	return nil
}

// refuseInto fails if standard output or standard error is one of some files; what says what
// they are.
func (a *app) refuseInto(what string, paths ...string) error {
	for _, path := range paths {
		if err := redirected(path, what, infoOf(a.Stdout), infoOf(a.Stderr)); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// refuseRedirected fails if standard output or standard error is an input, a list, the
// report of a run in an environment, or its summary; "": it has none.
func (a *app) refuseRedirected(in *inputFlags, f *planFlags, env, summary string) error {
	stdout, stderr := infoOf(a.Stdout), infoOf(a.Stderr)
	shard, err := f.shard(a.LookupEnv)
	if err != nil {
		return err
	}
	reportPath := f.Report
	if reportPath == "" {
		reportPath = run.ReportName(inputName(in.Inputs[0]), env)
	}
	files := map[string][]string{
		"an input":    slices.DeleteFunc(slices.Clone(in.Inputs), func(path string) bool { return path == run.StdinPath }),
		"a list":      {in.RefMap, in.Except, f.AcceptRefs},
		"the report":  {shard.Path(reportPath)},
		"the summary": {shard.Path(summary)},
	}
	if stdin := infoOf(a.Stdin); stdin != nil && slices.Contains(in.Inputs, run.StdinPath) {
		if err := redirectedInto(stdin, "the file of standard input", "an input", stdout, stderr); err != nil {
			return usageError{err}
		}
	}
	for _, what := range [...]string{"an input", "a list", "the report", "the summary"} {
		for _, path := range files[what] {
			if err := redirected(path, what, stdout, stderr); err != nil {
				return usageError{err}
			}
		}
	}
	return nil
}

// inputName returns the name of an input by its path.
func inputName(path string) string {
	if path == run.StdinPath {
		return table.Stdin
	}
	return path
}

// redirected returns a *redirectedError if a stream is the file at a path.
func redirected(path, what string, stdout, stderr os.FileInfo) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil // no stream is a file that is not there
	}
	return redirectedInto(info, path, what, stdout, stderr)
}

// redirectedInto returns a *redirectedError if a stream is a file.
func redirectedInto(info os.FileInfo, path, what string, stdout, stderr os.FileInfo) error {
	e := &redirectedError{path: path, what: what, stdout: same(stdout, info), stderr: same(stderr, info)}
	switch {
	case e.stdout:
		e.stream = "standard output"
	case e.stderr:
		e.stream = "standard error"
	default:
		return nil
	}
	return e
}

func same(stream, file os.FileInfo) bool { return stream != nil && os.SameFile(stream, file) }

// infoOf describes the regular file that a stream is redirected into; nil if it is none.
func infoOf(stream any) os.FileInfo {
	f, ok := innermost(stream).(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return info
}

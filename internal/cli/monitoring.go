package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/delivery"
	"offboard/internal/metrics"
	"offboard/internal/report"
	"offboard/internal/run"
)

// monitoringFlags say who learns of the end of a run.
type monitoringFlags struct {
	MetricsFile string `group:"monitoring" placeholder:"FILE" help:"File that gets the metrics of the run when it ends, in Prometheus' text format, such as offboard.prom for the textfile collector of node_exporter. It has no personal data."`
	MetricsPush string `group:"monitoring" placeholder:"URL" help:"Pushgateway that gets the same metrics, for the job offboard and the target."`
	Notify      string `group:"monitoring" placeholder:"URL" help:"Address that gets the document of --summary as a JSON POST when the run ends. If it has a token in it, set the variable instead, or --notify-file."`
	NotifyFile  string `group:"monitoring" placeholder:"FILE" help:"File with the address of --notify, which other users must not see."`
}

// Validate checks the addresses. Its errors have no part of one.
func (f *monitoringFlags) Validate() error {
	var wrong []error
	if f.MetricsPush != "" {
		_, err := parseAddress("metrics-push", f.MetricsPush)
		wrong = append(wrong, err)
	}
	if f.Notify != "" {
		_, err := parseAddress("notify", f.Notify)
		wrong = append(wrong, err)
		if f.NotifyFile != "" {
			wrong = append(wrong, errors.New("--notify and --notify-file are both given; give only one of them"))
		}
	}
	if f.MetricsFile == run.StdinPath {
		wrong = append(wrong, fmt.Errorf("--metrics-file %w", errNotStdin))
	}
	return errors.Join(wrong...)
}

var errNotStdin = errors.New("needs the name of a file, not -: standard output has the result; name a file, such as --metrics-file offboard.prom")

// addressFlags have a URL that may have a token in it. It is never written.
var addressFlags = []string{"metrics-push", "notify"}

// hidden returns the value of a flag as others may see it: of an address that may have a secret
// in it only where it leads.
func hidden(flag, value string) string {
	if !slices.Contains(addressFlags, flag) && !hasUser(value) {
		return value
	}
	address, err := delivery.ParseAddress(value)
	switch {
	case err != nil:
		return "…"
	case strings.TrimSuffix(value, "/") == address.String():
		return value
	}
	return address.String() + "/…"
}

// monitor tells others how a run has ended. A failure of that is said, and changes nothing: no
// leaver is concerned.
type monitor struct {
	*evidence
	flags        *monitoringFlags
	settings     map[string]string
	target       string // as a report says it; "": not known
	shard        run.Shard
	start        time.Time
	inputs       []string
	newest       time.Time // when the newest input has changed; zero: not known yet
	unreadable   *int      // files of folders; nil: not known
	durations    *metrics.Durations
	file         string            // "": none, or one that must not be written
	push, notify *delivery.Address // nil: none
}

// newMonitor returns the monitor of a run. It sends and writes nothing.
func (c *runCommand) newMonitor(a *app) *monitor {
	shard, _ := c.shard(a.LookupEnv) // the run says what is wrong with it
	m := &monitor{
		evidence: &evidence{path: shard.Path(c.Summary)}, flags: &c.monitoringFlags, shard: shard,
		start: a.now(), durations: metrics.NewDurations(),
	}
	m.wanted = c.Summary != "" || c.monitoringFlags != monitoringFlags{}
	m.target, _ = c.targetFlags.target() // the run says what is wrong with it
	return m
}

// opened takes what is known of the inputs when they have been read.
func (m *monitor) opened(r *run.Run) {
	unread := len(r.Folders.Unread())
	m.newest, m.unreadable = r.Newest, &unread
}

// prepare checks where the end of the run will be told. The error stops the run before its
// first call; what was found good before is told all the same.
func (m *monitor) prepare(a *app, parsed *kong.Context, c *runCommand, conf *configuration) error {
	m.settings, m.inputs = allSettings(parsed), c.Inputs
	if conf.approved != nil {
		m.inputs = slices.Concat(c.Inputs, conf.approved.Inputs)
	}
	var wrong []error
	if path := m.shard.Path(m.flags.MetricsFile); path != "" {
		err := m.refuseFile(parsed, c)
		if err == nil {
			err = checkMetricsFile(path)
		}
		if err == nil {
			m.file = path
		} else {
			wrong = append(wrong, fmt.Errorf("--metrics-file: %w; name another file; nothing was sent", err))
		}
	}
	var err error
	if m.push, err = addressOf(parsed, "metrics-push", m.flags.MetricsPush); err != nil {
		wrong = append(wrong, err)
	}
	if m.notify, err = addressOf(parsed, "notify", m.flags.Notify); err != nil {
		wrong = append(wrong, err)
	}
	if m.flags.NotifyFile != "" && m.notify == nil {
		if m.notify, err = m.addressIn(a, m.flags.NotifyFile); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return usageError{errors.Join(wrong...)}
	}
	return nil
}

// refuseFile fails if the metrics would be written to a file, or beside the files of a folder,
// that the run reads or writes otherwise.
func (m *monitor) refuseFile(parsed *kong.Context, c *runCommand) error {
	path := m.shard.Path(m.flags.MetricsFile)
	if m.flags.MetricsFile == run.StdinPath {
		return errNotStdin
	}
	for _, input := range m.inputs {
		if info, err := os.Stat(input); run.IsSamePlace(path, input) || err == nil && info.IsDir() && run.IsSamePlace(filepath.Dir(path), input) {
			return &run.FilePathError{Path: path, Err: errors.New("is an input")}
		}
	}
	others := map[string]string{}
	for _, flag := range parsed.Flags() {
		if isFile(flag) && flag.Name != "metrics-file" {
			others[flag.Name], _ = flag.Target.Interface().(string)
		}
	}
	if others["report"] == "" && len(m.inputs) > 0 {
		others["report"] = run.ReportName(inputName(m.inputs[0]), c.Env)
	}
	for _, flag := range []string{"report", "summary"} {
		others[flag] = m.shard.Path(others[flag])
	}
	for flag, other := range others {
		if other != "" && run.IsSamePlace(path, other) {
			return &run.FilePathError{Path: path, Err: fmt.Errorf("is the file of --%s", flag)}
		}
	}
	for _, beside := range []string{report.TornPath(others["report"]), c.beforePath(others["report"], m.shard)} {
		if beside != "" && run.IsSamePlace(path, beside) {
			return &run.FilePathError{Path: path, Err: errors.New("is a file that this run may write beside its report")}
		}
	}
	return nil
}

// parseAddress reads the address of a flag.
func parseAddress(flag, text string) (delivery.Address, error) {
	address, err := delivery.ParseAddress(text)
	if err == nil && flag == "metrics-push" && address.HasQuery() {
		err = errors.New("it has a query, which a Pushgateway does not take")
	}
	if err != nil {
		return address, fmt.Errorf("--%s: %w", flag, err)
	}
	return address, nil
}

// addressOf returns the address of a flag; nil if it is not given.
func addressOf(parsed *kong.Context, name, text string) (*delivery.Address, error) {
	if text == "" {
		return nil, nil
	}
	address, err := parseAddress(name, text)
	if err != nil {
		return nil, err
	}
	if flag := find(parsed.Flags(), name); address.HasUser() && flag != nil && given(parsed, flag) {
		return nil, fmt.Errorf("--%s has a user name or a password, which all users of this machine can see; set $%s to the address instead", name, variable(name))
	}
	return &address, nil
}

// addressIn returns the address in the file of --notify-file.
func (m *monitor) addressIn(a *app, path string) (*delivery.Address, error) {
	given, err := a.secret(a.intake, "--notify-file", path, variable("notify"))
	if err != nil {
		return nil, err
	}
	address, err := delivery.ParseAddress(string(given.value))
	if err != nil {
		return nil, fmt.Errorf("the address in the file of --notify-file: %w", err)
	}
	return &address, nil
}

// newestInput returns when the newest of some files was written; zero if none is a file.
func newestInput(paths []string) (newest time.Time) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest
}

// The time for all that is told.
const (
	timeToTell        = 30 * time.Second
	timeAfterASignal  = 10 * time.Second // somebody, or a cluster, waits for the end
	whatIsNotAffected = "; the run is not affected"
)

// tell tells that the run has ended with err, which it returns.
func (m *monitor) tell(a *app, err error) error {
	warn := func(text string) { a.log.Warn(text + whatIsNotAffected) }
	if into, ok := errors.AsType[*redirectedError](err); ok && into.stderr {
		warn = func(string) {} // standard error is a file of the run
	}
	if m.file == "" && m.push == nil && m.notify == nil {
		return err
	}
	end := a.now()
	figures := m.figures(a, err, end)
	if m.file != "" {
		if err := writeMetrics(m.file, figures); err != nil {
			warn(fmt.Sprintf("the metrics cannot be written to %s: %v", nameOf(m.file), err))
		}
	}
	m.deliver(a, figures, m.document(a, err, end), warn)
	return err
}

// tellMistake tells that a run did not even start, because its command line has a mistake:
// found is what the parser says, explained what a person reads. Of a command line that has a
// word which no flag is, the parser knows nothing, so nobody is told.
func (c *commands) tellMistake(a *app, conf *configuration, found, explained error) error {
	parse, ok := errors.AsType[*kong.ParseError](found)
	if !ok || parse.Context.Selected() == nil || parse.Context.Selected().Name != "run" {
		return explained
	}
	m := c.Run.newMonitor(a)
	_ = m.prepare(a, parse.Context, &c.Run, conf) // where it is not safe, nothing is told
	return m.tell(a, explained)
}

// figures returns what is known of the run.
func (m *monitor) figures(a *app, err error, end time.Time) metrics.Run {
	tool := a.buildInfo().tool()
	figures := metrics.Run{
		Target: m.target, Shard: m.shard.String(), Version: tool.Version, Commit: tool.Commit, Go: tool.Go, Start: m.start, End: end, ExitCode: exitCode(err), Succeeded: exitCode(err) == exitFine,
		NewestInput: m.newest, Unreadable: m.unreadable, Durations: m.durations,
	}
	if m.newest.IsZero() {
		figures.NewestInput = newestInput(m.inputs)
	}
	if m.ending != nil {
		figures.Figures = figuresOf(m.summary)
	}
	return figures
}

// document returns the summary of the run. If it did not begin, that has only why.
func (m *monitor) document(a *app, err error, end time.Time) *run.Summary {
	s := m.summary
	if m.ending == nil {
		s = run.NotBegun(m.target)
		s.Tool, s.Host, s.Settings = a.buildInfo().tool(), host(), m.settings
		s.Start, s.End, s.Seconds = m.start.UTC().Truncate(time.Millisecond), end.UTC().Truncate(time.Millisecond), end.Sub(m.start).Seconds()
	}
	s.Exit = exitOf(err, m.ending)
	return s
}

// deliver sends what others are to learn, within bounds of time.
func (m *monitor) deliver(a *app, figures metrics.Run, document *run.Summary, warn func(string)) {
	if m.push == nil && m.notify == nil {
		return
	}
	ctx, cancel := context.WithTimeout(a.calls, timeToTell)
	defer cancel()
	disarm := context.AfterFunc(a.intake, func() { time.AfterFunc(timeAfterASignal, cancel) })
	defer disarm()
	client := delivery.NewClient(a.userAgent(), a.jitter)
	defer client.Close()
	pushed := make(chan error, 1) // the goroutine sends once
	go func() { pushed <- m.pushTo(ctx, client, figures) }()
	if m.notify != nil {
		text, err := json.Marshal(document)
		if err == nil {
			err = client.PostJSON(ctx, *m.notify, text)
		}
		if err != nil {
			warn("the notification was not delivered: " + err.Error())
		}
	}
	if err := <-pushed; err != nil {
		warn("the metrics were not pushed: " + err.Error())
	}
}

// errNoTarget says why metrics cannot be pushed: their group would be that of no run.
var errNoTarget = errors.New("where the run would suspend is not known")

func (m *monitor) pushTo(ctx context.Context, client *delivery.Client, figures metrics.Run) error {
	switch {
	case m.push == nil:
		return nil
	case figures.Target == "":
		return errNoTarget
	}
	to := metrics.Gateway{Client: client.To(*m.push), URL: m.push.URL(), HasUser: m.push.HasUser()}
	if to.HasUser {
		to.UserName, to.Password = m.push.User()
	}
	err := metrics.Push(ctx, to, figures)
	if failed, ok := errors.AsType[*delivery.Error](err); ok {
		return failed // the text of the library has the whole address
	}
	return err
}

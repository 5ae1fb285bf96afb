// Package cli owns everything that a person types or reads: flags, questions,
// progress, messages and exit codes. It carries out no run itself: that is internal/run.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"github.com/alecthomas/kong"
)

// System is what a command gets from its process.
type System struct {
	Args      []string // without the program's name
	LookupEnv func(name string) (string, bool)
	Environ   func() []string // all variables, as NAME=value
	Stdin     io.Reader
	Stdout    io.Writer // results only
	Stderr    io.Writer // questions, progress and logs
	Version   string    // set by the build; "": from the build information of Go
	Commit    string    // likewise
}

// app is what all commands share.
type app struct {
	System
	// When intake is done, no further request is sent; its cause says why. When
	// calls is done, requests in flight are cancelled.
	intake, calls context.Context

	stderr *terminal // the same as Stderr, for messages, logs and progress
	names  *brokenNames
	log    *slog.Logger
	events *slog.Logger // nil unless --log-format json; see say
	always *slog.Logger // as events, at any --log-level
	now    func() time.Time
	jitter func() float64 // a random number in [0, 1)
}

// Main runs the command in s.Args and returns the exit code. When intake ends, no
// further request is sent, requests in flight may finish, and the report is
// completed. When calls ends, requests in flight are cancelled.
func Main(intake, calls context.Context, s System) int {
	names := &brokenNames{}
	for _, word := range s.Args {
		names.add(word)
	}
	s.LookupEnv = names.watched(s.LookupEnv)
	stderr := newTerminal(s.Stderr)
	s.Stdout, s.Stderr = textScreen{s.Stdout}, stderr // nothing is written past them
	a := &app{
		System: s, intake: intake, calls: calls,
		stderr: stderr, names: names,
		now:    time.Now,
		jitter: rand.Float64,
	}
	err := a.run()
	a.sayEndOf(err)
	return exitCode(err)
}

// sayEndOf writes what is written about an error at the end: to standard error, unless
// that is redirected into a file that the command would damage.
func (a *app) sayEndOf(err error) {
	text := a.names.joined(message(err))
	if text == "" {
		return
	}
	into, ok := errors.AsType[*redirectedError](err)
	switch {
	case !ok || !into.stderr:
		a.sayError(text, exitCode(err))
	case !into.stdout:
		fmt.Fprintln(a.Stdout, text)
	}
}

// run parses the command line and runs its command.
func (a *app) run() error {
	var c commands
	helped := false // kong calls Exit after it has printed the help
	conf := &configuration{intake: a.intake, env: a.LookupEnv, names: a.names}
	parser, err := newParser(&c, a, conf, kong.Exit(func(int) { helped = true }))
	if err != nil {
		return err
	}
	a.expectFormat(conf)
	if len(a.Args) == 0 {
		return noCommand(parser.Model)
	}
	parsed, err := parser.Parse(a.Args)
	if helped {
		return nil
	}
	if err != nil {
		a.expectFormat(conf) // now the file of --config is read
		return c.tellMistake(a, conf, err, explainParse(err, a.Args))
	}
	a.logTo(c.LogFormat, c.LogLevel)
	m := c.Run.newMonitor(a)
	if parsed.Selected().Name != "run" {
		return c.run(a, parsed, conf, m, nil)
	}
	return m.tell(a, c.run(a, parsed, conf, m, m.prepare(a, parsed, &c.Run, conf)))
}

// run runs the command that was chosen. unprepared is why its end cannot be told as it
// should; nil: it can.
func (c *commands) run(a *app, parsed *kong.Context, conf *configuration, m *monitor, unprepared error) error {
	if err := conf.approveFor(parsed, c); err != nil {
		return err
	}
	if err := a.refuseStreams(parsed, c); err != nil {
		return err
	}
	if unprepared != nil {
		return unprepared
	}
	if err := cmp.Or(refuseTwice(parsed), conf.refuseEmpty(parsed)); err != nil {
		return err
	}
	if err := a.checkVariables(parsed); err != nil {
		return err
	}
	return parsed.Run(a, conf, m)
}

// newParser returns the parser of the command line.
func newParser(c *commands, a *app, conf *configuration, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append(append(valueMappers(), more...),
		kong.Name("offboard"),
		kong.Description(description),
		kong.Writers(a.Stdout, a.Stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 80}),
		kong.ValueFormatter(describe),
		kong.ExplicitGroups(groups()),
		kong.Resolvers(conf),
		kong.Vars{"version": a.versionText()},
		kong.PostBuild(hideOnlyForRun),
	)...)
}

// terminalFile returns the file of a stream if it is a terminal.
func terminalFile(stream any) (*os.File, bool) {
	f, ok := innermost(stream).(*os.File)
	return f, ok && isTerminal(f)
}

// innermost returns the stream that another one writes to.
func innermost(stream any) any {
	for {
		outer, ok := stream.(interface{ stream() io.Writer })
		if !ok {
			return stream
		}
		stream = outer.stream()
	}
}

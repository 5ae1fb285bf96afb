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
		log:    slog.New(slog.DiscardHandler), // until the flags are parsed
		now:    time.Now,
		jitter: rand.Float64,
	}
	err := a.run()
	a.say(err)
	return exitCode(err)
}

// say writes what is written about an error at the end: to standard error, unless that is
// redirected into a file that the command would damage.
func (a *app) say(err error) {
	text := a.names.joined(message(err))
	if text == "" {
		return
	}
	into, ok := errors.AsType[*redirectedError](err)
	switch {
	case !ok || !into.stderr:
		a.stderr.println(wrap(text, widthOf(a.Stderr)))
	case !into.stdout:
		fmt.Fprintln(a.Stdout, text)
	}
}

// run parses the command line and runs its command.
func (a *app) run() error {
	var c commands
	helped := false // kong calls Exit after it has printed the help
	conf := &configuration{env: a.LookupEnv, names: a.names}
	parser, err := kong.New(&c,
		kong.Name("offboard"),
		kong.Description(description),
		kong.Writers(a.Stdout, a.Stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 80}),
		kong.ValueFormatter(describe),
		kong.ExplicitGroups(groups()),
		kong.Resolvers(conf),
	)
	if err != nil {
		return err
	}
	if len(a.Args) == 0 {
		return usagef("a command is needed: run, plan, report, sandbox or version\nto try it out: offboard run --env sandbox samples/leavers.csv\nsee: offboard --help")
	}
	parsed, err := parser.Parse(a.Args)
	if helped {
		return nil
	}
	if err != nil {
		return explainParse(err)
	}
	if err := cmp.Or(refuseTwice(parsed), conf.refuseEmpty(parsed)); err != nil {
		return err
	}
	a.log = slog.New(c.handler(a.stderr))
	return parsed.Run(a, conf)
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

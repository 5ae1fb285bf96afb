// Package cli owns everything that a person types or reads: flags, questions,
// progress, summaries, exit codes. It wires the other rooms together and
// knows the inside of none.
package cli

import (
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

// System is the world as a command sees it.
type System struct {
	Args      []string // without the program's name
	LookupEnv func(name string) (string, bool)
	Stdin     io.Reader
	Stdout    io.Writer // results only
	Stderr    io.Writer // questions, progress and logs
	Version   string    // stamped in by the build; empty: what Go knows
	Commit    string
}

// app is what every command gets.
type app struct {
	System
	// intake is done when nothing new may begin; its cause says why. calls is
	// done when what is in flight has to be cut off, too.
	intake, calls context.Context

	stderr *terminal // Stderr, shared by logs and progress
	log    *slog.Logger
	now    func() time.Time
	jitter func() float64
}

// Main runs the command in s.Args and returns the exit code. When intake ends
// nothing new is begun, what is in flight may finish, and the report is
// completed; when calls ends, too, everything is dropped.
func Main(intake, calls context.Context, s System) int {
	a := &app{
		System: s, intake: intake, calls: calls,
		stderr: newTerminal(s.Stderr),
		now:    time.Now,
		jitter: rand.Float64,
	}
	a.log = slog.New(slog.DiscardHandler)
	err := a.run()
	if text := message(err); text != "" {
		a.stderr.println(wrap(text, widthOf(s.Stderr)))
	}
	return exitCode(err)
}

// run parses the command line and runs the command that it names.
func (a *app) run() error {
	var c commands
	// Help ends the parse: kong calls for an exit, we note it.
	helped := false
	settings := &settings{env: a.LookupEnv}
	parser, err := kong.New(&c,
		kong.Name("offboard"),
		kong.Description(description),
		kong.Writers(a.Stdout, a.Stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 80}),
		kong.ValueFormatter(describe),
		kong.ExplicitGroups(groups),
		kong.Resolvers(settings),
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
		return explain(err)
	}
	if err := settings.refuseEmpty(parsed); err != nil {
		return err
	}
	a.log = slog.New(c.handler(a.stderr))
	return parsed.Run(a, settings)
}

// explain turns what the parser says into a usage error with a way on.
func explain(err error) error {
	var config configError
	if errors.As(err, &config) {
		return usageError{config} // the flag that was looked up first has no part in it
	}
	hint := "offboard --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		hint = fmt.Sprintf("offboard %s --help", parse.Context.Selected().Name)
	}
	return usagef("%w\nsee: %s", err, hint)
}

// terminalFile returns the file behind a stream if that is a terminal.
func terminalFile(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && isTerminal(f)
}

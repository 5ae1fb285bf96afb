// Command offboard suspends a list of leavers in Thrive.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // for --timezone on machines without zone files

	"offboard/internal/cli"
)

// These are set by the build: -ldflags "-X main.version=… -X main.commit=…".
var version, commit string

func main() {
	// net/http writes to this logger what a server sends unasked, with people's data in it,
	// and all headers of HTTP/2, with credentials, if GODEBUG has http2debug.
	log.SetOutput(io.Discard)
	intake, stopIntake := context.WithCancelCause(context.Background())
	calls, cancelCalls := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2) // the system sends; the goroutine below receives
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signal.Notify(signals, syscall.SIGHUP) // a lost terminal ends the run in order
	}
	signal.Ignore(syscall.SIGPIPE) // the run goes on without a reader of its output
	go func() {
		<-signals
		stopIntake(cli.ErrInterrupted) // requests in flight may finish
		<-signals
		cancelCalls()
		// This ends a process that hangs.
		time.AfterFunc(2*time.Second, func() { os.Exit(cli.ExitStopped) })
	}()
	os.Exit(cli.Main(intake, calls, cli.System{
		Args: os.Args[1:], LookupEnv: os.LookupEnv, Environ: os.Environ,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Version: version, Commit: commit,
	}))
}

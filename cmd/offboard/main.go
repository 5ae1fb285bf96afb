// Command offboard suspends a list of leavers in Thrive.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // --timezone works on machines without zone files

	"offboard/internal/cli"
)

// Stamped in by the build: -ldflags "-X main.version=… -X main.commit=…".
var version, commit string

func main() {
	intake, stop := context.WithCancelCause(context.Background())
	calls, cut := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2) // from the system to the goroutine below
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP) // a lost terminal ends the run in order
	}
	signal.Ignore(syscall.SIGPIPE) // whoever read along has left; the run goes on
	go func() {
		<-signals
		stop(cli.ErrInterrupted) // nothing new; what is in flight may finish
		<-signals
		cut()
		// Should anything hang, it has had its time.
		time.AfterFunc(2*time.Second, func() { os.Exit(cli.ExitStopped) })
	}()
	os.Exit(cli.Main(intake, calls, cli.System{
		Args: os.Args[1:], LookupEnv: os.LookupEnv,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Version: version, Commit: commit,
	}))
}

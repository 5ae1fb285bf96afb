//go:build unix

package run

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestTheEndOfTheContextEndsTheWaitForAPipe(t *testing.T) {
	planned := func(change func(*Settings)) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			s := settingsFor("june.csv")
			change(&s)
			_, err := Prepare(ctx, s)
			return err
		}
	}
	for name, read := range map[string]func(context.Context) error{
		"an input":                planned(func(s *Settings) { s.Paths = append(s.Paths, "pipe") }),
		"a crosswalk":             planned(func(s *Settings) { s.Crosswalk = "pipe" }),
		"exceptions":              planned(func(s *Settings) { s.Except = "pipe" }),
		"a list of accepted refs": planned(func(s *Settings) { s.AcceptRefs = "pipe" }),
		"a report that is summed up": func(ctx context.Context) error {
			_, err := OpenReports(ctx, []string{"pipe"}, time.UTC, "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.csv": "ref\nE1\n"})
			if err := syscall.Mkfifo("pipe", 0o600); err != nil {
				t.Fatal(err)
			}
			cause := errors.New("stopped by the test")
			ctx, cancel := context.WithCancelCause(t.Context())
			writers := make(chan *os.File, 1) // the goroutine sends once, this test receives
			go func() {
				defer cancel(cause)
				// The pipe can be opened in this way only when it is being read.
				for t.Context().Err() == nil {
					if w, err := os.OpenFile("pipe", os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
						writers <- w
						return
					}
					<-time.After(time.Millisecond)
				}
			}()
			if err := read(ctx); !errors.Is(err, cause) {
				t.Errorf("got %v, want the cause", err)
			}
			_ = (<-writers).Close() // this ends the goroutine that reads
			if _, err := os.Stat("june.report.csv"); err == nil {
				t.Error("there is a report")
			}
		})
	}
}

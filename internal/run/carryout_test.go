package run

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// simulator starts a simulator with these users, and returns the target for it.
func simulator(t *testing.T, refs ...string) (*thrivetest.Server, Target) {
	t.Helper()
	var users []thrivetest.User
	for _, ref := range refs {
		users = append(users, thrivetest.User{Ref: ref})
	}
	server := thrivetest.New(thrivetest.Options{Users: users})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return server, Target{
		BaseURL:     web.URL,
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret},
		UserAgent:   "test",
	}
}

func conduct() Conduct {
	return Conduct{
		Concurrency: 2, MaxAttempts: 1, Timeout: 10 * time.Second,
		Show:   func(*Progress) func() { return func() {} },
		Now:    time.Now,
		Jitter: func() float64 { return 0 },
		Log:    slog.New(slog.DiscardHandler),
	}
}

// carriedOut prepares a run, carries it out and closes it.
func carriedOut(t *testing.T, s Settings, target Target) Ending {
	t.Helper()
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ended, err := r.CarryOut(t.Context(), t.Context(), target, conduct())
	closed(t, r, err)
	if !ended.Began() {
		t.Error("the run did not begin")
	}
	return ended
}

// lines returns the last line of each row in a report as text.
func lines(t *testing.T, path string) []string {
	t.Helper()
	r, err := OpenReports(t.Context(), []string{path}, time.UTC, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []string
	for line, err := range r.Lines(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, line.Ref+" "+string(line.Outcome))
	}
	slices.Sort(all)
	return all
}

func TestCarryOutRecordsEveryRowAndResumeDoesTheRest(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref,endDate\nE1,2025-06-30\nE2,2025-06-30\nE1,2025-06-30\nE3,2026-06-30\nE4,soon\n"})
	server, target := simulator(t, "E1", "E3")
	s := settingsFor("june.csv")
	ended := carriedOut(t, s, target)
	if ended.Called != 2 || ended.Failed != 1 || ended.Rows.Total() != 5 {
		t.Errorf("the first run ended with %+v", ended.Counts)
	}
	want := []string{"E1 duplicate", "E1 suspended", "E2 not_found", "E3 not_due", "E4 invalid"}
	if got := lines(t, "june.report.csv"); !slices.Equal(got, want) {
		t.Errorf("the report has %q, want %q", got, want)
	}

	_, target = simulator(t, "E2", "E3") // the user exists now
	s.Resume, s.IncludeFuture = true, true
	ended = carriedOut(t, s, target)
	if ended.Called != 2 || ended.Failed != 0 || ended.Rows[leaver.Suspended] != 3 || ended.Rows.Total() != 5 {
		t.Errorf("the second run ended with %+v", ended.Counts)
	}
	want = []string{"E1 duplicate", "E1 suspended", "E2 suspended", "E3 suspended", "E4 invalid"}
	if got := lines(t, "june.report.csv"); !slices.Equal(got, want) {
		t.Errorf("the report has %q, want %q", got, want)
	}
	if done := server.Suspended(); len(done) != 1 || done["E1"] != 1 {
		t.Errorf("suspended in the first tenant: %v", done)
	}
}

// The answer of the service travels with the line of a leaver that is written again.
func TestALineThatIsWrittenAgainKeepsItsProof(t *testing.T) {
	inFolder(t, map[string]string{
		"june.csv": "ref\nE2\nE1\n",
		"june.report.csv": header + "E1,,suspended,june.csv,2,200,2,80,2026-01-02T03:04:05Z,req-1,\n" +
			"E2,,suspended,june.csv,3,200,1,70,2026-01-02T03:04:06Z,req-2,\nE9,,duplicate,june.csv,2,,0,0,2026-01-03T03:04:05Z,,\nE9,,duplicate,june.csv,3,,0,0,2026-01-03T03:04:05Z,,\n",
	})
	_, target := simulator(t)
	s := settingsFor("june.csv")
	s.Resume = true
	if ended := carriedOut(t, s, target); ended.Called != 0 || ended.Rows[leaver.Suspended] != 2 {
		t.Errorf("the run ended with %+v", ended.Counts)
	}
	text, err := os.ReadFile("june.report.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"E2,,suspended,june.csv,2,200,1,70,2026-01-02T03:04:06.000Z,req-2,,", "E1,,suspended,june.csv,3,200,2,80,2026-01-02T03:04:05.000Z,req-1,,"} {
		if !strings.Contains(string(text), "\n"+want) {
			t.Errorf("the report lacks %s:\n%s", want, text)
		}
	}
	if ended := carriedOut(t, s, target); ended.Rows[leaver.Suspended] != 2 {
		t.Errorf("the next run ended with %+v", ended.Counts)
	}
	if again, _ := os.ReadFile("june.report.csv"); len(again) != len(text) {
		t.Errorf("the next run writes the same lines again")
	}
}

func TestCarryOutOfAPlanWithoutLeavers(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a leaver who is not due":           {"june.csv": "ref,endDate\nE1,2026-06-30\n"},
		"a leaver who is suspended already": {"june.csv": "ref\nE1\n", "june.report.csv": header + "E1,,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\n"},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, files)
			server, target := simulator(t, "E1")
			s := settingsFor("june.csv")
			s.Resume = true
			ended := carriedOut(t, s, target)
			if ended.Called != 0 || ended.Rows.Total() != 1 || !ended.Rows.Fine() || server.Stats().Suspends != 0 {
				t.Errorf("the run ended with %+v", ended.Counts)
			}
			if text, err := os.ReadFile("june.report.csv"); err != nil || strings.Count(string(text), "\n") != 2 {
				t.Errorf("the report does not have one line for the row: %s (%v)", text, err)
			}
		})
	}
}

func TestARunThatIsStoppedBeforeItsFirstRequest(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\nE2\n"})
	server, target := simulator(t, "E1", "E2")
	r, err := Prepare(t.Context(), settingsFor("june.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cause := errors.New("stopped by the test")
	intake, stop := context.WithCancelCause(t.Context())
	stop(cause)
	ended, err := r.CarryOut(intake, t.Context(), target, conduct())
	if !errors.Is(err, cause) || ended.Rows[leaver.Pending] != 2 || server.Stats().Suspends != 0 {
		t.Errorf("the run ended with %+v, %v", ended.Counts, err)
	}
	if got := lines(t, "june.report.csv"); !slices.Equal(got, []string{"E1 pending", "E2 pending"}) {
		t.Errorf("the report has %q", got)
	}
}

func TestARunThatCannotBegin(t *testing.T) {
	_, good := simulator(t)
	tests := []struct {
		name   string
		target Target
		before func() error
		check  func(error) bool
	}{
		{"an address that cannot be used", Target{BaseURL: "ftp://localhost", Credentials: good.Credentials}, nil,
			func(err error) bool { _, ok := errors.AsType[*TargetError](err); return ok }},
		{"a report that another run has created", good, func() error { return os.WriteFile("june.report.csv", []byte(header), 0o600) },
			func(err error) bool { return errors.Is(err, report.ErrExists) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.csv": "ref\nE1\n"})
			r, err := Prepare(t.Context(), settingsFor("june.csv"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if tt.before != nil {
				if err := tt.before(); err != nil {
					t.Fatal(err)
				}
			}
			before := files(t)
			ended, err := r.CarryOut(t.Context(), t.Context(), tt.target, conduct())
			if !tt.check(err) || ended.Began() {
				t.Errorf("got %+v, %v", ended, err)
			}
			if after := files(t); len(after) != len(before) {
				t.Errorf("the files are %q, were %q", after, before)
			}
		})
	}
}

func TestAnIncompleteLineIsMovedToAnotherFile(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\n", "june.report.csv": header + "E1,,susp"})
	_, target := simulator(t, "E1")
	s := settingsFor("june.csv")
	s.Resume = true
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, path := r.Torn()
	if n != int64(len("E1,,susp")) {
		t.Errorf("%d bytes are incomplete", n)
	}
	if _, err := r.CarryOut(t.Context(), t.Context(), target, conduct()); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "E1,,susp") {
		t.Errorf("%s contains %q (%v)", path, text, err)
	}
	if got := lines(t, "june.report.csv"); !slices.Equal(got, []string{"E1 suspended"}) {
		t.Errorf("the report has %q", got)
	}
}

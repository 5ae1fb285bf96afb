package cli

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/pkg/thrivetest"
)

func TestAServiceThatAsksToWaitForTooLongStopsTheRun(t *testing.T) {
	inTwoHours := func(date time.Time) string { return date.Add(2 * time.Hour).UTC().Format(http.TimeFormat) }
	tests := []struct {
		name       string
		status     int
		retryAfter func(now time.Time) string
		date       func(now time.Time) time.Time // of the server's clock
		args       []string
		says       string
	}{
		{"429 with seconds", 429, func(time.Time) string { return "7200" }, nil, nil, "(429 Too Many Requests: the answer is empty), which is more than an hour."},
		{"503 with seconds", 503, func(time.Time) string { return "7200" }, nil, nil, "(503 Service Unavailable: the answer is empty), which is more than an hour."},
		{"429 with a date", 429, inTwoHours, nil, nil, "which is more than an hour."},
		{"503 with a date of a clock that is a day slow", 503, func(n time.Time) string { return inTwoHours(n.AddDate(0, 0, -1)) },
			func(n time.Time) time.Time { return n.AddDate(0, 0, -1) }, nil, "which is more than an hour."},
		{"429 with more seconds than a number holds", 429, func(time.Time) string { return strings.Repeat("9", 30) }, nil, nil, "which is more than an hour."},
		{"429 beyond the deadline", 429, func(time.Time) string { return "1800" }, nil, []string{"--deadline", "10m"}, "which is after the deadline (--deadline)."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := thrivetest.New(thrivetest.Options{AnyRef: true})
			calls := 0 // one at a time
			code, tally, output := troubled(t, 10, func(w http.ResponseWriter, r *http.Request) {
				if calls++; calls != 4 {
					server.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Retry-After", tt.retryAfter(time.Now()))
				if tt.date != nil {
					w.Header().Set("Date", tt.date(time.Now()).UTC().Format(http.TimeFormat))
				}
				w.WriteHeader(tt.status)
			}, tt.args...)
			if want := map[string]int{"suspended": 3, "failed": 1, "pending": 6}; code != 4 || !maps.Equal(tally, want) {
				t.Errorf("exit code %d, %v; want 4, %v\n%s", code, tally, want, output)
			}
			until := regexp.MustCompile(`The run stopped early: the service asks to wait until (\S+) `).FindStringSubmatch(output)
			if until == nil || !strings.Contains(output, tt.says) || !strings.Contains(output, "\nTo go on, not before "+until[1]+": offboard run ") {
				t.Errorf("the output does not say when to go on:\n%s", output)
			}
		})
	}
}

func TestAQuotaThatIsUsedUpForTooLongStopsTheRun(t *testing.T) {
	for _, form := range []thrivetest.RateLimitForm{thrivetest.RateLimitPlain, thrivetest.RateLimitX, thrivetest.RateLimitXUnix, thrivetest.RateLimitList} {
		t.Run(string(form), func(t *testing.T) {
			server := thrivetest.New(thrivetest.Options{AnyRef: true})
			server.SetFaults(thrivetest.Faults{Quota: 4, Window: 3 * time.Hour, RateLimit: form})
			code, tally, output := troubled(t, 10, server.ServeHTTP)
			if want := map[string]int{"suspended": 4, "pending": 6}; code != 4 || !maps.Equal(tally, want) || server.Stats().Suspends != 4 {
				t.Errorf("exit code %d, %v after %d calls; want 4, %v\n%s", code, tally, server.Stats().Suspends, want, output)
			}
			if !strings.Contains(output, "The run stopped early: the service takes no more requests until ") || !strings.Contains(output, "\nTo go on, not before ") {
				t.Errorf("got\n%s", output)
			}
		})
	}
}

func TestTheEventsSayUntilWhenTheServiceAsksToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		a := &app{System: System{Stderr: &out}, stderr: newTerminal(&out)}
		a.logTo("json", 0)
		p := newProgress(100)
		until := time.Now().Add(15 * time.Second).UTC()
		p.Closed(time.Now(), until)
		p.Closed(time.Now(), until.Add(-time.Second)) // says less than is known
		stop := a.show(p, "plain", new(atomic.Bool))
		time.Sleep(21 * time.Second)
		stop()
		r := with(leaver.Tally{leaver.Pending: 1})
		r.Counts = p.Counts()
		later := &batch.LaterError{Until: until.Add(time.Hour), Reason: "429"}
		a.sayEnd(r, later)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 3 {
			t.Fatalf("got %q", lines)
		}
		wait := fmt.Sprintf(`"notBefore":%q`, until.Format(time.RFC3339))
		if !strings.Contains(lines[0], wait) || !strings.Contains(lines[0], "waiting until 00:00:15, as the service asks") {
			t.Errorf("got %s", lines[0])
		}
		if strings.Contains(lines[1], "notBefore") || strings.Contains(lines[1], "waiting") {
			t.Errorf("after the wait: %s", lines[1])
		}
		if !strings.Contains(lines[2], `"waits":1,`) || !strings.Contains(lines[2], fmt.Sprintf(`"notBefore":%q`, later.Until.Format(time.RFC3339))) {
			t.Errorf("got %s", lines[2])
		}
		if text := ending(r, later); !strings.Contains(text, "The service asked to wait once; the last wait was until "+until.Format(time.RFC3339)) {
			t.Errorf("got\n%s", text)
		}
	})
}

func TestAServiceThatAsksToWaitIsExitCode4(t *testing.T) {
	if err := explainRun(&batch.LaterError{Deadline: true}); exitCode(err) != ExitStopped || !errors.Is(err, batch.ErrLater) {
		t.Errorf("got %d", exitCode(err))
	}
}

func TestTheFlagsOfTheSandboxForAQuota(t *testing.T) {
	for _, args := range [][]string{
		{"--quota", "-1"}, {"--quota", "5", "--quota-window", "0s"}, {"--quota-headers", "list"}, {"--quota", "5", "--quota-headers", "other"}, {"--retry-after-form", "week"},
	} {
		if code, _, _ := invoke(t, nil, append([]string{"sandbox"}, args...)...); code != exitUsage {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
	c := sandboxCommand{Quota: 5, QuotaWindow: time.Second, QuotaHeaders: thrivetest.RateLimitList, RetryAfter: time.Second, RetryAfterForm: "date"}
	f := c.faults()
	if err := c.Validate(); err != nil || f.Quota != 5 || f.Window != time.Second || f.RateLimit != thrivetest.RateLimitList || f.RetryAfter != thrivetest.RetryAfterDate {
		t.Errorf("got %+v, %v", f, err)
	}
}

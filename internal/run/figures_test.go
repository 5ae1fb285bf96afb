package run

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/pkg/thrive"
)

func TestWhyACallGotNoAnswerIsSaidInOurOwnWords(t *testing.T) {
	for want, err := range map[string]error{
		"HTTP status 503":   &thrive.Error{Status: 503, Message: "E1 is not served"},
		"no answer in time": &thrive.Error{Err: context.DeadlineExceeded},
		"no answer":         &thrive.Error{Err: errors.New(`malformed HTTP response "E1"`)},
		"the name of the host could not be looked up":              &thrive.Error{Err: &net.DNSError{Name: "E1"}},
		"the certificate of the host was not accepted":             &thrive.Error{Err: &tls.CertificateVerificationError{Err: io.EOF}},
		"the connection was refused":                               &thrive.Error{Err: fmt.Errorf("E1: %w", syscall.ECONNREFUSED)},
		"the connection was closed before the answer was complete": &thrive.Error{Err: io.ErrUnexpectedEOF},
	} {
		if got := whyUnheard(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

// TestFiguresOfCalls makes calls to a service that answers each ref with the status in
// front of it.
func TestFiguresOfCalls(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, ref := 0, strings.Split(r.URL.Path, "/")[5]
		if _, err := fmt.Sscanf(ref, "%d-", &status); err != nil || status == 0 {
			panic(http.ErrAbortHandler) // no answer
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"ref":%q,"active":false}`, ref)
	}))
	defer web.Close()
	p := pace.New(7)
	client, err := thrive.NewClient(thrive.Config{BaseURL: web.URL, Credentials: thrive.Basic{Tenant: "t", Secret: "s"}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	f := newFigures(p, time.Now, nil)
	s := suspender{client, new(atomic.Int64), f}
	for _, ref := range []string{"200-1", "200-2", "404-1", "429-1", "503-1", "0-1", "."} { // "." is never sent
		s.Call(t.Context(), leaver.Leaver{Ref: ref})
	}
	f.tried(5, 3)
	got := f.sum(time.Now(), Counts{Called: 5}, 7)
	want := map[string]int{"200": 2, "404": 1, "429": 1, "503": 1, "0": 1}
	if c := got.Calls; !maps.Equal(c.ByStatus, want) || c.Total != 6 || c.Throttled != 1 || c.Retries != 1 {
		t.Errorf("the calls are %+v, want %v", c, want)
	}
	var all Point
	for _, point := range got.Series.Points {
		all.merge(point)
	}
	if all.CallClasses != (CallClasses{OK: 2, Throttled: 1, Other: 1, ServerError: 1, NoAnswer: 1}) || all.Tried != 5 || all.Suspended != 2 || all.Failed != 3 || all.InFlight != 1 || all.Pace != 7 {
		t.Errorf("the series has %+v", all)
	}
	if got.Pace.Ceiling != 7 || got.Pace.Highest != 7 || got.Pace.Sustained != nil {
		t.Errorf("the pace is %+v", got.Pace)
	}
}

// TestOutagesOfASummary gives a progress more outages than it keeps.
func TestOutagesOfASummary(t *testing.T) {
	p := NewProgress(discard{}, 10, seriesBegan)
	p.figures = newFigures(pace.New(0), func() time.Time { return seriesBegan }, nil)
	const number = mostOutages + 20
	for i := range number {
		err := &thrive.Error{Status: 500 + i, Message: "E1"}
		p.figures.started(1)
		p.figures.ended(0, batch.Answer{HTTPStatus: err.Status, Verdict: batch.Unreachable}, err)
		o := batch.Outage{Since: after0(float64(i)), Reason: "E1"}
		p.Outage(o)
		o.Until, o.Probes = after0(float64(i)+0.5), 2
		p.Outage(o)
	}
	got := p.figures.sum(after0(number), p.Counts(), 0).Outages
	if got.Number != number || got.Probes != 2*number || got.Seconds != number/2.0 || len(got.Each) != mostOutages+1 {
		t.Fatalf("%d outages, %d probes, %gs, %d of them in the list", got.Number, got.Probes, got.Seconds, len(got.Each))
	}
	last := got.Each[mostOutages]
	if last.Reason != fmt.Sprint("HTTP status ", 500+number-1) || !last.Since.Equal(after0(number-1)) || got.Each[0].Reason != "HTTP status 500" {
		t.Errorf("the first is %+v, the last %+v", got.Each[0], last)
	}
	if slices.ContainsFunc(got.Each, func(o OutageSummary) bool { return strings.Contains(o.Reason, "E1") }) {
		t.Error("a reason has a ref")
	}
}

package run

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

func TestErrorsOfTheAPI(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		outcome leaver.Outcome
		verdict batch.Verdict
	}{
		{"no such user", &thrive.Error{Status: 404}, leaver.NotFound, batch.Final},
		{"a final refusal", &thrive.Error{Status: 422}, leaver.Rejected, batch.Final},
		{"a redirect", &thrive.Error{Status: 302}, leaver.Rejected, batch.Final},
		{"refused credentials", &thrive.Error{Status: 401, Class: thrive.Refused}, leaver.Rejected, batch.Refused},
		{"a leaver who may not be suspended", &thrive.Error{Status: 403, Class: thrive.Forbidden}, leaver.Rejected, batch.Forbidden},
		{"a token endpoint that does not exist", &thrive.Error{Status: 404, Class: thrive.Refused}, leaver.Rejected, batch.Refused},
		{"a refusal that may be about another user", &thrive.Error{Status: 404, Class: thrive.Transient}, leaver.Failed, batch.Transient},
		{"a gateway without a service", &thrive.Error{Status: 503, Class: thrive.Transient}, leaver.Failed, batch.Unreachable},
		{"a timeout", &thrive.Error{Class: thrive.Transient, Err: context.DeadlineExceeded}, leaver.Failed, batch.Unreachable},
		{"an internal error", &thrive.Error{Status: 500, Class: thrive.Transient}, leaver.Failed, batch.Broken},
		{"an answer that is none", &thrive.Error{Class: thrive.Transient}, leaver.Failed, batch.Transient},
		{"too many requests", &thrive.Error{Status: 429, Class: thrive.Throttled}, leaver.Failed, batch.Throttled},
		{"a confirmation that was not received to its end", &thrive.Error{Status: 200, Class: thrive.Transient}, leaver.Unconfirmed, batch.Transient},
		{"a confirmation that cannot be read", &thrive.Error{Status: 200}, leaver.Unconfirmed, batch.Final},
		{"a request that was cancelled", context.Canceled, leaver.Failed, batch.Transient},
		{"a ref that a URL cannot contain", fmt.Errorf("%w: %q", thrive.ErrInvalidRef, "."), leaver.Rejected, batch.Final},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := answerTo(tt.err)
			if got.Outcome != tt.outcome || got.Verdict != tt.verdict {
				t.Errorf("got %s, %d; want %s, %d", got.Outcome, got.Verdict, tt.outcome, tt.verdict)
			}
		})
	}
}

func TestTheEngineGetsTheQuotaOfARefusal(t *testing.T) {
	got := answerTo(&thrive.Error{Status: 429, Class: thrive.Throttled, RateLimit: thrive.RateLimit{Remaining: 3, Reset: time.Minute}})
	if want := (pace.Quota{Remaining: 3, Reset: time.Minute}); got.Quota != want {
		t.Errorf("got %+v, want %+v", got.Quota, want)
	}
}

func TestARepeatThatTheServiceMakesTooLateIsNoCancelledRequest(t *testing.T) {
	got := answerTo(&pace.LaterError{Until: time.Now()})
	if got.Outcome != leaver.Failed || got.Verdict != batch.Transient || !strings.Contains(got.Reason, "takes no more requests until") {
		t.Errorf("got %+v", got)
	}
}

func TestTheEngineGetsRetryAfterAndTheRequestID(t *testing.T) {
	got := answerTo(&thrive.Error{Status: 429, Class: thrive.Throttled, RetryAfter: 7 * time.Second, RequestID: "r1"})
	if got.RetryAfter != 7*time.Second || got.RequestID != "r1" || got.HTTPStatus != 429 {
		t.Errorf("got %+v", got)
	}
}

func TestALeaverCountsAsSuspendedOnlyWhenTheAPISaysSo(t *testing.T) {
	tests := []struct {
		name   string
		fault  thrivetest.Fault
		want   leaver.Outcome
		reason string // a part of it
	}{
		{"active: false", thrivetest.NoFault, leaver.Suspended, ""},
		{"active: true", thrivetest.StillActive, leaver.Unconfirmed, "still active"},
		{"about another user", thrivetest.AnotherRef, leaver.Unconfirmed, "about another user"},
		{"no ref", thrivetest.NoRef, leaver.Unconfirmed, "which user"},
		{"two refs", thrivetest.TwoRefs, leaver.Unconfirmed, "which user"},
		{"no JSON", thrivetest.NotJSON, leaver.Unconfirmed, "not JSON"},
		{"half an answer", thrivetest.HalfBody, leaver.Unconfirmed, "no complete answer"},
		{"no answer", thrivetest.CutAfter, leaver.Failed, "no complete answer"},
	}
	server := thrivetest.New(thrivetest.Options{AnyRef: true})
	web := httptest.NewServer(server)
	defer web.Close()
	client, err := thrive.NewClient(thrive.Config{
		BaseURL:     web.URL,
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server.SetFaults(thrivetest.Faults{Refs: map[string]thrivetest.Fault{"E1": tt.fault}})
			got := suspender{client: client, inFlight: new(atomic.Int64)}.Call(t.Context(), leaver.Leaver{Ref: "E1"})
			if got.Outcome != tt.want || !strings.Contains(got.Reason, tt.reason) || strings.Contains(got.Reason, "E1-other") {
				t.Errorf("got %s (%s), want %s (… %s …)", got.Outcome, got.Reason, tt.want, tt.reason)
			}
		})
	}
}

// A refusal over HTTP/1.1 is confirmed by a second request, which waits for its turn.
func TestTheEngineLearnsWhenTheLastRequestOfAnAttemptBegan(t *testing.T) {
	_, target := simulator(t, "E1")
	p := pace.New(20)
	client, err := thrive.NewClient(thrive.Config{BaseURL: target.BaseURL, Credentials: target.Credentials, AwaitTurn: p.Wait})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s := suspender{client: client, inFlight: &atomic.Int64{}}
	if got := s.Call(t.Context(), leaver.Leaver{Ref: "E1"}); !got.Began.IsZero() {
		t.Errorf("one request: another one began at %s", got.Began)
	}
	start := time.Now()
	if got := s.Call(t.Context(), leaver.Leaver{Ref: "E2"}); got.Outcome != leaver.NotFound || !got.Began.After(start) {
		t.Errorf("a refusal: %s, and the last request began at %s, after %s", got.Outcome, got.Began, start)
	}
}

package run

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/pkg/thrive"
)

// suspender translates answers of the API for the engine.
type suspender struct {
	client   *thrive.Client
	inFlight *atomic.Int64 // requests that are waiting for their answers
	figures  *figures      // may be nil
}

// Call sends the request for one leaver.
func (s suspender) Call(ctx context.Context, l leaver.Leaver) batch.Answer {
	s.figures.started(s.inFlight.Add(1))
	var began time.Time
	got, err := s.client.SuspendUser(pace.Noting(ctx, &began), l.Ref, l.EndDate.Time())
	var answer batch.Answer
	if err != nil {
		answer = answerTo(err)
	} else {
		answer = answerOf(got, l)
	}
	answer.Began = began
	s.figures.ended(s.inFlight.Add(-1), answer, err)
	return answer
}

// answerOf translates a 2xx answer of the API about a leaver.
func answerOf(got thrive.Suspension, l leaver.Leaver) batch.Answer {
	answer := batch.Answer{
		HTTPStatus: got.Response.Status, RequestID: got.Response.RequestID, Outcome: leaver.Suspended,
		Quota: pace.Quota(got.Response.RateLimit),
	}
	if !got.Suspended() {
		answer.Outcome, answer.Reason = leaver.Unconfirmed, unconfirmed(got, l.Ref)
	}
	return answer
}

// unconfirmed says why a 2xx answer does not confirm the suspension of a ref. It does
// not name another user: a leaver's line in the report is about this leaver only,
// and the request ID is enough to find the answer.
func unconfirmed(got thrive.Suspension, ref string) string {
	switch {
	case got.Ref != "" && got.Ref != ref:
		return "the answer is about another user"
	case got.Active == nil:
		return "the answer does not say whether the account is active"
	case *got.Active:
		return "the answer says that the account is still active"
	default:
		return "the answer does not say which user it is about"
	}
}

// answerTo translates an error of the API.
func answerTo(err error) batch.Answer {
	var e *thrive.Error
	if !errors.As(err, &e) {
		if errors.Is(err, thrive.ErrInvalidRef) {
			return batch.Answer{Outcome: leaver.Rejected, Reason: err.Error()}
		}
		if _, later := errors.AsType[*pace.LaterError](err); later {
			return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Transient, Reason: "the answer could not be confirmed: " + err.Error()}
		}
		// The run has cancelled the request, which may have taken effect.
		return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Transient, Reason: "the request was cancelled before its answer came"}
	}
	answer := batch.Answer{HTTPStatus: e.Status, RequestID: e.RequestID, Reason: e.Error(), RetryAfter: e.RetryAfter, Quota: pace.Quota(e.RateLimit)}
	switch e.Class {
	case thrive.Transient:
		answer.Outcome, answer.Verdict = leaver.Failed, batch.Transient
		switch {
		case e.Unreachable():
			answer.Verdict = batch.Unreachable
		case e.Status == http.StatusInternalServerError:
			answer.Verdict = batch.Broken
		}
	case thrive.Throttled:
		answer.Outcome, answer.Verdict = leaver.Failed, batch.Throttled
	case thrive.Refused:
		answer.Outcome, answer.Verdict = leaver.Rejected, batch.Refused
	case thrive.Forbidden:
		answer.Outcome, answer.Verdict = leaver.Rejected, batch.Forbidden
	case thrive.Final:
		answer.Outcome = leaver.Rejected
		if e.Status == http.StatusNotFound {
			answer.Outcome = leaver.NotFound
		}
	}
	if e.Status >= 200 && e.Status <= 299 {
		answer.Outcome = leaver.Unconfirmed
	}
	return answer
}

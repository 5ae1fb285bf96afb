package run

import (
	"context"
	"errors"
	"net/http"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/pkg/thrive"
)

// suspender translates answers of the API for the engine.
type suspender struct{ client *thrive.Client }

// Suspend sends one request.
func (s suspender) Suspend(ctx context.Context, l leaver.Leaver) batch.Answer {
	user, err := s.client.SuspendUser(ctx, l.Ref, l.EndDate.Time())
	if err != nil {
		return answerTo(err)
	}
	answer := batch.Answer{HTTPStatus: user.Response.Status, RequestID: user.Response.RequestID, Outcome: leaver.Unconfirmed}
	switch {
	case user.Suspended():
		answer.Outcome = leaver.Suspended
	case user.Active == nil:
		answer.Reason = "the answer does not say whether the account is active"
	default:
		answer.Reason = "the answer says that the account is still active"
	}
	return answer
}

// answerTo translates an error of the API.
func answerTo(err error) batch.Answer {
	var e *thrive.Error
	if !errors.As(err, &e) {
		if errors.Is(err, thrive.ErrInvalidRef) {
			return batch.Answer{Outcome: leaver.Rejected, Reason: err.Error()}
		}
		// The run has cancelled the request, which may have taken effect.
		return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Transient, Reason: "the request was cancelled before its answer came"}
	}
	answer := batch.Answer{HTTPStatus: e.Status, RequestID: e.RequestID, Reason: e.Error(), RetryAfter: e.RetryAfter}
	switch e.Class {
	case thrive.Transient:
		answer.Outcome, answer.Verdict = leaver.Failed, batch.Transient
	case thrive.Throttled:
		answer.Outcome, answer.Verdict = leaver.Failed, batch.Throttled
	case thrive.Refused:
		answer.Outcome, answer.Verdict = leaver.Rejected, batch.Refused
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

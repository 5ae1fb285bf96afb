package thrive

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// This file reads the answers of the token endpoint. They come from a gateway or a
// proxy as often as from the endpoint, so every field is read by itself, and what is
// not a token is a failure that may be over with the next request.

const (
	// maxToken is the length of the longest token that is used: servers do not read a
	// longer header.
	maxToken = 16 << 10
	// maxLifetime bounds what an answer may say, so that no time overflows.
	maxLifetime = 365 * 24 * time.Hour
)

// tokenBody is the body of an answer: a token (RFC 6749, section 5.1), or an error
// of OAuth (section 5.2) or of the vendor. A field of an unexpected type must not hide
// the others.
type tokenBody struct {
	AccessToken json.RawMessage `json:"access_token"`
	ExpiresIn   json.RawMessage `json:"expires_in"`
	Scope       Fact[string]    `json:"scope"`
	Error       json.RawMessage `json:"error"`
	Description json.RawMessage `json:"error_description"`
	Message     json.RawMessage `json:"message"`
}

// read returns the token of an answer to a request that started then.
func (t *tokens) read(a *answer, start time.Time) (*token, *Error) {
	if a.cause != nil {
		return nil, t.incomplete(a)
	}
	if a.status >= 300 && a.status <= 399 {
		return nil, t.failure(a, "a redirect is not followed")
	}
	var body tokenBody
	object, problem := a.object()
	if problem == "" && json.Unmarshal(object, &body) != nil {
		problem = a.notJSON()
	}
	if problem != "" {
		return nil, t.failure(a, problem)
	}
	if code := jsonText(body.Error); code != "" || !a.ok() {
		return nil, t.refusal(a, code, body)
	}
	text, problem := accessToken(body.AccessToken)
	if problem != "" {
		return nil, t.failure(a, "the answer "+problem)
	}
	next := &token{header: "Bearer " + text, scope: t.safeScope(body.Scope, text)}
	lifetime, problem := tokenLifetime(body.ExpiresIn)
	if problem != "" {
		t.warn("token endpoint: the answer " + problem + ", so the token is used until it is refused")
		return next, nil
	}
	next.expires = start.Add(lifetime)
	next.renewAt = next.expires.Add(-min(renewBefore, lifetime/4))
	return next, nil
}

// maxScope is the length of what is used of the scopes in an answer. Those of this API
// take less than 60.
const maxScope = 300

// safeScope returns the scopes that an answer names beside its token, in a form that is
// safe to show. The server may send secrets there, of which the new token is one.
func (t *tokens) safeScope(said Fact[string], token string) Fact[string] {
	scope, ok := said.Get()
	if !ok || len(scope) > maxScope {
		return Fact[string]{state: unclear}
	}
	return Known(oneLine(t.secrets().with(token).redact(scope), maxScope))
}

// accessToken returns the token, or why it cannot be one. What is not visible ASCII is
// no token (RFC 6749, appendix A.12), and net/http sends no header with a line break.
func accessToken(raw json.RawMessage) (text, problem string) {
	if json.Unmarshal(raw, &text) != nil || text == "" {
		return "", "has no access_token"
	}
	if len(text) > maxToken {
		return "", "has an access_token of more than 16 KiB"
	}
	if !isVisibleASCII(text) {
		return "", "has an access_token with characters that a token cannot have"
	}
	return text, ""
}

// tokenLifetime reads expires_in, which some servers send as a string or with a
// fraction. problem says why it cannot be used.
func tokenLifetime(raw json.RawMessage) (lifetime time.Duration, problem string) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, "has no expires_in"
	}
	var number json.Number
	if json.Unmarshal(raw, &number) != nil || number == "" {
		return 0, "has an expires_in that is not a number"
	}
	// The error is one of range, and then the number is infinite or 0.
	seconds, _ := strconv.ParseFloat(string(number), 64)
	lifetime = time.Duration(max(0, min(seconds, maxLifetime.Seconds())) * float64(time.Second))
	if lifetime <= 0 {
		return 0, "has an expires_in that is not positive"
	}
	return lifetime, ""
}

// incomplete returns the *Error for an answer that has not arrived as a whole.
func (t *tokens) incomplete(a *answer) *Error {
	e := t.failure(a, a.sanitize(a.causeText, maxMessage))
	if e.Class == Refused {
		e.Class = Transient // what is missing may have said something else
	}
	// Half an answer says that the endpoint is there: it is no sign of an outage.
	if a.status == 0 || errors.Is(a.cause, context.DeadlineExceeded) {
		e.Err = a.cause
	}
	return e
}

// refusal returns the *Error for an answer with an error of OAuth or of the vendor, or
// with a status that is a failure.
func (t *tokens) refusal(a *answer, code string, body tokenBody) *Error {
	why := "no token"
	if code != "" {
		why = a.sanitize(code, maxMessage)
	}
	for _, raw := range []json.RawMessage{body.Description, body.Message} {
		if text := jsonText(raw); text != "" {
			why += ": " + a.sanitize(text, maxMessage)
			break
		}
	}
	e := t.failure(a, why)
	switch {
	case slices.Contains(passingErrors, code):
		e.Class = Transient
	case a.ok() && slices.Contains(refusingErrors, code):
		e.Class = Refused // some servers answer 200 with an error
	}
	return e
}

var (
	// refusingErrors are the errors of OAuth that do not go away (RFC 6749, section 5.2).
	refusingErrors = []string{
		"invalid_client", "invalid_request", "invalid_grant", "invalid_scope",
		"unauthorized_client", "unsupported_grant_type", "access_denied",
	}
	// passingErrors are those that do (section 4.1.2.1), whatever the status is.
	passingErrors = []string{"server_error", "temporarily_unavailable", "slow_down"}
)

// failure returns the *Error for an answer that is not a token. A 2xx status is a part
// of the message, because the status of the *Error is that of the call. The message has
// nothing else of a success, which may have a token under another name.
func (t *tokens) failure(a *answer, why string) *Error {
	e := &Error{
		Class:      tokenClass(a.status),
		RequestID:  requestID(a.header, a.sanitize),
		RetryAfter: retryAfter(a.header),
	}
	where := "token endpoint: "
	switch {
	case a.status == 0:
	case a.ok():
		where += statusLine(a.status) + ": "
	default:
		e.Status, e.Phrase = a.status, http.StatusText(a.status)
	}
	e.Message = oneLine(where+why, maxMessage)
	return e
}

func statusLine(status int) string { return strconv.Itoa(status) + " " + http.StatusText(status) }

// tokenClass differs from classOfStatus. Any other 4xx is a refusal, because no call is
// possible without a token. An answer that is neither a token nor an error says nothing
// about the credentials: a gateway may have sent it, and a redirect leads to its page.
func tokenClass(status int) Class {
	class := classOfStatus(status)
	switch {
	case class == Transient, class == Throttled:
		return class
	case status >= 400 && status <= 499:
		return Refused
	default:
		return Transient
	}
}

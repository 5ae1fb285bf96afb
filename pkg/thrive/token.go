package thrive

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"
)

// renewBefore is how long before it expires a token is renewed. A token with a
// lifetime of less than four times as long is renewed after three quarters of it.
const renewBefore = 30 * time.Second

// tokens is the authorizer with a token, which all calls share.
type tokens struct {
	config  clientcredentials.Config // without AuthStyle: see fetch
	client  *http.Client
	timeout time.Duration // of one fetch
	removes *redactor     // see authorizer.secrets

	current atomic.Pointer[token]
	flight  singleflight.Group
	style   oauth2.AuthStyle // what worked last; used by fetch only, so by one goroutine at a time
}

type token struct {
	header  string
	renewAt time.Time // zero: it is used until the API refuses it
}

func (t *token) fresh() bool {
	return t != nil && (t.renewAt.IsZero() || time.Now().Before(t.renewAt))
}

func newTokens(c ClientCredentials, client *http.Client, timeout time.Duration) *tokens {
	return &tokens{
		config: clientcredentials.Config{
			ClientID:     c.ClientID,
			ClientSecret: string(c.ClientSecret),
			TokenURL:     c.TokenURL,
			Scopes:       c.Scopes,
		},
		client:  client,
		timeout: timeout,
		// In a header both are form-encoded first (RFC 6749, section 2.3.1).
		removes: newRedactor(
			basicToken(url.QueryEscape(c.ClientID), url.QueryEscape(string(c.ClientSecret))),
			string(c.ClientSecret),
			proxyPassword(c.TokenURL),
		),
	}
}

func (t *tokens) secrets() *redactor { return t.removes }

// invalidate removes the token that was refused, unless another goroutine has
// replaced it already.
func (t *tokens) invalidate(header string) bool {
	if cur := t.current.Load(); cur != nil && cur.header == header {
		t.current.CompareAndSwap(cur, nil)
	}
	return true
}

// header returns the Authorization header with the shared token. If there is no
// fresh token it fetches one; concurrent callers wait for the same fetch and
// share its token or error. The fetch goes on if the ctx of one caller is done.
func (t *tokens) header(ctx context.Context) (value string, fetched bool, err error) {
	if cur := t.current.Load(); cur.fresh() {
		return cur.header, false, nil
	}
	select {
	case r := <-t.flight.DoChan("", t.refresh):
		if r.Err != nil {
			return "", true, r.Err
		}
		return r.Val.(*token).header, true, nil
	case <-ctx.Done():
		return "", true, ctx.Err()
	}
}

// refresh fetches a token and stores it. It runs in one goroutine at a time.
func (t *tokens) refresh() (any, error) {
	// Another fetch may have ended after the caller looked for a token.
	if cur := t.current.Load(); cur.fresh() {
		return cur, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.timeout)
	defer cancel()

	start := time.Now()
	got, err := t.fetch(context.WithValue(ctx, oauth2.HTTPClient, t.client))
	if err != nil {
		return nil, t.toError(ctx, err)
	}
	next := &token{header: "Bearer " + got.AccessToken}
	// Without a usable lifetime the token is used until the API refuses it.
	if lifetime := time.Until(got.Expiry); lifetime > 0 {
		next.renewAt = start.Add(lifetime - min(renewBefore, lifetime/4))
	}
	t.current.Store(next)
	return next, nil
}

// fetch requests a token with the style of authentication that worked last. If
// none has worked yet, it tries the second style only after a refusal of the
// first. The detection of package oauth2 tries it after any failure, so that a
// short outage could end as a refusal in the wrong style.
func (t *tokens) fetch(ctx context.Context) (*oauth2.Token, error) {
	styles := []oauth2.AuthStyle{t.style}
	if t.style == oauth2.AuthStyleAutoDetect {
		styles = []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams}
	}
	var err error
	for _, style := range styles {
		config := t.config
		config.AuthStyle = style
		var got *oauth2.Token
		if got, err = config.Token(ctx); err == nil {
			t.style = style
			return got, nil
		}
		refusal, ok := errors.AsType[*oauth2.RetrieveError](err)
		if !ok || tokenClass(refusal.Response.StatusCode) != Refused {
			break
		}
	}
	return nil, err
}

// toError returns the *Error for a failed fetch. It does not wrap an
// oauth2.RetrieveError, whose text contains the whole body, and so perhaps a
// secret.
func (t *tokens) toError(ctx context.Context, err error) *Error {
	e := &Error{Class: Transient, Message: "token endpoint: the answer is not a token"}
	if ctx.Err() != nil {
		e.Err = ctx.Err()
		e.Message = "token endpoint: no complete answer within " + t.timeout.String()
		return e
	}
	if network, ok := errors.AsType[*url.Error](err); ok {
		e.Err = network.Err
		e.Message = t.sanitize("token endpoint: "+noAnswer(network.Err), maxMessage)
		return e
	}
	refusal, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return e // 2xx, but unreadable or without a token
	}
	status, header := refusal.Response.StatusCode, refusal.Response.Header
	if status < 200 || status > 299 {
		e.Status = status
		e.Phrase = http.StatusText(status)
	}
	e.Class = tokenClass(status)
	e.RequestID = requestID(header, t.sanitize)
	e.RetryAfter = retryAfter(header)
	e.Message = "token endpoint: no token"
	if refusal.ErrorCode != "" {
		e.Message = "token endpoint: " + t.sanitize(refusal.ErrorCode, maxMessage)
	}
	if refusal.ErrorDescription != "" {
		e.Message += ": " + t.sanitize(refusal.ErrorDescription, maxMessage)
	}
	e.Message = oneLine(e.Message, maxMessage)
	return e
}

// tokenClass differs from classOfStatus in that any final failure is a refusal:
// no call is possible without a token.
func tokenClass(status int) Class {
	switch class := classOfStatus(status); class {
	case Transient, Throttled:
		return class
	default:
		return Refused
	}
}

func (t *tokens) sanitize(text string, limit int) string {
	return oneLine(t.removes.redact(text), limit)
}

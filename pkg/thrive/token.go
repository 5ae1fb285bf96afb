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

// renewBefore is how long before its end a token is renewed. A token that lives
// less than four times as long is renewed in the last quarter of its life.
const renewBefore = 30 * time.Second

// tokens holds the one token that all goroutines share.
type tokens struct {
	config  clientcredentials.Config // without AuthStyle: see fetch
	client  *http.Client
	timeout time.Duration
	hidden  []string

	current atomic.Pointer[token]
	flight  singleflight.Group
	style   oauth2.AuthStyle // what worked last; only fetch, so one goroutine at a time
}

type token struct {
	header  string
	renewAt time.Time // zero: only when the API refuses it
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
		// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
		hidden: formsOf(
			basicToken(url.QueryEscape(c.ClientID), url.QueryEscape(string(c.ClientSecret))),
			string(c.ClientSecret),
		),
	}
}

func (t *tokens) secrets() []string { return t.hidden }

// drop forgets the token that was refused, unless another goroutine was faster
// and a newer one is in place already.
func (t *tokens) drop(header string) bool {
	if cur := t.current.Load(); cur != nil && cur.header == header {
		t.current.CompareAndSwap(cur, nil)
	}
	return true
}

// header returns the shared token, fetching it where there is none that will
// last. All who wait share one fetch and its result, good or bad. A caller who
// leaves does not end the fetch: the others still want it.
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

// refresh runs in one goroutine at a time.
func (t *tokens) refresh() (any, error) {
	// The caller may have looked just before an earlier flight landed.
	if cur := t.current.Load(); cur.fresh() {
		return cur, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.timeout)
	defer cancel()

	asked := time.Now()
	got, err := t.fetch(context.WithValue(ctx, oauth2.HTTPClient, t.client))
	if err != nil {
		return nil, t.failure(ctx, err)
	}
	next := &token{header: "Bearer " + got.AccessToken}
	// A life that is missing or makes no sense is left to the API to end.
	if life := time.Until(got.Expiry); life > 0 {
		next.renewAt = asked.Add(life - min(renewBefore, life/4))
	}
	t.current.Store(next)
	return next, nil
}

// fetch asks once in the style that worked last, or else in both. The library's
// own detection tries the second style after any failure, so that an outage of
// a second could end as a refusal in the wrong style. Here only a refusal leads
// to the second.
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

// failure describes a failed fetch. The library's error is not kept: its text
// holds the whole body, and a server may echo the secret.
func (t *tokens) failure(ctx context.Context, err error) *Error {
	e := &Error{Class: Transient, Message: "token endpoint: the answer is not a token"}
	if ctx.Err() != nil {
		e.Err = ctx.Err()
		e.Message = "token endpoint: no complete answer within " + t.timeout.String()
		return e
	}
	if trouble, ok := errors.AsType[*url.Error](err); ok {
		e.Err = trouble.Err
		e.Message = "token endpoint: no complete answer: " + t.clean(trouble.Err.Error())
		return e
	}
	refusal, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return e // 2xx, yet unreadable or without a token
	}
	status, header := refusal.Response.StatusCode, refusal.Response.Header
	if status < 200 || status > 299 {
		e.Status = status
		e.Phrase = http.StatusText(status)
	}
	e.Class = tokenClass(status)
	e.RequestID = requestID(header, t.cleanTo)
	e.RetryAfter = retryAfter(header)
	e.Message = "token endpoint: no token"
	if refusal.ErrorCode != "" {
		e.Message = "token endpoint: " + t.clean(refusal.ErrorCode)
	}
	if refusal.ErrorDescription != "" {
		e.Message += ": " + t.clean(refusal.ErrorDescription)
	}
	e.Message = oneLine(e.Message, maxMessage)
	return e
}

// tokenClass differs from classOfStatus in that whatever is not an outage is a
// refusal: without a token no call can be made, so no call is worth trying.
func tokenClass(status int) Class {
	if class := classOfStatus(status); class != Final {
		return class
	}
	return Refused
}

func (t *tokens) clean(text string) string { return t.cleanTo(text, maxMessage) }

func (t *tokens) cleanTo(text string, limit int) string {
	return oneLine(redact(text, t.hidden...), limit)
}

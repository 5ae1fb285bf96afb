package thrive

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	// renewBefore is how long before it expires a token is renewed. A token with a
	// lifetime of less than four times as long is renewed after three quarters of it.
	renewBefore = 30 * time.Second
	// A client fetches tokenBurst tokens at once at most, and then one every
	// tokenEvery. Tokens that live for an hour never come near that. Tokens that say
	// they live for a second, and tokens that are refused after one call, would
	// otherwise cost a request for each call.
	tokenBurst = 20
	tokenEvery = 5 * time.Second
	// maxWarnings bounds the texts for Config.Warn, which the server can vary.
	maxWarnings = 8
)

// tokens is the authorizer with a token, which all calls share.
type tokens struct {
	config ClientCredentials // without its secret
	secret *renewable
	client *Client // its transport, timeout and user agent are those of a fetch, too

	current atomic.Pointer[token]
	flight  singleflight.Group
	limiter *rate.Limiter

	// The fields below are used by refresh only, so by one goroutine at a time.
	style  tokenStyle // what worked last
	warned []string
}

// tokenStyle is where a request for a token has the client credentials.
type tokenStyle string

const (
	inHeader tokenStyle = "header"
	inForm   tokenStyle = "form"
)

type token struct {
	header  string
	scope   Fact[string] // safe to show
	renewAt time.Time    // zero: it is used until the API refuses it
	expires time.Time    // see credential
}

func (t *token) fresh() bool {
	return t != nil && (t.renewAt.IsZero() || time.Now().Before(t.renewAt))
}

func (t *token) credential(fetched bool) credential {
	return credential{header: t.header, scope: t.scope, fetched: fetched, expires: t.expires}
}

func newTokens(c ClientCredentials, client *Client) *tokens {
	// In a header both are form-encoded first (RFC 6749, section 2.3.1).
	encode := func(secret string) string { return basicToken(url.QueryEscape(c.ClientID), url.QueryEscape(secret)) }
	secret := newRenewable(c.ClientSecret, encode, c.Renew, proxyPassword(c.TokenURL))
	c.ClientSecret = ""
	return &tokens{config: c, secret: secret, client: client, limiter: rate.NewLimiter(rate.Every(tokenEvery), tokenBurst)}
}

func (t *tokens) secrets() *redactor { return t.secret.now().removes }

// renew returns false: what the API refuses is a token. A client secret is refused by the
// token endpoint, and refresh renews it.
func (t *tokens) renew(string) bool { return false }

// invalidate removes the token that was refused, unless another goroutine has
// replaced it already.
func (t *tokens) invalidate(header string) bool {
	if cur := t.current.Load(); cur != nil && cur.header == header {
		t.current.CompareAndSwap(cur, nil)
	}
	return true
}

// tooSoonError says that the next fetch may start only after a wait.
type tooSoonError struct{ wait time.Duration }

func (e *tooSoonError) Error() string { return "the next token may be fetched in " + e.wait.String() }

// credential returns the Authorization header with the shared token. If there is no
// fresh token it fetches one; concurrent callers wait for the same fetch and
// share its token or error. The fetch goes on if the ctx of one caller is done.
func (t *tokens) credential(ctx context.Context) (credential, error) {
	if cur := t.current.Load(); cur.fresh() {
		return cur.credential(false), nil
	}
	for {
		var fetched singleflight.Result
		select {
		case fetched = <-t.flight.DoChan("", t.refresh):
		case <-ctx.Done():
			return credential{}, ctx.Err()
		}
		early, ok := errors.AsType[*tooSoonError](fetched.Err)
		switch {
		case fetched.Err == nil:
			return fetched.Val.(credential), nil
		case !ok:
			return credential{}, fetched.Err
		}
		timer := time.NewTimer(early.wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return credential{}, ctx.Err()
		}
	}
}

// refresh fetches a token and stores it. It runs in one goroutine at a time.
func (t *tokens) refresh() (any, error) {
	// Another fetch may have ended after the caller looked for a token.
	cur := t.current.Load()
	if cur.fresh() {
		return cur.credential(true), nil
	}
	turn := t.limiter.Reserve()
	if wait := turn.Delay(); wait > 0 {
		turn.Cancel()
		t.warn("token endpoint: many tokens were requested in a short time, so from now on there is one request in " + tokenEvery.String() + " at most")
		if cur != nil {
			return cur.credential(false), nil // it was not refused so far
		}
		return nil, &tooSoonError{wait}
	}
	used := t.secret.now().header
	next, failure := t.fetch()
	if failure != nil && failure.Class == Refused && t.secret.replace(used) {
		next, failure = t.fetch()
	}
	if failure == nil {
		t.current.Store(next)
		return next.credential(true), nil
	}
	if failure.Class != Refused {
		t.warn(failure.Error())
		// The token at hand was not refused, so it is used until the next try.
		if cur != nil {
			later := *cur
			later.renewAt = time.Now().Add(tokenEvery)
			if t.current.CompareAndSwap(cur, &later) {
				return later.credential(true), nil
			}
		}
	}
	return nil, failure
}

// fetch requests a token with the style of authentication that worked last. If
// none has worked yet, it tries the second style only after a refusal of the
// first: a short outage must not end as a refusal in the wrong style.
func (t *tokens) fetch() (*token, *Error) {
	styles := []tokenStyle{t.style}
	if t.style == "" {
		styles = []tokenStyle{inHeader, inForm}
	}
	var failure *Error
	for _, style := range styles {
		start := time.Now()
		a, err := t.ask(style)
		if err != nil {
			return nil, &Error{Class: Transient, Message: "token endpoint: the request cannot be made"}
		}
		var next *token
		if next, failure = t.read(a, start); failure == nil {
			t.style = style
			return next, nil
		}
		if failure.Class != Refused {
			break
		}
	}
	return nil, failure
}

// ask sends a request for a token (RFC 6749, section 4.4). It follows no redirect,
// because that would send the secret to a host that is not configured.
func (t *tokens) ask(style tokenStyle) (*answer, error) {
	secret := t.secret.now()
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(t.config.Scopes) > 0 {
		form.Set("scope", strings.Join(t.config.Scopes, " "))
	}
	if style == inForm {
		form.Set("client_id", t.config.ClientID)
		form.Set("client_secret", secret.value)
	}
	// The context is not that of a call, because all calls share the token.
	limited, cancel := context.WithTimeout(context.Background(), t.client.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, t.config.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", t.client.userAgent)
	if style == inHeader {
		req.Header.Set("Authorization", secret.header)
	}
	return t.client.roundTrip(context.Background(), t.client.http.Transport, req, secret.removes, maxBody)
}

// warn passes a text on, unless that was done before.
func (t *tokens) warn(text string) {
	if t.client.warn == nil || len(t.warned) == maxWarnings || slices.Contains(t.warned, text) {
		return
	}
	t.warned = append(t.warned, text)
	t.client.warn(text)
}

package thrive

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

const (
	defaultTimeout        = 30 * time.Second
	defaultMaxConnections = 8
	defaultUserAgent      = "offboard"
	maxBody               = 1 << 20 // bytes; a user is about 1,000
)

// Config configures a Client. Only BaseURL and Credentials are required.
type Config struct {
	// BaseURL is usually Environment.APIURL. CheckURL must accept it. It may
	// have a path, and a trailing slash makes no difference.
	BaseURL string
	// Credentials are a Basic or a ClientCredentials.
	Credentials Credentials
	// Timeout bounds each request, from dialling to the end of the body; 0 means
	// 30 seconds. A request for a token has a timeout of its own, of the same
	// length. Time in AwaitTurn does not count.
	Timeout time.Duration
	// MaxConnections is how many idle connections are kept; 0 means 8. Set it to
	// the number of goroutines that make calls. It does not limit the calls.
	MaxConnections int
	// UserAgent is the User-Agent header of every call; "" means "offboard".
	UserAgent string
	// AwaitTurn, if it is not nil, is called before a request that starts later
	// than its call: after a wait for a token, and before a call is repeated,
	// with a new token or to confirm a refusal. It lets a caller who limits the
	// rate of calls limit these requests, too. If it returns an error, the call
	// returns that error unchanged. It is called from several goroutines.
	AwaitTurn func(context.Context) error
	// Warn, if it is not nil, is told what is wrong with the answers of the token
	// endpoint, once for each text and a few texts at most. The texts are as safe to
	// show as those of an Error. It must not block.
	Warn func(text string)
	// Transport replaces the HTTP transport of the client, in tests. It must not
	// follow redirects, and it must be safe for concurrent use.
	Transport http.RoundTripper
}

// Client calls the API of one tenant. It is safe for concurrent use; all calls
// share its connections and its token.
type Client struct {
	base      string
	auth      authorizer
	http      *http.Client
	timeout   time.Duration
	userAgent string
	awaitTurn func(context.Context) error
	warn      func(string) // may be nil
	// proxyPassword is secret, too; "" if there is none.
	proxyPassword string
	headers       atomic.Pointer[headers] // for the current token
	fresh         http.RoundTripper       // a new connection for each request; nil: Config.Transport is in use
	flights       flights
}

// NewClient returns a client for a configuration. It sends nothing. The error
// for a URL that CheckURL does not accept matches ErrInsecureURL or
// ErrInvalidURL; other errors cannot be matched. Close releases the client's
// idle connections.
func NewClient(cfg Config) (*Client, error) {
	if err := CheckURL(cfg.BaseURL); err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	switch {
	case cfg.Credentials == nil:
		return nil, errors.New("credentials are missing")
	case cfg.Timeout < 0:
		return nil, errors.New("the timeout is negative")
	case cfg.MaxConnections < 0:
		return nil, errors.New("the number of connections is negative")
	case strings.ContainsFunc(cfg.UserAgent, unicode.IsControl):
		return nil, errors.New("the user agent holds a control character")
	}
	c := &Client{
		base:      strings.TrimSuffix(cfg.BaseURL, "/"),
		timeout:   orDefault(cfg.Timeout, defaultTimeout),
		userAgent: orDefault(cfg.UserAgent, defaultUserAgent),
		awaitTurn: cfg.AwaitTurn,
		warn:      cfg.Warn,
		http: &http.Client{
			Transport: cfg.Transport,
			// A redirect would send the secret to a host that is not configured.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if cfg.Transport == nil {
		transport := newTransport(orDefault(cfg.MaxConnections, defaultMaxConnections))
		fresh := transport.Clone()
		fresh.DisableKeepAlives = true
		c.http.Transport, c.fresh = transport, fresh
		c.proxyPassword = proxyPassword(cfg.BaseURL)
	}
	var err error
	if c.auth, err = cfg.Credentials.authorizer(c); err != nil {
		return nil, err
	}
	return c, nil
}

// Close closes idle connections. It does not interrupt calls in flight, and the
// client remains usable. It is safe for concurrent use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Format implements fmt.Formatter. Every verb prints the base URL and never a
// secret.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "thrive client of "+c.base) }

func newTransport(maxConnections int) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // answers are small, and their bound is one of what is read
	}
}

// proxyPassword returns the password of the proxy for a URL; "" if there is none. The
// proxy may send it back, as a server does with other secrets.
func proxyPassword(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return ""
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	if err != nil || proxy == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	return password
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// request is one call, ready to be sent more than once.
type request struct {
	method, path, body string
	ref                string   // the user whom it is about; "": the list
	into               resource // the body of a success is decoded into it
	limit              int      // bytes of the body of a success; 0: maxBody
	fresh              bool     // send it over a new connection
}

// call sends a request. If the API refuses the credentials, it sends the request a
// second time: with a new token, and over HTTP/1.1 on a new connection, because the
// first 401 may be the answer to somebody else's request. If they are refused again, it
// sends it once more with another secret, if there is one now.
func (c *Client) call(ctx context.Context, req request) (*answer, error) {
	confirmed, renewed := false, false
	for first := true; ; first = false {
		cred, err := c.auth.credential(ctx)
		if err != nil {
			return nil, err
		}
		if (cred.fetched || !first || req.fresh) && c.awaitTurn != nil {
			if err := c.awaitTurn(ctx); err != nil {
				return nil, err
			}
			// The token may have expired during the wait.
			if cred, err = c.auth.credential(ctx); err != nil {
				return nil, err
			}
		}
		a, err := c.exchange(ctx, req, cred.header)
		if err != nil || a.status != http.StatusUnauthorized {
			return a, err
		}
		another, alone := c.auth.invalidate(cred.header), !req.fresh && c.canConfirm(a)
		switch {
		case !confirmed && (another || alone):
			confirmed = true
			if alone {
				c.abandon(a)
				req.fresh = true
			}
			continue
		case !renewed && c.auth.renew(cred.header):
			renewed = true
			continue
		case cred.expired(time.Now()):
			a.err = a.disbelieved("the token had expired when the call was answered")
		}
		return a, nil
	}
}

// send sends one request. Its error is that of ctx, or of a request that cannot
// be built; any other failure is part of the answer.
func (c *Client) send(ctx context.Context, r request, auth string) (*answer, error) {
	h := c.headersFor(auth)
	var body io.Reader
	header := h.withoutBody
	if r.body != "" {
		body, header = strings.NewReader(r.body), h.withBody
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, r.method, c.base+r.path, body)
	if err != nil {
		return nil, err
	}
	req.Header = header
	transport := c.http.Transport
	if r.fresh && c.fresh != nil {
		transport = c.fresh
	}
	a, err := c.roundTrip(ctx, transport, req, h.secrets, orDefault(r.limit, maxBody))
	if err == nil {
		// A secret that was renewed meanwhile must not be shown, either.
		a.secrets = c.headersFor(auth).secrets
	}
	return a, err
}

// roundTrip sends a request whose context ends after the timeout. Its error is that of
// ctx; any other failure is part of the answer. limit bounds the body of a success.
func (c *Client) roundTrip(ctx context.Context, transport http.RoundTripper, req *http.Request, secrets *redactor, limit int) (*answer, error) {
	// RoundTrip makes exactly one request: it knows no redirects or cookies.
	resp, err := transport.RoundTrip(req)
	a := &answer{secrets: secrets, limit: maxBody}
	if err == nil {
		a.status, a.header, a.http1 = resp.StatusCode, resp.Header, resp.ProtoMajor == 1
		if a.ok() {
			a.limit = limit
		}
		if resp.StatusCode >= 200 {
			a.body, err = readBody(resp, a.limit)
		} // after 101 Switching Protocols the body is the connection, without an end
		_ = resp.Body.Close()
	}
	switch {
	case err == nil:
	case ctx.Err() != nil: // the caller cancelled; that says nothing about the service
		return nil, ctx.Err()
	case req.Context().Err() != nil:
		a.cause = req.Context().Err()
		a.causeText = "no complete answer within " + c.timeout.String()
	default:
		a.cause = err
		a.causeText = noAnswer(err)
	}
	return a, nil
}

// headers are the headers of all requests with one Authorization. They are made
// once per token and shared, because a transport must not change them.
type headers struct {
	auth                  string // the header's value
	withBody, withoutBody http.Header
	from                  *redactor // what removed the secrets when they were made
	secrets               *redactor // removes all secrets from the answer, the token included
}

func (c *Client) headersFor(auth string) *headers {
	from := c.auth.secrets()
	if h := c.headers.Load(); h != nil && h.auth == auth && h.from == from {
		return h
	}
	_, credential, _ := strings.Cut(auth, " ")
	h := &headers{auth: auth, from: from, secrets: from.with(credential, c.proxyPassword)}
	h.withoutBody = http.Header{
		"Authorization": {auth}, "Accept": {"application/json"}, "User-Agent": {c.userAgent},
		"Cache-Control": {"no-cache"}, // a stored answer is no proof of anything now
	}
	h.withBody = h.withoutBody.Clone()
	h.withBody.Set("Content-Type", "application/json")
	c.headers.Store(h)
	return h
}

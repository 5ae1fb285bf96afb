package thrive

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

const (
	defaultTimeout        = 30 * time.Second
	defaultMaxConnections = 8
	defaultUserAgent      = "offboard"
	maxBody               = 1 << 20 // bytes; a user is about one thousand
)

// Config says whom a Client calls, as whom, and how.
type Config struct {
	// BaseURL is usually Environment.APIURL; the rules of CheckURL hold. It may
	// have a path, and one trailing slash makes no difference.
	BaseURL string
	// Credentials are a Basic or a ClientCredentials.
	Credentials Credentials
	// Timeout bounds each request from dialling to the end of the body, 0 means
	// 30 seconds. A token request is bounded by as much again. Waiting in
	// AwaitTurn does not count.
	Timeout time.Duration
	// MaxConnections is how many idle connections are kept, 0 means 8. Give the
	// number of goroutines that call; it is not a limit on calls.
	MaxConnections int
	// UserAgent is sent with every call, "" means "offboard".
	UserAgent string
	// AwaitTurn is called before a request that starts later than its caller had
	// let it: all those that waited for one token, and a call that is made again
	// with a renewed one. So the caller can keep its pace. Its error ends the
	// call and is returned as it is. It may be nil; it is called by many
	// goroutines at once.
	AwaitTurn func(context.Context) error
	// Transport replaces the client's own; for tests. It must not follow redirects.
	Transport http.RoundTripper
}

// Client calls the API of one tenant. It is safe for use by many goroutines at
// once, which share its connections and its token.
type Client struct {
	base      string
	auth      authorizer
	http      *http.Client
	timeout   time.Duration
	userAgent string
	awaitTurn func(context.Context) error
	dressed   atomic.Pointer[dress]
}

// NewClient checks the configuration and sends nothing. An address that is not
// safe to use gives an error that matches ErrInsecureURL or ErrInvalidURL.
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
		http: &http.Client{
			Transport: cfg.Transport,
			// A redirect would carry the secret to a host that nobody named.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if cfg.Transport == nil {
		c.http.Transport = newTransport(orDefault(cfg.MaxConnections, defaultMaxConnections))
	}
	var err error
	if c.auth, err = cfg.Credentials.authorizer(c.http, c.timeout); err != nil {
		return nil, err
	}
	return c, nil
}

// Close closes the connections that are idle. Calls in flight go on, and so does
// the client.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Format implements fmt.Formatter for every verb, so that printing a client
// cannot print its secret.
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
		DisableCompression:     true, // answers are small, and so stay what they claim to be
	}
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
}

// call makes a call, and once more with a new token when the first was refused.
func (c *Client) call(ctx context.Context, req request) (*answer, error) {
	for repeated := false; ; repeated = true {
		auth, fetched, err := c.auth.header(ctx)
		if err != nil {
			return nil, err
		}
		if (fetched || repeated) && c.awaitTurn != nil {
			if err := c.awaitTurn(ctx); err != nil {
				return nil, err
			}
			// At a slow pace the wait may have outlived the token.
			if auth, _, err = c.auth.header(ctx); err != nil {
				return nil, err
			}
		}
		a, err := c.send(ctx, req, auth)
		if repeated || err != nil || a.status != http.StatusUnauthorized || !c.auth.drop(auth) {
			return a, err
		}
	}
}

// send makes one request. It returns an answer when at least a status arrived.
func (c *Client) send(ctx context.Context, r request, auth string) (*answer, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	d := c.dress(auth)
	var body io.Reader
	header := d.withoutBody
	if r.body != "" {
		body, header = strings.NewReader(r.body), d.header
	}
	req, err := http.NewRequestWithContext(limited, r.method, c.base+r.path, body)
	if err != nil {
		return nil, err
	}
	req.Header = header

	// RoundTrip is one request and one answer: no redirects, no cookies.
	resp, err := c.http.Transport.RoundTrip(req)
	a := &answer{}
	if err == nil {
		a.status, a.header = resp.StatusCode, resp.Header
		if resp.StatusCode >= 200 {
			a.body, err = readBody(resp)
		} // else it switched protocols: that body is the connection, and has no end
		_ = resp.Body.Close()
	}
	switch {
	case err == nil:
	case ctx.Err() != nil: // the caller left; that says nothing about the service
		return nil, ctx.Err()
	case limited.Err() != nil:
		a.broken = limited.Err()
		a.trouble = "no complete answer within " + c.timeout.String()
	default:
		a.broken = err
		a.trouble = "no complete answer: " + err.Error()
	}
	a.dress, a.secrets = d, c.auth.secrets()
	return a, nil
}

// dress is what requests carry with one Authorization, made once for each token.
// Transports do not change the header of a request, so all can share it.
type dress struct {
	auth, credential    string
	header, withoutBody http.Header
	forms               []string // in which the credential may come back
}

func (c *Client) dress(auth string) *dress {
	if d := c.dressed.Load(); d != nil && d.auth == auth {
		return d
	}
	_, credential, _ := strings.Cut(auth, " ")
	d := &dress{auth: auth, credential: credential, forms: formsOf(credential)}
	d.withoutBody = http.Header{"Authorization": {auth}, "Accept": {"application/json"}, "User-Agent": {c.userAgent}}
	d.header = d.withoutBody.Clone()
	d.header.Set("Content-Type", "application/json")
	c.dressed.Store(d)
	return d
}

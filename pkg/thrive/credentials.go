package thrive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// Credentials are one of the two ways to prove who is calling: Basic or
// ClientCredentials. There are no others.
type Credentials interface {
	authorizer(h *http.Client, timeout time.Duration) (authorizer, error)
}

// authorizer is what Credentials become inside a Client. Its methods are called
// by many goroutines at once.
type authorizer interface {
	// header returns the value of the Authorization header, and whether it had
	// to be fetched first.
	header(ctx context.Context) (value string, fetched bool, err error)
	// drop says that this value was answered with 401, and returns whether
	// header may now have another.
	drop(header string) bool
	// secrets returns what no text may show, in all its forms. The slice is
	// shared: only read it.
	secrets() []string
}

// Basic is HTTP Basic authentication: the tenant ID is the user name and the API
// secret the password (vendor's documentation of authentication).
type Basic struct {
	Tenant string
	Secret Secret
}

func (b Basic) authorizer(*http.Client, time.Duration) (authorizer, error) {
	switch {
	case b.Tenant == "":
		return nil, errors.New("the tenant is missing")
	case strings.ContainsFunc(b.Tenant, func(r rune) bool { return r == ':' || unicode.IsControl(r) }):
		return nil, errors.New("the tenant holds a colon or a control character")
	case b.Secret == "":
		return nil, errors.New("the API secret is missing")
	}
	token := basicToken(b.Tenant, string(b.Secret))
	return &basicAuth{value: "Basic " + token, hidden: formsOf(token, string(b.Secret))}, nil
}

type basicAuth struct {
	value  string
	hidden []string
}

func (a *basicAuth) header(context.Context) (string, bool, error) { return a.value, false, nil }
func (a *basicAuth) drop(string) bool                             { return false }
func (a *basicAuth) secrets() []string                            { return a.hidden }

// ClientCredentials is OAuth 2.0 with a client ID and a client secret (vendor's
// documentation of authentication). Whether the token endpoint wants these as a
// header or in the form is not documented: the header is tried first, then the
// form, and what worked is remembered.
type ClientCredentials struct {
	ClientID     string
	ClientSecret Secret
	// TokenURL is usually Environment.TokenURL; the rules of CheckURL hold.
	TokenURL string
	// Scopes to ask for. None at all leaves the choice to the server.
	Scopes []string
}

func (c ClientCredentials) authorizer(h *http.Client, timeout time.Duration) (authorizer, error) {
	if c.ClientID == "" {
		return nil, errors.New("the client ID is missing")
	}
	if c.ClientSecret == "" {
		return nil, errors.New("the client secret is missing")
	}
	if err := CheckURL(c.TokenURL); err != nil {
		return nil, fmt.Errorf("token URL: %w", err)
	}
	return newTokens(c, h, timeout), nil
}

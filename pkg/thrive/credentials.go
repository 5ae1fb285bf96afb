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

// Credentials authenticate a Client. They are a Basic or a ClientCredentials;
// other packages cannot implement the interface.
type Credentials interface {
	authorizer(h *http.Client, timeout time.Duration) (authorizer, error)
}

// authorizer supplies a Client with its Authorization header. Its methods are
// safe for concurrent use.
type authorizer interface {
	// header returns the value of the Authorization header, and whether it had
	// to be fetched first.
	header(ctx context.Context) (value string, fetched bool, err error)
	// invalidate is called after a 401 for this value. It returns whether
	// header may return another value now.
	invalidate(header string) bool
	// secrets returns what removes the secrets from a text.
	secrets() *redactor
}

// Basic is HTTP Basic authentication: the tenant ID is the user name and the API
// secret is the password (vendor's documentation of authentication).
type Basic struct {
	Tenant string // tenant ID, such as "eu-west-2_AbcdEfghI"; without a colon
	Secret Secret // API secret
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
	return &basicAuth{value: "Basic " + token, removes: newRedactor(token, string(b.Secret))}, nil
}

type basicAuth struct {
	value   string
	removes *redactor
}

func (a *basicAuth) header(context.Context) (string, bool, error) { return a.value, false, nil }
func (a *basicAuth) invalidate(string) bool                       { return false }
func (a *basicAuth) secrets() *redactor                           { return a.removes }

// ClientCredentials is the client credentials grant of OAuth 2.0 (vendor's
// documentation of authentication). The documentation does not say whether the
// token endpoint expects the credentials in the header or in the form: the
// client tries the header first, then the form, and remembers what worked.
//
// The first call fetches a token. All calls share it. It is renewed shortly
// before it expires, and after a 401.
type ClientCredentials struct {
	ClientID     string
	ClientSecret Secret
	// TokenURL is usually that of Environment.TokenURL. CheckURL must accept it.
	TokenURL string
	// Scopes are requested with each token. If there are none, the server
	// chooses.
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

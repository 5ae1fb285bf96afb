package thrive

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Credentials authenticate a Client. They are a Basic or a ClientCredentials;
// other packages cannot implement the interface.
type Credentials interface {
	authorizer(c *Client) (authorizer, error)
}

// authorizer supplies a Client with its Authorization header. Its methods are
// safe for concurrent use.
type authorizer interface {
	// credential returns what authenticates the next request.
	credential(ctx context.Context) (credential, error)
	// invalidate is called after a 401 for this header. It returns whether
	// credential may return another one now.
	invalidate(header string) bool
	// renew is called when this header was refused for good. It asks for another
	// secret, and returns whether credential returns another header now.
	renew(header string) bool
	// secrets returns what removes the secrets from a text.
	secrets() *redactor
}

// credential is what authenticates a request.
type credential struct {
	header  string       // the value of the Authorization header
	scope   Fact[string] // by what the token endpoint has said
	fetched bool         // it had to be fetched first
	expires time.Time    // by what the token endpoint has said; zero: it is not known
}

// expired reports whether a 401 is no wonder, because the credential is too old.
func (c credential) expired(now time.Time) bool { return !c.expires.IsZero() && now.After(c.expires) }

// Basic is HTTP Basic authentication: the tenant ID is the user name and the API
// secret is the password (vendor's documentation of authentication).
type Basic struct {
	Tenant string // tenant ID, such as "eu-west-2_AbcdEfghI"; without a colon
	Secret Secret // API secret
	// Renew, if it is not nil, is called when the API has refused the secret, which may
	// have been replaced since. It returns the secret that is valid now, or "" if it does
	// not know. If that is another one, the call is repeated with it, and later calls use
	// it. It is called by one goroutine at a time, and other calls wait for it.
	Renew func() Secret `json:"-"`
}

func (b Basic) authorizer(*Client) (authorizer, error) {
	switch {
	case b.Tenant == "":
		return nil, errors.New("the tenant is missing")
	case strings.ContainsFunc(b.Tenant, func(r rune) bool { return r == ':' || unicode.IsControl(r) }):
		return nil, errors.New("the tenant holds a colon or a control character")
	case b.Secret == "":
		return nil, errors.New("the API secret is missing")
	}
	return &basicAuth{newRenewable(b.Secret, func(secret string) string { return basicToken(b.Tenant, secret) }, b.Renew)}, nil
}

// basicAuth is the authorizer of a Basic.
type basicAuth struct{ secret *renewable }

func (a *basicAuth) credential(context.Context) (credential, error) {
	return credential{header: a.secret.now().header}, nil
}

func (a *basicAuth) invalidate(header string) bool { return a.secret.now().header != header }
func (a *basicAuth) renew(header string) bool      { return a.secret.replace(header) }
func (a *basicAuth) secrets() *redactor            { return a.secret.now().removes }

// ClientCredentials is the client credentials grant of OAuth 2.0 (vendor's
// documentation of authentication). The documentation does not say whether the
// token endpoint expects the credentials in the header or in the form: the
// client tries the header first, then the form, and remembers what worked.
//
// The first call fetches a token. All calls share it. It is renewed shortly
// before it expires, and after a 401. If the token endpoint does not say how long
// it lives, it is used until the API refuses it. However short the lives of tokens
// are, a Client does not fetch more than 20 of them at once, and then one in five
// seconds: until then calls use the token at hand, or wait if it was refused.
type ClientCredentials struct {
	ClientID     string
	ClientSecret Secret
	// Renew is what Basic.Renew is, for a client secret that the token endpoint has
	// refused. Tokens that were fetched before are used until they are refused.
	Renew func() Secret `json:"-"`
	// TokenURL is usually that of Environment.TokenURL. CheckURL must accept it.
	TokenURL string
	// Scopes are requested with each token. If there are none, the server
	// chooses.
	Scopes []string
}

func (c ClientCredentials) authorizer(client *Client) (authorizer, error) {
	if c.ClientID == "" {
		return nil, errors.New("the client ID is missing")
	}
	if c.ClientSecret == "" {
		return nil, errors.New("the client secret is missing")
	}
	if err := CheckURL(c.TokenURL); err != nil {
		return nil, fmt.Errorf("token URL: %w", err)
	}
	return newTokens(c, client), nil
}

// Grant is what the token endpoint has said about the token of a client.
type Grant struct {
	// Scopes are those that the token has, each in one line without a secret. They are
	// not known if the answer does not name them: it need not if they are those that
	// were requested (RFC 6749, section 5.1), and the vendor does not document it. An
	// API secret has none: they are not known either.
	Scopes Fact[[]string]
}

// Grant returns what is known of the token that calls use now. If there is none it
// fetches one, as a call does, and returns the same errors. With an API secret it sends
// nothing. Grant is safe for concurrent use.
func (c *Client) Grant(ctx context.Context) (Grant, error) {
	cred, err := c.auth.credential(ctx)
	if err != nil {
		return Grant{}, err
	}
	scope, ok := cred.scope.Get()
	if !ok {
		return Grant{}, nil
	}
	return Grant{Scopes: Known(strings.Fields(scope))}, nil
}

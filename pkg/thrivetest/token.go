package thrivetest

import (
	"crypto/rand"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	scopeAll   = "api/all"
	scopeRead  = "api/read"
	scopeWrite = "api/write"
)

var knownScopes = []string{scopeAll, scopeRead, scopeWrite, "api/webhooks"}

// grant is what a token allows.
type grant struct {
	scopes  []string
	expires time.Time
}

// authorize accepts the tenant's Basic header, which may do everything, or a
// token whose scope covers the call.
func (s *Server) authorize(c *call) (answer, bool) {
	header := c.request.Header.Get("Authorization")
	if header == s.secrets.Load().basic {
		return answer{}, true
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return unauthorized("credentials are missing or wrong"), false
	}
	now := s.opts.Now()

	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.tokens[token]
	if !ok || !now.Before(g.expires) {
		return unauthorized("the token is unknown or has expired"), false
	}
	if !slices.Contains(g.scopes, scopeAll) && !slices.Contains(g.scopes, c.kind.scope()) {
		return problem(http.StatusForbidden, "this needs the scope "+c.kind.scope()), false
	}
	return answer{}, true
}

// secrets are what the simulator accepts now.
type secrets struct {
	basic  string // the header with the API secret
	client string // the client secret
}

// SetSecrets replaces the API secret and the client secret. Tokens that were issued
// before stay valid.
func (s *Server) SetSecrets(api, client string) {
	s.secrets.Store(&secrets{"Basic " + base64.StdEncoding.EncodeToString([]byte(s.opts.Tenant+":"+api)), client})
}

func unauthorized(message string) answer {
	a := problem(http.StatusUnauthorized, message)
	a.challenge = `Bearer realm="sandbox"`
	return a
}

// RevokeTokens makes every token issued so far invalid: calls with it are answered
// with 401.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// serveToken is POST /oauth2/token/{tenant}, with the errors of RFC 6749.
func (s *Server) serveToken(r *http.Request, tenant string) answer {
	s.mu.Lock()
	s.history.tokens++
	s.mu.Unlock()

	f := s.faults.Load()
	if !f.delay(r.Context()) || f.Token == CutBefore {
		return answer{}
	}
	if f.Token >= 100 {
		return f.withRetryAfter(problem(int(f.Token), "a fault of the sandbox"))
	}
	if name, err := url.PathUnescape(tenant); err != nil || name != s.opts.Tenant {
		return problem(http.StatusNotFound, "no such tenant")
	}
	if r.Method != http.MethodPost {
		return problem(http.StatusMethodNotAllowed, "this endpoint takes POST")
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/x-www-form-urlencoded" {
		return tokenProblem(http.StatusBadRequest, "invalid_request", "the body must be a form")
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return tokenProblem(http.StatusBadRequest, "invalid_request", "the form is malformed")
	}
	if a, ok := s.opts.authenticateClient(r, s.secrets.Load().client); !ok {
		return a
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	switch grantType := r.PostForm.Get("grant_type"); {
	case grantType == "":
		return tokenProblem(http.StatusBadRequest, "invalid_request", "grant_type is missing")
	case grantType != "client_credentials":
		return tokenProblem(http.StatusBadRequest, "unsupported_grant_type", "only client_credentials")
	case len(scopes) == 0:
		return tokenProblem(http.StatusBadRequest, "invalid_scope", "scope is missing")
	case !subset(scopes, knownScopes):
		return tokenProblem(http.StatusBadRequest, "invalid_scope", "a scope is unknown")
	}
	return s.issue(scopes).damaged(f.Token, "")
}

// authenticateClient checks the client credentials where Options.TokenAuth accepts
// them.
func (o *Options) authenticateClient(r *http.Request, want string) (answer, bool) {
	user, password, inHeader := r.BasicAuth()
	inHeader = inHeader && o.TokenAuth != BodyOnly
	inBody := r.PostForm.Has("client_id") && o.TokenAuth != HeaderOnly

	var id, secret string
	switch {
	case inHeader && inBody:
		return tokenProblem(http.StatusBadRequest, "invalid_request", "two ways of authentication"), false
	case inHeader:
		// In a header both are form-encoded (RFC 6749, section 2.3.1).
		id, _ = url.QueryUnescape(user)
		secret, _ = url.QueryUnescape(password)
	case inBody:
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if id == o.ClientID && secret == want {
		return answer{}, true
	}
	a := tokenProblem(http.StatusUnauthorized, "invalid_client", "client credentials are missing or wrong")
	a.challenge = `Basic realm="sandbox"`
	return a, false
}

// issue returns a new token. It also forgets expired ones.
func (s *Server) issue(scopes []string) answer {
	token, now := rand.Text(), s.opts.Now()

	s.mu.Lock()
	defer s.mu.Unlock()
	for old, g := range s.tokens {
		if !now.Before(g.expires) {
			delete(s.tokens, old)
		}
	}
	s.tokens[token] = grant{scopes: scopes, expires: now.Add(s.opts.TokenTTL)}

	b := []byte(`{"access_token":`)
	b = appendString(b, token)
	b = append(b, `,"token_type":"Bearer","expires_in":`...)
	b = strconv.AppendInt(b, int64(s.opts.TokenTTL/time.Second), 10)
	if !s.opts.HideScope {
		b = append(b, `,"scope":`...)
		b = appendString(b, strings.Join(scopes, " "))
	}
	return answer{status: http.StatusOK, body: append(b, '}')}
}

// tokenProblem returns an error of OAuth (RFC 6749, section 5.2).
func tokenProblem(status int, code, description string) answer {
	b := append([]byte(`{"error":`), appendString(nil, code)...)
	b = append(b, `,"error_description":`...)
	return answer{status: status, body: append(appendString(b, description), '}')}
}

// subset reports whether whole contains every element of part.
func subset(part, whole []string) bool {
	for _, s := range part {
		if !slices.Contains(whole, s) {
			return false
		}
	}
	return true
}

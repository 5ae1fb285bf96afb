package thrivetest_test

import (
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

const tokenPath = "/oauth2/token/" + thrivetest.DefaultTenant

// askToken requests a token with the credentials in the form. Changes are pairs of
// a field and its value; "" removes the field.
func askToken(s *thrivetest.Server, headers []string, changes ...string) *httptest.ResponseRecorder {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"api/all"},
		"client_id": {thrivetest.DefaultClientID}, "client_secret": {thrivetest.DefaultClientSecret}}
	for i := 0; i+1 < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			form.Del(changes[i])
		}
	}
	headers = append([]string{"Content-Type", "application/x-www-form-urlencoded", "Authorization", ""}, headers...)
	return do(s, "POST", tokenPath, form.Encode(), headers...)
}

// inHeader is a header with the default client credentials.
var inHeader = []string{"Authorization", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1jbGllbnQtc2VjcmV0"}

func TestTokenRequests(t *testing.T) {
	noID := []string{"client_id", "", "client_secret", ""}
	tests := map[string]struct {
		auth    thrivetest.TokenAuth
		headers []string
		changes []string
		status  int
		code    string
	}{
		"in the body":               {0, nil, nil, 200, ""},
		"in the header":             {0, inHeader, noID, 200, ""},
		"in both":                   {0, inHeader, nil, 400, "invalid_request"},
		"in neither":                {0, nil, noID, 401, "invalid_client"},
		"header only, by header":    {thrivetest.HeaderOnly, inHeader, noID, 200, ""},
		"header only, by body":      {thrivetest.HeaderOnly, nil, nil, 401, "invalid_client"},
		"body only, by body":        {thrivetest.BodyOnly, nil, nil, 200, ""},
		"body only, by header":      {thrivetest.BodyOnly, inHeader, noID, 401, "invalid_client"},
		"a wrong secret":            {0, nil, []string{"client_secret", "x"}, 401, "invalid_client"},
		"a wrong ID":                {0, nil, []string{"client_id", "x"}, 401, "invalid_client"},
		"no grant type":             {0, nil, []string{"grant_type", ""}, 400, "invalid_request"},
		"another grant type":        {0, nil, []string{"grant_type", "password"}, 400, "unsupported_grant_type"},
		"no scope":                  {0, nil, []string{"scope", ""}, 400, "invalid_scope"},
		"an unknown scope":          {0, nil, []string{"scope", "api/read api/admin"}, 400, "invalid_scope"},
		"several scopes":            {0, nil, []string{"scope", "api/read api/write"}, 200, ""},
		"a body that is not a form": {0, []string{"Content-Type", "application/json"}, nil, 400, "invalid_request"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{TokenAuth: tt.auth})
			w := askToken(s, tt.headers, tt.changes...)
			got := object(t, w)
			if w.Code != tt.status {
				t.Fatalf("%d %v, want %d", w.Code, got, tt.status)
			}
			if tt.code != "" && (got["error"] != tt.code || got["error_description"] == "") {
				t.Errorf("got %v, want %s", got, tt.code)
			}
			if tt.code == "" && (got["access_token"] == "" || got["expires_in"] != 3600.0 || got["token_type"] != "Bearer") {
				t.Errorf("got %v", got)
			}
			if s.Stats().Tokens != 1 {
				t.Errorf("counts %+v", s.Stats())
			}
		})
	}
}

func TestMalformedTokenRequests(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{})
	if w := do(s, "POST", "/oauth2/token/eu-west-2_Nobody", ""); w.Code != 404 {
		t.Errorf("an unknown tenant: %d", w.Code)
	}
	if w := do(s, "GET", tokenPath, ""); w.Code != 405 {
		t.Errorf("GET: %d", w.Code)
	}
	w := do(s, "POST", tokenPath, "a=%zz", "Content-Type", "application/x-www-form-urlencoded")
	if got := object(t, w); w.Code != 400 || got["error"] != "invalid_request" {
		t.Errorf("a malformed form: %d %v", w.Code, got)
	}
}

func TestATokenPermitsWhatItsScopesSay(t *testing.T) {
	tests := map[string]struct {
		scope         string
		suspend, read int
	}{
		"all may do both":      {"api/all", 200, 200},
		"write may suspend":    {"api/write", 200, 403},
		"read may read":        {"api/read", 403, 200},
		"both may do both":     {"api/read api/write", 200, 200},
		"webhooks may neither": {"api/webhooks", 403, 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{AnyRef: true})
			token := object(t, askToken(s, nil, "scope", tt.scope))["access_token"].(string)
			bearer := []string{"Authorization", "Bearer " + token}
			if w := do(s, "PATCH", suspendPath("E-1"), "{}", bearer...); w.Code != tt.suspend {
				t.Errorf("suspend: %d, want %d", w.Code, tt.suspend)
			}
			if w := do(s, "GET", "/rest/v1/users/ref/E-1", "", bearer...); w.Code != tt.read {
				t.Errorf("read: %d, want %d", w.Code, tt.read)
			}
			if w := do(s, "GET", "/rest/v1/users", "", bearer...); w.Code != tt.read {
				t.Errorf("list: %d, want %d", w.Code, tt.read)
			}
		})
	}
}

func TestTokensExpire(t *testing.T) {
	now := noon
	s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenTTL: 2 * time.Second, Now: func() time.Time { return now }})
	try := func(token string) int {
		return do(s, "PATCH", suspendPath("E-1"), "{}", "Authorization", "Bearer "+token).Code
	}
	got := object(t, askToken(s, nil))
	token := got["access_token"].(string)
	if got["expires_in"] != 2.0 {
		t.Errorf("lifetime %v s", got["expires_in"])
	}
	now = now.Add(2*time.Second - 1)
	if code := try(token); code != 200 {
		t.Errorf("before it expires: %d", code)
	}
	now = now.Add(1)
	if code := try(token); code != 401 {
		t.Errorf("after it has expired: %d", code)
	}
	token = object(t, askToken(s, nil))["access_token"].(string)
	if code := try(token); code != 200 {
		t.Errorf("the next: %d", code)
	}
	s.RevokeTokens()
	if code := try(token); code != 401 {
		t.Errorf("revoked: %d", code)
	}
}

package thrive_test

import (
	"strings"
	"testing"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

func TestTheGrantHasTheScopesThatTheTokenEndpointNames(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{})
	base := serve(t, s)
	credentials := oauth(base)
	credentials.Scopes = []string{thrive.ScopeRead, thrive.ScopeWrite}
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: credentials})
	for range 2 {
		grant, err := c.Grant(t.Context())
		if err != nil || said(grant.Scopes) != "[api/read api/write]" {
			t.Errorf("got %s, %v", said(grant.Scopes), err)
		}
	}
	if st := s.Stats(); st.Tokens != 1 || st.Reads+st.Suspends != 0 {
		t.Errorf("requests: %+v, want one for a token", st)
	}
}

func TestAGrantWithoutNamedScopesIsNotKnown(t *testing.T) {
	const token = "eyJ0b2tlbg.secret"
	for fields, want := range map[string]string{
		``:                                       "not known",
		`,"scope":null`:                          "not known",
		`,"scope":["api/all"]`:                   "not known",
		`,"scope":"api/all","scope":"api/write"`: "not known",
		`,"scope":"` + strings.Repeat("a", 301) + `"`: "not known",
		`,"scope":""`:                                       "[]",
		`,"scope":" api/read  api/write\n"`:                 "[api/read api/write]",
		`,"scope":"api/all ` + token + `"`:                  "[api/all [redacted]]",
		`,"scope":"` + thrivetest.DefaultClientSecret + `"`: "[[redacted]]",
		`,"scope":"api\u001b[2J/\u202eall"`:                 "[api\ufffd[2J/\ufffdall]",
	} {
		base := serve(t, answering(200, "application/json", `{"access_token":"`+token+`","expires_in":3600`+fields+`}`))
		grant, err := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base)}).Grant(t.Context())
		if err != nil || said(grant.Scopes) != want {
			t.Errorf("%s: got %s, %v, want %s", fields, said(grant.Scopes), err, want)
		}
	}
}

func TestAGrantThatIsRefused(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{})
	base := serve(t, s)
	credentials := oauth(base)
	credentials.ClientSecret = "wrong"
	_, err := newClient(t, thrive.Config{BaseURL: base, Credentials: credentials}).Grant(t.Context())
	if e := asError(err); e == nil || e.Class != thrive.Refused {
		t.Errorf("got %v", err)
	}
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: "wrong"}})
	before := s.Stats()
	if grant, err := c.Grant(t.Context()); err != nil || said(grant.Scopes) != "not known" {
		t.Errorf("with an API secret: %s, %v", said(grant.Scopes), err)
	}
	if after := s.Stats(); after.Tokens != before.Tokens || after.Reads != 0 {
		t.Errorf("with an API secret a request was sent: %+v", after)
	}
}

package thrive

import "testing"

// Between a renewal and the first request with the new secret, only the headers of the
// old one are there.
func TestHeadersThatWereMadeBeforeARenewalKnowTheNewSecret(t *testing.T) {
	c, err := NewClient(Config{BaseURL: "http://localhost", Credentials: Basic{
		Tenant: "t", Secret: "the-first-secret", Renew: func() Secret { return "the-next-secret" },
	}})
	if err != nil {
		t.Fatal(err)
	}
	cred, err := c.auth.credential(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.headersFor(cred.header)
	if !c.auth.renew(cred.header) {
		t.Fatal("the secret was not renewed")
	}
	if got := c.headersFor(cred.header).secrets.redact("it is the-next-secret, not the-first-secret"); got != "it is [redacted], not [redacted]" {
		t.Error(got)
	}
}

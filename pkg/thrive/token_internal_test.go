package thrive

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// These tests call methods that meet only in a race between goroutines. Nothing
// listens at the token URL.

func newTestTokens(current *token) *tokens {
	ts := newTokens(ClientCredentials{TokenURL: "http://127.0.0.1:0"}, &Client{http: http.DefaultClient, timeout: time.Second})
	ts.current.Store(current)
	return ts
}

func TestARefreshUsesATokenThatAnotherOneHasJustFetched(t *testing.T) {
	fetched := &token{header: "Bearer new"}
	got, err := newTestTokens(fetched).refresh()
	if err != nil || got != any(credential{header: "Bearer new", fetched: true}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestARefusalOfAnOldTokenKeepsTheNewOne(t *testing.T) {
	ts := newTestTokens(&token{header: "Bearer new"})
	if !ts.invalidate("Bearer old") || ts.current.Load() == nil {
		t.Error("the new token was removed")
	}
	if !ts.invalidate("Bearer new") || ts.current.Load() != nil {
		t.Error("the refused token was kept")
	}
}

// Whatever the token endpoint answers, it is a token that can be sent and has a sane life,
// or a failure that is safe to show.
func FuzzTokenAnswer(f *testing.F) {
	const secret = "s3cr3t-of-the-client"
	for _, body := range []string{
		`{"access_token":"t","expires_in":3600}`, `{"access_token":"t","expires_in":1e300}`, `{"access_token":"t\r\n"}`,
		`{"access_token":"t","expires_in":"-1"}`, `{"access_token":"t","expires_in":0.0000000001}`, `{"access_token":7}`,
		`{"error":"invalid_client","error_description":"` + secret + `\u001b"}`, `{"status":500,"error":{},"message":[]}`,
		"<html>", "", "null", "[]", `{"access_token":"t`,
	} {
		for _, status := range []int{200, 302, 401, 500} {
			f.Add(status, "application/json", body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		ts := newTokens(ClientCredentials{TokenURL: "http://127.0.0.1:0", ClientID: "i", ClientSecret: secret}, &Client{})
		start := time.Now()
		a := &answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: []byte(body), secrets: ts.secrets()}
		got, failure := ts.read(a, start)
		if (got == nil) == (failure == nil) {
			t.Fatalf("%v and %v", got, failure)
		}
		if failure != nil {
			text := failure.Error()
			if failure.Status/100 == 2 || utf8.RuneCountInString(failure.Message) > maxMessage || strings.Contains(text, secret) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%+v", failure)
			}
			return
		}
		if text := strings.TrimPrefix(got.header, "Bearer "); text == "" || len(text) > maxToken || !isVisibleASCII(text) {
			t.Errorf("the header is %q", got.header)
		}
		if life := got.expires.Sub(start); !got.expires.IsZero() && (life <= 0 || life > maxLifetime || got.renewAt.After(got.expires)) {
			t.Errorf("a life of %v, renewed at %v", life, got.renewAt)
		}
	})
}

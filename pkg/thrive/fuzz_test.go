package thrive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/pkg/thrive"
)

// roundTripper answers without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const fuzzSecret = "s3cr/et+with=signs&quotes"

// clientOf returns a client with f as its transport.
func clientOf(t *testing.T, f roundTripper) *thrive.Client {
	t.Helper()
	c, err := thrive.NewClient(thrive.Config{
		BaseURL:     "https://localhost",
		Credentials: thrive.Basic{Tenant: "eu-west-2_AbcdEfghI", Secret: fuzzSecret},
		Transport:   f,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// FuzzErrorBody sends arbitrary answers. The error is short, has one line and no
// secret; its class depends only on the status; and nobody is suspended unless
// the answer contains false and the ref.
func FuzzErrorBody(f *testing.F) {
	f.Add(400, "application/json", `{"status":400,"error":"Bad Request","message":"no"}`)
	f.Add(422, "application/json", `{"error":"x","message":{"field":["endDate"]}}`)
	f.Add(502, "text/html", "<html><body>bad gateway</body></html>")
	f.Add(200, "application/json", `{"active":false}`)
	f.Add(200, "application/json", `{"ref":"E1","active":false}`)
	f.Add(200, "application/json", `{"ref":"E2","active":false,"Ref":"E1"}`)
	f.Add(200, "application/json", `{"active":"false","id":7}`)
	f.Add(200, "", `{"active":false,"active":null}`)
	f.Add(500, "application/json", `{"message":"`+fuzzSecret+`"}`)
	f.Add(401, "text/plain", "\x00\xff\u202e\n\n")
	f.Add(204, "", "")
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		if status < 200 || status > 599 {
			t.Skip()
		}
		c := clientOf(t, func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: status,
				Header:     http.Header{"Content-Type": {contentType}, "X-Request-Id": {body}},
				Body:       io.NopCloser(strings.NewReader(body)),
			}, nil
		})
		u, err := c.SuspendUser(context.Background(), "E1", time.Time{})
		if err == nil {
			if status > 299 {
				t.Fatalf("%d is a success", status)
			}
			// The ref may stand there with escapes.
			if u.Suspended() && !(strings.Contains(body, "false") && (strings.Contains(body, "E1") || strings.Contains(body, `\u00`))) {
				t.Fatalf("suspended after the answer %q", body)
			}
			return
		}
		if got, want := thrive.ClassOf(err), classOf(status); got != want {
			t.Fatalf("%d is %s, want %s", status, got, want)
		}
		text := err.Error()
		if utf8.RuneCountInString(text) > 400 || strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
			t.Fatalf("the error is not one short line: %q", text)
		}
		if strings.Contains(text, fuzzSecret) {
			t.Fatalf("the secret is in %q", text)
		}
	})
}

// classOf returns the class that is promised for a complete answer.
func classOf(status int) thrive.Class {
	switch {
	case status == 429:
		return thrive.Throttled
	case status == 401:
		return thrive.Refused
	case status == 403:
		return thrive.Forbidden
	case status == 408 || status >= 500:
		return thrive.Transient
	}
	return thrive.Final
}

// FuzzRetryAfter sends arbitrary values: RetryAfter is from 0 to a year.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "0", "7", "-1", "1.5", "99999999999999999999", "Wed, 21 Oct 2115 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", " 3 "} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		c := clientOf(t, func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {value}}, Body: http.NoBody}, nil
		})
		_, err := c.SuspendUser(context.Background(), "E1", time.Time{})
		e, ok := err.(*thrive.Error)
		if !ok {
			t.Fatalf("got %v", err)
		}
		if e.RetryAfter < 0 || e.RetryAfter > year {
			t.Fatalf("%q is a wait of %s", value, e.RetryAfter)
		}
	})
}

// FuzzRateLimit sends arbitrary values of all headers with limits: what is read of them is
// within its bounds.
func FuzzRateLimit(f *testing.F) {
	f.Add("100", "50", "30", `"default";r=50;t=30`, `"default";q=100;w=60`)
	f.Add("10, 10;w=1, 50;w=60", "0", "1782900000", `"a";r=0;t=5, "b";r=7;t=60;pk=:cHJvamVjdA==:`, `"a";q=5;w=5, b;q=1.5;x`)
	f.Add("", "-1", "1.5", `"a\"b";r=1;t=-1;t=?1`, `"`)
	f.Add("9999999999999999999999", "0", "9223372036854775807", `tok*en;r=9223372036854775807;t=9223372036854775807`, `?0`)
	f.Add("5", "0.5", "1e9", `limit=100, remaining=50, reset=30`, `();a`)
	f.Fuzz(func(t *testing.T, limit, remaining, reset, list, policy string) {
		headers := http.Header{}
		for _, prefix := range []string{"Ratelimit", "X-Ratelimit"} {
			headers[prefix+"-Limit"], headers[prefix+"-Remaining"], headers[prefix+"-Reset"] = []string{limit}, []string{remaining}, []string{reset}
		}
		headers["Ratelimit"], headers["Ratelimit-Policy"] = []string{list}, []string{policy}
		c := clientOf(t, func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 429, Header: headers, Body: http.NoBody}, nil
		})
		_, err := c.SuspendUser(context.Background(), "E1", time.Time{})
		e, ok := err.(*thrive.Error)
		if !ok {
			t.Fatalf("got %v", err)
		}
		if l := e.RateLimit; l.Remaining < 0 || l.Reset < 0 || l.Reset > year || l.Reset == 0 && l.Remaining != 0 {
			t.Fatalf("got %+v", l)
		}
	})
}

// FuzzUsers sends arbitrary lists of users. What is known of a user is what a decoder of
// any JSON finds there, too, and nobody of the list is missing.
func FuzzUsers(f *testing.F) {
	for _, body := range []string{
		`{"results":[{"ref":"E-1","deleted":false,"role":"learner","positions":[{"manager":{"id":"7"}}]},7,null],"pagination":{"page":1}}`,
		`{"results":[{"Ref":"E-1","ref":"E-2","deleted":"no","deleted":true,"role":{}}],"page":1,"totalResults":1e3}`,
		`{"results":[{"\u0072ef":"\ud800","role":"ÿ","positions":{},"additionalFields":{"a":[{}]}}]}`,
		`{"results":[[[]]],"results":{}}`, `{"results":null}`, `[]`, `{`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := clientOf(t, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(body))}, nil
		})
		page, err := c.Users(context.Background(), 1, 1000)
		if err != nil {
			if e, ok := err.(*thrive.Error); !ok || e.Status != 200 {
				t.Fatalf("got %v", err)
			}
			return
		}
		var object map[string]any
		if err := json.Unmarshal(body, &object); err != nil {
			t.Fatalf("%q is not JSON: %v", body, err)
		}
		all, _ := member(object, "results").([]any)
		if len(all) != len(page.Users) {
			t.Fatalf("%d users of %d", len(page.Users), len(all))
		}
		for i, u := range page.Users {
			fields, _ := all[i].(map[string]any)
			if ref, ok := u.Ref.Get(); ok && member(fields, "ref") != any(ref) {
				t.Fatalf("the ref %q of %v", ref, fields)
			}
			if role, ok := u.Role.Get(); ok && member(fields, "role") != any(role) {
				t.Fatalf("the role %q of %v", role, fields)
			}
			if deleted, ok := u.Deleted.Get(); ok && member(fields, "deleted") != any(deleted) {
				t.Fatalf("deleted: %t of %v", deleted, fields)
			}
		}
	})
}

// member returns the value of a key in whatever case.
func member(object map[string]any, key string) any {
	for name, value := range object {
		if strings.EqualFold(name, key) {
			return value
		}
	}
	return nil
}

// FuzzRef calls with arbitrary refs: a ref is one segment of the path, and a
// server decodes it to the same ref.
func FuzzRef(f *testing.F) {
	for _, ref := range []string{"E1", "a/b", "../x", "%2e", "a?b#c", "a b+c", "Ünï", "\x00", ";x=1", "a\\b"} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		var path string
		c := clientOf(t, func(r *http.Request) (*http.Response, error) {
			path = r.URL.EscapedPath()
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"active":false}`))}, nil
		})
		if _, err := c.SuspendUser(context.Background(), ref, time.Time{}); err != nil {
			if ref != "" && ref != "." && ref != ".." {
				t.Fatal(err)
			}
			return
		}
		segment := strings.TrimSuffix(strings.TrimPrefix(path, "/rest/v2/users/ref/"), "/suspend")
		if got, err := url.PathUnescape(segment); strings.Contains(segment, "/") || err != nil || got != ref {
			t.Fatalf("%q is sent as %q, which decodes to %q, %v", ref, path, got, err)
		}
	})
}

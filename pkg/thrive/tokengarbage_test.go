package thrive_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// sending returns a handler that writes bytes to the connection and closes it.
func sending(reply string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, reply)
		_ = conn.Close()
	})
}

// withoutEnd returns a handler whose answer does not end, after these bytes.
func withoutEnd(status int, begin string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, err := io.WriteString(w, begin)
		for err == nil && r.Context().Err() == nil {
			_, err = io.WriteString(w, strings.Repeat(" ", 32<<10))
		}
	})
}

// Whatever the token endpoint answers instead of a token costs the call one attempt,
// says what it was, and is not kept.
func TestGarbageFromTheTokenEndpoint(t *testing.T) {
	const json, header = "application/json", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
	const badCharacters = "200 OK: the answer has an access_token with characters that a token cannot have"
	text := func(access string) http.Handler {
		return answering(200, json, `{"access_token":`+access+`,"expires_in":3600}`)
	}
	for name, tt := range map[string]struct {
		endpoint http.Handler
		status   int
		message  string
	}{
		"a web page":                       {answering(200, "text/html", "<html>please wait</html>"), 0, "200 OK: the answer is not JSON but text/html"},
		"an empty body":                    {answering(200, json, ""), 0, "200 OK: the answer is empty"},
		"no content":                       {answering(204, "", ""), 0, "204 No Content: the answer is empty"},
		"an array":                         {answering(200, json, `[{"access_token":"x"}]`), 0, "200 OK: the answer is JSON, but not an object"},
		"bytes":                            {answering(200, "application/octet-stream", "\x00\xff\x1b[2J"), 0, "200 OK: the answer is not JSON but application/octet-stream"},
		"a form":                           {answering(200, "application/x-www-form-urlencoded", "access_token=x"), 0, "200 OK: the answer is not JSON but application/x-www-form-urlencoded"},
		"half an object":                   {answering(200, json, `{"access_token":"tok`), 0, "200 OK: the answer is not JSON"},
		"half a body":                      {sending(header + "99\r\n\r\n{\"access_token\":\"x\"}"), 0, "200 OK: no complete answer: the connection was closed in the middle of it"},
		"half a refusal":                   {sending("HTTP/1.1 401 Unauthorized\r\nContent-Length: 99\r\n\r\n{"), 401, "no complete answer: the connection was closed in the middle of it"},
		"a body without an end":            {withoutEnd(200, `{"access_token":"x"}`), 0, "200 OK: the answer is longer than 1 MiB"},
		"a failure without an end":         {withoutEnd(500, `{"error":"x"}`), 500, "the answer is longer than 1 MiB"},
		"a token under another name":       {answering(200, json, `{"accessToken":"hidden"}`), 0, "200 OK: the answer has no access_token"},
		"a token that is empty":            {text(`""`), 0, "200 OK: the answer has no access_token"},
		"a token that is null":             {text(`null`), 0, "200 OK: the answer has no access_token"},
		"a token that is a number":         {text(`12345`), 0, "200 OK: the answer has no access_token"},
		"a token that is an object":        {text(`{"hidden":"hidden"}`), 0, "200 OK: the answer has no access_token"},
		"a token with a line break":        {text(`"hidden\r\nX-Evil: 1"`), 0, badCharacters},
		"a token with a NUL":               {text(`"hidden\u0000"`), 0, badCharacters},
		"a token with an escape":           {text(`"\u001b[2Jhidden"`), 0, badCharacters},
		"a token with a blank":             {text(`"hidden hidden"`), 0, badCharacters},
		"a token that is not ASCII":        {text(`"hiddené"`), 0, badCharacters},
		"a token that is not UTF-8":        {text("\"hidden\xff\""), 0, badCharacters},
		"a long token":                     {text(`"` + strings.Repeat("hidden", 1<<14) + `"`), 0, "200 OK: the answer has an access_token of more than 16 KiB"},
		"301":                              {answering(301, "", "", "Location", "/elsewhere"), 301, "a redirect is not followed"},
		"302 to a page for people":         {answering(302, "text/html", "<html>", "Location", "https://login.example.invalid/?secret="+thrivetest.DefaultClientSecret), 302, "a redirect is not followed"},
		"304":                              {answering(304, "", ""), 304, "a redirect is not followed"},
		"an upgrade":                       {sending("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), 101, "the answer is empty"},
		"no HTTP":                          {sending("SSH-2.0-OpenSSH\r\n"), 0, "no complete answer: "},
		"nothing":                          {sending(""), 0, "no complete answer: "},
		"a 400 that passes":                {answering(400, json, `{"error":"temporarily_unavailable"}`), 400, "temporarily_unavailable"},
		"a 200 with the vendor's error":    {answering(200, json, `{"status":500,"error":"Internal Server Error","message":"no\ntoken\u001b"}`), 0, "200 OK: Internal Server Error: no token\uFFFD"},
		"a secret that is sent back":       {answering(500, json, `{"error":"x","error_description":"for `+thrivetest.DefaultClientSecret+`"}`), 500, "x: for [redacted]"},
		"a secret for an error":            {answering(500, json, `{"error":"`+thrivetest.DefaultClientSecret+`"}`), 500, "[redacted]"},
		"an error of an unexpected type":   {answering(503, json, `{"error":{"a":["b"]},"message":7}`), 503, `{"a":["b"]}: 7`},
		"a status that there is not":       {answering(799, json, `{}`), 799, "no token"},
		"a failure that is a long message": {answering(500, json, `{"error":"x","message":"`+strings.Repeat("é", 5000)+`"}`), 500, "x: ééé"},
	} {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{AnyRef: true})
			var requests, elsewhere atomic.Int32
			base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasPrefix(r.URL.Path, "/oauth2/") && requests.Add(1) <= 2:
					tt.endpoint.ServeHTTP(w, r)
				case r.URL.Path == "/elsewhere":
					elsewhere.Add(1)
				default:
					s.ServeHTTP(w, r)
				}
			}))
			var warned warnings
			c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base), Timeout: 5 * time.Second, Warn: warned.add})
			var said string
			for i := range 2 {
				_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
				e := asError(err)
				if e == nil || e.Class != thrive.Transient || e.Status != tt.status || e.Status == 200 {
					t.Fatalf("got %v, %v", err, thrive.ClassOf(err))
				}
				if said = e.Error(); !strings.HasPrefix(e.Message, "token endpoint: "+tt.message) || utf8.RuneCountInString(e.Message) > 300 {
					t.Errorf("message %q", e.Message)
				}
				if requests.Load() != int32(i)+1 {
					t.Errorf("%d token requests for %d calls", requests.Load(), i+1)
				}
			}
			if got := warned.all(); !slices.Equal(got, []string{said}) {
				t.Errorf("warned %q, want once %q", got, said)
			}
			if strings.Contains(said, "hidden") || strings.Contains(said, thrivetest.DefaultClientSecret) || strings.ContainsAny(said, "\x1b\r\n\x00") {
				t.Errorf("the message is not safe: %q", said)
			}
			if got, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil || !got.Suspended() {
				t.Errorf("after it: %+v, %v", got, err)
			}
			if elsewhere.Load() != 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

func TestOddFieldsBesideATokenDoNoHarm(t *testing.T) {
	for name, answer := range map[string]http.Handler{
		"fields of unexpected types": answering(200, "application/json", `{"access_token":"t","token_type":7,"scope":["a"],"refresh_token":{},"error":null,"expires_in":3600}`),
		"JSON that is called text":   answering(200, "text/plain", `{"access_token":"t","expires_in":3600}`),
		"no media type":              answering(200, "", "\r\n {\"access_token\":\"t\"}"),
		"201":                        answering(201, "application/json", `{"access_token":"t"}`),
		"the longest token":          answering(200, "application/json", `{"access_token":"`+strings.Repeat("t", 16<<10)+`"}`),
	} {
		t.Run(name, func(t *testing.T) {
			base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasPrefix(r.URL.Path, "/oauth2/"):
					answer.ServeHTTP(w, r)
				case strings.HasPrefix(r.Header.Get("Authorization"), "Bearer t"):
					_, _ = io.WriteString(w, inactive(refOf(r)))
				}
			}))
			c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base)})
			if got, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil || !got.Suspended() {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// A server can answer with another text each time, and must not fill a log with them.
func TestWarningsAreFew(t *testing.T) {
	var n atomic.Int32
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answering(500, "application/json", fmt.Sprintf(`{"error":"incident %d"}`, n.Add(1))).ServeHTTP(w, r)
	}))
	var warned warnings
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base), Warn: warned.add})
	for range 15 {
		_, _ = c.SuspendUser(t.Context(), "E-1", time.Time{})
	}
	if got := len(warned.all()); got != 8 {
		t.Errorf("%d warnings", got)
	}
}

func TestTheRefusalsOfTheTokenEndpoint(t *testing.T) {
	for code, class := range map[string]thrive.Class{
		"invalid_client": thrive.Refused, "unauthorized_client": thrive.Refused, "invalid_scope": thrive.Refused,
		"server_error": thrive.Transient, "temporarily_unavailable": thrive.Transient,
	} {
		for _, status := range []int{200, 400, 401} {
			t.Run(fmt.Sprint(code, " with ", status), func(t *testing.T) {
				base := serve(t, answering(status, "application/json", `{"error":"`+code+`"}`))
				var warned warnings
				e := suspendError(t, thrive.Config{BaseURL: base, Credentials: oauth(base), Warn: warned.add})
				if e.Class != class {
					t.Errorf("%v, want %v", e.Class, class)
				}
				if (len(warned.all()) == 0) != (class == thrive.Refused) {
					t.Errorf("warned %q: a refusal ends the run, which says so", warned.all())
				}
			})
		}
	}
}

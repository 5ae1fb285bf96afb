package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"offboard/pkg/thrivetest"
)

// issued is a token, which is secret, too. It has characters that every encoding
// writes in another way.
const issued = `eyJ0b2tlbg/is+secret==.%41`

// moreForms returns the encodings of all secrets in these tests, also those that
// servers not written in Go produce.
func moreForms() map[string]string {
	all := forms()
	for name, secret := range maps.Clone(all) {
		all[name+", its slashes escaped"] = strings.ReplaceAll(secret, "/", `\/`)
	}
	for name, secret := range map[string]string{"the secret": theSecret, "the token": issued, "Basic": all["Basic"]} {
		all[name] = secret
		all[name+", its slashes escaped"] = strings.ReplaceAll(secret, "/", `\/`)
		all[name+", all escaped"] = allEscaped(secret)
		all[name+", URL-encoded"] = url.QueryEscape(secret)
		all[name+", URL-encoded in lower case"] = lowerPercents(url.QueryEscape(secret))
	}
	return all
}

// lowerPercents writes %2f for %2F, as some servers do.
func lowerPercents(s string) string {
	b := []byte(s)
	for i := range b {
		if (i > 0 && b[i-1] == '%' || i > 1 && b[i-2] == '%') && b[i] >= 'A' && b[i] <= 'F' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

// allEscaped writes every character as an escape such as \u0041, which JSON allows.
func allEscaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

// wantNoForm searches texts for all secrets in all encodings.
func wantNoForm(t *testing.T, written map[string]string) {
	t.Helper()
	for where, text := range written {
		if text == "" {
			t.Errorf("%s is empty: nothing was searched", where)
		}
		for form, secret := range moreForms() {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s contains %s: …%s…", where, form, text[max(0, i-40):min(len(text), i+len(secret)+20)])
			}
		}
	}
}

// flat returns a text without control characters, for a header.
func flat(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}

// echoes returns handlers that send back what they received, each in another part of
// the answer or in another encoding.
func echoes() map[string]http.HandlerFunc {
	body := func(contentType string, status int, encode func(all string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, encode(sentAndKnown(r)))
		}
	}
	onWire := func(format string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			raw(strings.ReplaceAll(format, "ALL", flat(sentAndKnown(r))))(w, r)
		}
	}
	escaped := func(all string) string {
		return `{"message":{"echo":"` + allEscaped(all) + `"},"error":"` + allEscaped(all) + `"}`
	}
	slashes := func(all string) string {
		quoted, _ := json.Marshal(all) // a string can always be encoded
		return `{"message":{"echo":` + strings.ReplaceAll(string(quoted), "/", `\/`) + `}}`
	}
	return map[string]http.HandlerFunc{
		"an object with every character escaped": body("application/json", 400, escaped),
		"an object with its slashes escaped":     body("application/json", 400, slashes),
		"JSON within JSON":                       body("application/json", 400, func(all string) string { q, _ := json.Marshal(slashes(all)); return `{"message":` + string(q) + `}` }),
		"URL-encoded in lower case":              body("application/json", 400, func(all string) string { return `{"message":"` + lowerPercents(url.QueryEscape(all)) + `"}` }),
		"a form":                                 body("application/x-www-form-urlencoded", 400, func(all string) string { return url.Values{"error": {all}, "error_description": {all}}.Encode() }),
		"a page":                                 body("text/html", 502, func(all string) string { return "<html>" + all }),
		"an invalid first line":                  onWire("ALL\r\n\r\n"),
		"an invalid status":                      onWire("HTTP/1.1 ALL\r\n\r\n"),
		"an invalid header":                      onWire("HTTP/1.1 200 OK\r\nALL\r\n\r\n"),
		"an invalid length":                      onWire("HTTP/1.1 200 OK\r\nContent-Length: ALL\r\n\r\n"),
		"an invalid encoding":                    onWire("HTTP/1.1 200 OK\r\nTransfer-Encoding: ALL\r\n\r\n"),
		"a redirect to an invalid URL":           onWire("HTTP/1.1 302 Found\r\nLocation: ::ALL\r\nContent-Length: 0\r\n\r\n"),
		"a redirect with a password":             onWire("HTTP/1.1 307 Moved\r\nLocation: http://x:ALL@localhost:1/\r\nContent-Length: 0\r\n\r\n"),
		"the text of a status, and a request ID": onWire("HTTP/1.1 400 ALL\r\nX-Request-Id: ALL\r\nWWW-Authenticate: Basic realm=\"ALL\"\r\nContent-Length: 0\r\n\r\n"),
	}
}

// sentAndKnown returns what a request contains, and the secret. A request contains
// the token if it was issued before.
func sentAndKnown(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	return fmt.Sprintf("%s %s %s", theSecret, r.Header.Get("Authorization"), body)
}

func TestNoSecretThatAServerSendsBackIsWritten(t *testing.T) {
	for way, handler := range echoes() {
		for _, kind := range []string{"API secret", "a token", "a token endpoint"} {
			for _, format := range []string{"csv", "jsonl"} {
				t.Run(fmt.Sprintf("%s, %s, %s", way, kind, format), func(t *testing.T) {
					t.Parallel()
					var echoed atomic.Int32
					web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if strings.HasPrefix(r.URL.Path, "/oauth2/") && kind == "a token" {
							w.Header().Set("Content-Type", "application/json")
							answering(200, `{"access_token":"`+issued+`","token_type":"Bearer","expires_in":3600}`)(w, r)
							return
						}
						echoed.Add(1)
						handler(w, r)
					}))
					defer web.Close()
					env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant}
					if kind == "API secret" {
						env["OFFBOARD_API_SECRET"] = theSecret
					} else {
						maps.Copy(env, oauthTo(web.URL, web.URL))
						env["OFFBOARD_CLIENT_SECRET"] = theSecret
					}
					wantNoSecretWritten(t, env, format)
					if echoed.Load() < 2 {
						t.Errorf("the server sent back %d requests, want one for each of two runs", echoed.Load())
					}
				})
			}
		}
	}
}

// wantNoSecretWritten runs, resumes, plans, summarises and pings, and searches everything that
// these commands write.
func wantNoSecretWritten(t *testing.T, env map[string]string, format string) {
	t.Helper()
	input := writeLeavers(t, 1)
	report := filepath.Join(filepath.Dir(input), "report."+format)
	args := []string{"run", input, "--report", report, "--resume", "--yes", "--rate", "0", "--max-attempts", "1", "--max-outage", "0s",
		"--timeout", "20s", "--log-level", "debug", "--log-format", map[string]string{"csv": "text", "jsonl": "json"}[format]}
	written := map[string]string{}
	for _, command := range [][]string{
		args, args, {"plan", report}, {"report", report}, {"report", "--json", report},
		{"ping", "--timeout", "20s", "--log-level", "debug", "--log-format", map[string]string{"csv": "text", "jsonl": "json"}[format]},
	} {
		_, stdout, stderr := invoke(t, env, command...)
		written[command[0]] += stdout + stderr
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("%v\n%v", err, written)
	}
	written["the report"] = string(text)
	wantNoForm(t, written)
}

// oauthTo returns the variables for OAuth, with the URLs of the API and of tokens.
func oauthTo(api, tokens string) map[string]string {
	return map[string]string{
		"OFFBOARD_BASE_URL": api, "OFFBOARD_CLIENT_ID": thrivetest.DefaultClientID, "OFFBOARD_CLIENT_SECRET": thrivetest.DefaultClientSecret,
		"OFFBOARD_TOKEN_URL": tokens + "/oauth2/token/" + thrivetest.DefaultTenant,
	}
}

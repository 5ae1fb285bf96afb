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

// issued is a token with characters that differ from form to form. It is as
// secret as what it was bought with.
const issued = `eyJ0b2tlbg/is+secret==.%41`

// moreForms are those of everything secret in these tests, in the spellings that
// servers other than Go's produce, too.
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
		all[name+", in percents of lower case"] = lowerPercents(url.QueryEscape(secret))
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

// allEscaped writes every character as \u0041: any JSON encoder may.
func allEscaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

// wantNoForm searches every byte of everything for every form.
func wantNoForm(t *testing.T, written map[string]string) {
	t.Helper()
	for where, text := range written {
		if text == "" {
			t.Errorf("%s is empty: nothing was searched", where)
		}
		for form, secret := range moreForms() {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s holds %s: …%s…", where, form, text[max(0, i-40):min(len(text), i+len(secret)+20)])
			}
		}
	}
}

// flat is a text that can stand in a header.
func flat(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}

// echoes are ways to send back what was sent, each in another place.
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
		quoted, _ := json.Marshal(all) // a text always encodes
		return `{"message":{"echo":` + strings.ReplaceAll(string(quoted), "/", `\/`) + `}}`
	}
	return map[string]http.HandlerFunc{
		"an object with every character escaped":  body("application/json", 400, escaped),
		"an object with its slashes escaped":      body("application/json", 400, slashes),
		"JSON within JSON":                        body("application/json", 400, func(all string) string { q, _ := json.Marshal(slashes(all)); return `{"message":` + string(q) + `}` }),
		"percents of lower case":                  body("application/json", 400, func(all string) string { return `{"message":"` + lowerPercents(url.QueryEscape(all)) + `"}` }),
		"a form":                                  body("application/x-www-form-urlencoded", 400, func(all string) string { return url.Values{"error": {all}, "error_description": {all}}.Encode() }),
		"a page":                                  body("text/html", 502, func(all string) string { return "<html>" + all }),
		"a line that is no status":                onWire("ALL\r\n\r\n"),
		"a status that is no number":              onWire("HTTP/1.1 ALL\r\n\r\n"),
		"a header that is none":                   onWire("HTTP/1.1 200 OK\r\nALL\r\n\r\n"),
		"a length that is none":                   onWire("HTTP/1.1 200 OK\r\nContent-Length: ALL\r\n\r\n"),
		"an encoding that is none":                onWire("HTTP/1.1 200 OK\r\nTransfer-Encoding: ALL\r\n\r\n"),
		"a redirect to nowhere":                   onWire("HTTP/1.1 302 Found\r\nLocation: ::ALL\r\nContent-Length: 0\r\n\r\n"),
		"a redirect with a password":              onWire("HTTP/1.1 307 Moved\r\nLocation: http://x:ALL@localhost:1/\r\nContent-Length: 0\r\n\r\n"),
		"the words of a status, and a request ID": onWire("HTTP/1.1 400 ALL\r\nX-Request-Id: ALL\r\nWWW-Authenticate: Basic realm=\"ALL\"\r\nContent-Length: 0\r\n\r\n"),
	}
}

// sentAndKnown is what a request held, and the secret in the clear. The token
// is known only to those whom it was issued to: they send it.
func sentAndKnown(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	return fmt.Sprintf("%s %s %s", theSecret, r.Header.Get("Authorization"), body)
}

func TestNoSecretComesBackByAnyWay(t *testing.T) {
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
					wantNothingSaid(t, env, format)
					if echoed.Load() < 2 {
						t.Errorf("%d echoes: a run and its resume were to get one each", echoed.Load())
					}
				})
			}
		}
	}
}

// wantNothingSaid runs, resumes, plans, summarises, and searches all that was
// written on the way.
func wantNothingSaid(t *testing.T, env map[string]string, format string) {
	t.Helper()
	input := writeLeavers(t, 1)
	report := filepath.Join(filepath.Dir(input), "report."+format)
	args := []string{"run", input, "--report", report, "--resume", "--yes", "--rate", "0", "--max-attempts", "1",
		"--timeout", "20s", "--log-level", "debug", "--log-format", map[string]string{"csv": "text", "jsonl": "json"}[format]}
	written := map[string]string{}
	for _, command := range [][]string{
		args, args, {"plan", report}, {"report", report}, {"report", "--json", report},
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

// oauthTo are variables for a tenant whose tokens come from elsewhere.
func oauthTo(api, tokens string) map[string]string {
	return map[string]string{
		"OFFBOARD_BASE_URL": api, "OFFBOARD_CLIENT_ID": thrivetest.DefaultClientID, "OFFBOARD_CLIENT_SECRET": thrivetest.DefaultClientSecret,
		"OFFBOARD_TOKEN_URL": tokens + "/oauth2/token/" + thrivetest.DefaultTenant,
	}
}

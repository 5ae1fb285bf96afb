package main

import (
	"encoding/base64"
	"fmt"
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

const proxyPassword = `pr0xy/pass+word&"1`

// refusingProxy returns a proxy that refuses every connection, and sends back in the
// status and in the body what it was sent and, encoded, what it knows.
func refusingProxy(t *testing.T) *httptest.Server {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, pair, _ := strings.Cut(r.Header.Get("Proxy-Authorization"), " ")
		plain, _ := base64.StdEncoding.DecodeString(pair)
		all := fmt.Sprintf("%s %s %s %s", pair, plain, url.QueryEscape(string(plain)), thrivetest.DefaultSecret)
		fmt.Fprintf(conn, "HTTP/1.1 407 denied %s\r\nProxy-Authenticate: Basic realm=\"%s\"\r\nContent-Length: %d\r\n\r\n%s", all, all, len(all), all)
	}))
	t.Cleanup(web.Close)
	return web
}

func TestNoSecretThatAProxySendsBackIsWritten(t *testing.T) {
	for _, kind := range []string{"API secret", "OAuth"} {
		t.Run(kind, func(t *testing.T) {
			b := setUp(t, 1, thrivetest.Options{})
			env := basic(thrivetest.DefaultSecret)
			if kind == "OAuth" {
				env = append(b.oauth(thrivetest.DefaultSecret), "OFFBOARD_TOKEN_URL=https://login.example.invalid/token")
			}
			proxy := url.URL{Scheme: "http", User: url.UserPassword("me", proxyPassword), Host: strings.TrimPrefix(refusingProxy(t).URL, "http://")}
			b.url = "https://api.example.invalid"
			p := b.command(append(env, "HTTPS_PROXY="+proxy.String()), "--max-attempts", "1", "--log-level", "debug")
			p.run(t, 3)
			b.wantNone(t, p, "denied", proxyPassword, url.QueryEscape(proxyPassword), url.PathEscape(proxyPassword),
				base64.StdEncoding.EncodeToString([]byte("me:"+proxyPassword)), thrivetest.DefaultSecret)
		})
	}
}

// The proxy of the environment is for other machines, whose base URL must be https: no proxy
// sees a call that is not encrypted, and so none can answer one.
func TestNoProxyIsAskedForACallThatIsNotEncrypted(t *testing.T) {
	b := setUp(t, 3, thrivetest.Options{})
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(proxy.Close)
	env := append(basic(thrivetest.DefaultSecret), "HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+proxy.URL, "http_proxy="+proxy.URL)
	b.command(env).run(t, 0)
	if asked.Load() != 0 || b.Stats().Suspended != 3 {
		t.Errorf("the proxy was asked %d times, %d suspended", asked.Load(), b.Stats().Suspended)
	}
	b.url = "http://api.example.invalid"
	b.command(env).run(t, 64)
	if asked.Load() != 0 {
		t.Errorf("the proxy was asked %d times", asked.Load())
	}
}

// What a proxy says in the place of a tunnel is no refusal of a leaver, and no suspension.
func TestAProxyThatAnswersInThePlaceOfTheServiceFailsTheLeaver(t *testing.T) {
	for _, status := range []int{200, 403, 404, 409} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Connection", "close")
				w.WriteHeader(status)
				fmt.Fprint(w, `{"ref":"E-0","active":false}`)
			}))
			t.Cleanup(proxy.Close)
			b := setUp(t, 1, thrivetest.Options{})
			b.url = "https://api.example.invalid"
			want := 3
			if status == http.StatusOK {
				want = 4 // the tunnel is closed before an answer, as in an outage
			}
			b.command(append(basic(thrivetest.DefaultSecret), "HTTPS_PROXY="+proxy.URL), "--max-attempts", "1", "--max-outage", "0s").run(t, want)
			report, err := os.ReadFile(filepath.Join(b.dir, "leavers.report.csv"))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(report), ",failed,"); n != 1 {
				t.Errorf("%d failed:\n%s", n, report)
			}
		})
	}
}

// wantNone checks that neither the output nor the report has any of these texts. One of
// them has a word that shows that there was something to write.
func (b *bench) wantNone(t *testing.T, p *program, word string, texts ...string) {
	t.Helper()
	report, err := os.ReadFile(filepath.Join(b.dir, "leavers.report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	all := p.output.String() + string(report)
	if !strings.Contains(all, word) {
		t.Errorf("neither the output nor the report has %q:\n%s", word, all)
	}
	for _, text := range texts {
		if strings.Contains(all, text) {
			t.Errorf("the output or the report has %q:\n%s", text, all)
		}
	}
}

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

package main

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// formsOfSecrets are the secrets of these tests as requests have them.
func formsOfSecrets() []string {
	return []string{
		thrivetest.DefaultSecret, thrivetest.DefaultClientSecret, "Authorization", "authorization",
		base64.StdEncoding.EncodeToString([]byte(thrivetest.DefaultTenant + ":" + thrivetest.DefaultSecret)),
		base64.StdEncoding.EncodeToString([]byte(thrivetest.DefaultClientID + ":" + thrivetest.DefaultClientSecret)),
	}
}

// overTLS serves the simulator by HTTP/2, and returns the variable by which the program
// trusts its certificate.
func (b *bench) overTLS(t *testing.T) (trust string) {
	t.Helper()
	web := httptest.NewUnstartedServer(b.Server)
	web.EnableHTTP2 = true
	web.StartTLS()
	t.Cleanup(web.Close)
	b.url = web.URL
	path := filepath.Join(b.dir, "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return "SSL_CERT_FILE=" + path
}

// Go's HTTP/2 writes all headers to its logger if GODEBUG asks for it.
func TestDebuggingHTTP2WritesNoSecret(t *testing.T) {
	for _, setting := range []string{"http2debug=1", "http2debug=2"} {
		for _, kind := range []string{"API secret", "OAuth"} {
			t.Run(setting+", "+kind, func(t *testing.T) {
				b := setUp(t, 3, thrivetest.Options{})
				trust := b.overTLS(t)
				env := basic(thrivetest.DefaultSecret)
				if kind == "OAuth" {
					env = b.oauth(thrivetest.DefaultClientSecret)
				}
				p := b.command(append(env, trust, "GODEBUG="+setting), "--log-level", "debug")
				p.run(t, 0)
				b.wantNone(t, p, "3  suspended", append(formsOfSecrets(), "http2")...)
				b.wantAgreement(t, false)
			})
		}
	}
}

// A server that sends what the logger of Go's HTTP client would write: an answer that
// nobody asked for, headers that are not allowed, and credentials in all of them.
func TestWhatAServerSendsBehindAnAnswerIsNotWritten(t *testing.T) {
	b := setUp(t, 3, thrivetest.Options{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		credentials := r.Header.Get("Authorization")
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		body := fmt.Sprintf(`{"message":%q}`, credentials)
		fmt.Fprintf(conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		time.Sleep(50 * time.Millisecond) // the program waits for its pace meanwhile
		fmt.Fprintf(conn, "%s %s", credentials, thrivetest.DefaultSecret)
		time.Sleep(50 * time.Millisecond) // closing at once would hide it
	}))
	t.Cleanup(web.Close)
	b.url = web.URL
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "4", "--concurrency", "1", "--log-level", "debug")
	p.run(t, 3)
	b.wantNone(t, p, "rejected", append(formsOfSecrets(), "nsolicited")...)
}

// A crash prints the stacks of all goroutines, those of requests in flight included.
func TestACrashShowsNoSecret(t *testing.T) {
	for _, kind := range []string{"API secret", "OAuth"} {
		t.Run(kind, func(t *testing.T) {
			b := setUp(t, 20, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Latency: time.Second}) // of a token, too
			env := basic(thrivetest.DefaultSecret)
			if kind == "OAuth" {
				env = b.oauth(thrivetest.DefaultClientSecret)
			}
			p := b.command(append(env, "GOTRACEBACK=system"), "--rate", "0")
			p.begin(t)
			b.waitFor(t, 1)
			if err := p.Process.Signal(syscall.SIGQUIT); err != nil {
				t.Fatal(err)
			}
			if err := p.Wait(); err == nil {
				t.Error("the program does not crash")
			}
			if text := p.output.String(); !strings.Contains(text, "goroutine ") || !strings.Contains(text, "thrive.(*Client)") {
				t.Errorf("there are no stacks of requests:\n%.2000s", text)
			} else {
				b.wantNone(t, p, "SIGQUIT", formsOfSecrets()...)
			}
		})
	}
}

// TestAPanicShowsNoSecret runs itself once more, to see what a panic in a goroutine prints
// of the values that hold secrets.
func TestAPanicShowsNoSecret(t *testing.T) {
	if os.Getenv("PANIC_WITH") != "" {
		panicWith(os.Getenv("PANIC_WITH"))
	}
	for _, value := range []string{"secret", "credentials", "formatted", "request"} {
		c := exec.Command(os.Args[0], "-test.run=^TestAPanicShowsNoSecret$")
		c.Env = append(os.Environ(), "PANIC_WITH="+value, "GOTRACEBACK=system")
		out, err := c.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "panic: ") {
			t.Fatalf("%s: %v\n%s", value, err, out)
		}
		for _, form := range formsOfSecrets()[:2] {
			if strings.Contains(string(out), form) {
				t.Errorf("a panic with %s shows %q:\n%.1000s", value, form, out)
			}
		}
	}
}

func panicWith(value string) {
	credentials := thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}
	done := make(chan struct{}) // nothing sends: the goroutine ends the process
	go func() {
		switch value {
		case "secret":
			panic(credentials.Secret)
		case "credentials":
			panic(credentials)
		case "formatted":
			panic(fmt.Sprintf("%v %+v %#v %q", credentials, credentials, credentials, credentials.Secret))
		}
		panic(fmt.Errorf("the request failed: %v", thrive.ClientCredentials{ClientID: "c", ClientSecret: thrivetest.DefaultClientSecret}))
	}()
	<-done
}

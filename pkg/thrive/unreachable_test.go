package thrive_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

// Names are not looked up here, because what a test gets for one that does not exist
// depends on the network of the machine.
func TestUnreachableNames(t *testing.T) {
	tests := []struct {
		name string
		err  net.DNSError
		want bool
	}{
		{"a name that does not exist", net.DNSError{IsNotFound: true}, false},
		{"name servers that do not answer", net.DNSError{IsTimeout: true}, true},
		{"name servers that fail", net.DNSError{IsTemporary: true}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &thrive.Error{Class: thrive.Transient, Err: &url.Error{Op: "Patch", Err: &net.OpError{Op: "dial", Err: &tt.err}}}
			if e.Unreachable() != tt.want {
				t.Errorf("%v: got %t", e.Err, e.Unreachable())
			}
		})
	}
}

func TestUnreachableIsWhatWaitingHelpsAgainst(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + silent.Addr().String()
	_ = silent.Close()
	untrusted := httptest.NewUnstartedServer(answering(200, "application/json", "{}"))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshakes fail
	untrusted.StartTLS()
	defer untrusted.Close()
	slow := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}))
	plain := serve(t, answering(200, "application/json", "{}"))
	tests := []struct {
		name string
		url  string
		want bool
	}{
		{"a refused connection", refused, true},
		{"a timeout", slow, true},
		{"a connection that is closed", raw(t, ""), true},
		{"502", serve(t, answering(502, "text/html", "<html>")), true},
		{"503", serve(t, answering(503, "", "")), true},
		{"504", serve(t, answering(504, "", "")), true},
		{"500", serve(t, answering(500, "", "")), false},
		{"501", serve(t, answering(501, "", "")), false},
		{"429", serve(t, answering(429, "", "")), false},
		{"404", serve(t, answering(404, "", "")), false},
		{"half a success", raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), false},
		{"an answer that is not HTTP", raw(t, "SSH-2.0-OpenSSH\r\n"), false},
		{"a certificate that is not accepted", untrusted.URL, false},
		{"HTTP instead of HTTPS", strings.Replace(plain, "http:", "https:", 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := suspendError(t, thrive.Config{BaseURL: tt.url, Timeout: 200 * time.Millisecond})
			if e.Unreachable() != tt.want {
				t.Errorf("%v (%v): got %t", e, e.Err, e.Unreachable())
			}
		})
	}
}

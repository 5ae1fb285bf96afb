package thrive_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// tunnel copies bytes between a client and a server until one of them ends.
func tunnel(client net.Conn, server string) {
	to, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(to, client)
		_ = to.Close()
	})
	_, _ = io.Copy(client, to)
	_ = client.Close()
	up.Wait()
}

// serveConns serves each connection of a listener until the test ends. Then it closes all
// of them.
func serveConns(t *testing.T, l net.Listener, serve func(net.Conn)) {
	t.Helper()
	var (
		mu     sync.Mutex
		open   []net.Conn
		closed bool // a connection that is accepted now is closed at once
		conns  sync.WaitGroup
	)
	conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			if open = append(open, conn); closed {
				_ = conn.Close()
			}
			mu.Unlock()
			conns.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		closed = true
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		conns.Wait()
	})
}

// serveProxy serves connections by a function that is called after the CONNECT request, and
// returns the URL and the number of connections.
func serveProxy(t *testing.T, serve func(client net.Conn, server string)) (*url.URL, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns atomic.Int32
	serveConns(t, l, func(conn net.Conn) {
		conns.Add(1)
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil && r.Method == http.MethodConnect {
			serve(conn, r.Host)
		}
	})
	return &url.URL{Scheme: "http", Host: l.Addr().String()}, &conns
}

// Whatever a proxy says by itself is no answer of the service: it neither refuses nor
// suspends anybody.
func TestAProxyThatAnswersByItself(t *testing.T) {
	const established = "HTTP/1.1 200 Connection established\r\n\r\n"
	const page = `{"ref":"E-1","active":false}`
	whole := func(status, body string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
	}
	says := func(text string) func(net.Conn, string) {
		return func(client net.Conn, _ string) { _, _ = io.WriteString(client, text) }
	}
	stranger := httptest.NewUnstartedServer(answering(200, "application/json", page))
	stranger.Config.ErrorLog = discard
	stranger.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	for name, tt := range map[string]struct {
		proxy func(client net.Conn, server string)
		want  string
	}{
		"a tunnel": {func(client net.Conn, server string) {
			_, _ = io.WriteString(client, established)
			tunnel(client, server)
		}, "suspended"},
		"a page instead of the tunnel": {says(whole("200 OK", page)), "0 transient"},
		"a page in the tunnel":         {says(established + whole("200 OK", page)), "0 transient"},
		"a tunnel that ends":           {says(established), "0 transient"},
		"204":                          {says("HTTP/1.1 204 No Content\r\n\r\n"), "0 transient"},
		"302 to its page":              {says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), "0 transient"},
		"400":                          {says(whole("400 Bad Request", page)), "0 transient"},
		"401":                          {says(whole("401 Unauthorized", page)), "0 transient"},
		"403":                          {says(whole("403 Forbidden", page)), "0 transient"},
		"404":                          {says(whole("404 Not Found", page)), "0 transient"},
		"407":                          {says(whole("407 Proxy Authentication Required", page)), "0 transient"},
		"409":                          {says(whole("409 Conflict", page)), "0 transient"},
		"429":                          {says(whole("429 Too Many Requests", page)), "0 transient"},
		"503":                          {says(whole("503 Service Unavailable", page)), "0 transient"},
		"no HTTP":                      {says("SSH-2.0-OpenSSH\r\n"), "0 transient"},
		"a tunnel to a server that nobody knows": {func(client net.Conn, _ string) {
			_, _ = io.WriteString(client, established)
			tunnel(client, stranger.Listener.Addr().String())
		}, "0 transient"},
	} {
		for _, p := range protocols[1:] {
			t.Run(name+", "+p.name, func(t *testing.T) {
				quietLog(t)
				proxy, conns := serveProxy(t, tt.proxy)
				s := thrivetest.New(thrivetest.Options{AnyRef: true})
				c := serveOver(t, p, s)
				c.UseProxy(proxy)
				if got := suspendCall(t.Context(), c, "E-1"); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
				if conns.Load() == 0 {
					t.Error("the proxy was not used")
				}
				if n := s.Stats().Suspends; (n == 1) != (tt.want == "suspended") {
					t.Errorf("the service was asked %d times", n)
				}
			})
		}
	}
}

// selfSigned returns a certificate that no client of a test trusts.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A proxy that ends TLS, with a certificate that the machine trusts, sees every answer, and
// may mix them up as any gateway does. The refusal is asked again through a tunnel of its own.
func TestAProxyThatEndsTLSAndMixesUpAnswers(t *testing.T) {
	quietLog(t)
	proxy, conns := serveProxy(t, func(client net.Conn, server string) {
		_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
		tunnel(client, server)
	})
	for _, status := range []int{403, 404, 409} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			conns.Store(0)
			var calls atomic.Int32
			c := serveOver(t, protocols[1], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch n := calls.Add(1); {
				case n == 1:
					_, _ = io.WriteString(w, inactive("E-9"))
				case n == 2:
					w.WriteHeader(status)
				default:
					_, _ = io.WriteString(w, inactive(refOf(r)))
				}
			}))
			c.UseProxy(proxy)
			var got []string
			for _, ref := range []string{"E-1", "E-2", "E-3"} {
				got = append(got, suspendCall(t.Context(), c, ref))
			}
			if text := strings.Join(got, ", "); text != "about E-9, suspended, suspended" {
				t.Errorf("got %s", text)
			}
			// One tunnel is given up after the first answer, one after the second, which
			// the third one has shown to be wrong.
			if conns.Load() != 4 {
				t.Errorf("%d tunnels", conns.Load())
			}
		})
	}
}

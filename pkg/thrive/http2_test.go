package thrive_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

// The frames of HTTP/2 (RFC 9113) that a server may send wrongly. net/http's own server
// does not, so these tests write them by themselves.
const (
	frameData, frameHeaders, frameReset, frameSettings, framePush, framePing byte = 0, 1, 3, 4, 5, 6

	endStream, ack, endHeaders byte = 1, 1, 4
)

// Header blocks (RFC 7541).
var (
	status200 = []byte{0x88}
	status204 = []byte{0x89}
	status404 = []byte{0x8d}
	status403 = []byte("\x08\x03403")
	status409 = []byte("\x08\x03409")
	trailer   = []byte("\x00\x03ref\x03E-9")
	getRoot   = []byte("\x82\x87\x84\x01\x09localhost") // GET https://localhost/
)

// streams is the server's end of a connection.
type streams struct{ conn net.Conn }

func (s streams) send(kind, flags byte, stream uint32, payload []byte) {
	header := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	header = append(header, flags)
	header = binary.BigEndian.AppendUint32(header, stream)
	_, _ = s.conn.Write(append(header, payload...))
}

// answer sends a whole answer; one without a body if that is "".
func (s streams) answer(stream uint32, status []byte, body string) {
	if body == "" {
		s.send(frameHeaders, endHeaders|endStream, stream, status)
		return
	}
	s.send(frameHeaders, endHeaders, stream, status)
	s.send(frameData, endStream, stream, []byte(body))
}

// serve reads frames until the connection is closed. It calls asked when a request has
// come as a whole.
func (s streams) serve(asked func(s streams, stream uint32)) {
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(s.conn, preface); err != nil {
		return
	}
	s.send(frameSettings, 0, 0, nil)
	for {
		header := make([]byte, 9)
		if _, err := io.ReadFull(s.conn, header); err != nil {
			return
		}
		length, kind, flags := binary.BigEndian.Uint32(header)>>8, header[3], header[4]
		payload := make([]byte, length)
		if _, err := io.ReadFull(s.conn, payload); err != nil {
			return
		}
		switch {
		case kind == frameSettings && flags&ack == 0:
			s.send(frameSettings, ack, 0, nil)
		case kind == framePing && flags&ack == 0:
			s.send(framePing, ack, 0, payload)
		case (kind == frameData || kind == frameHeaders) && flags&endStream != 0:
			asked(s, binary.BigEndian.Uint32(header[5:])&^(1<<31))
		}
	}
}

// serveStreams returns a client of a server that answers by hand.
func serveStreams(t *testing.T, asked func(s streams, stream uint32)) *thrive.Client {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil) // for its certificate only
	certified.Config.ErrorLog = discard
	certified.StartTLS()
	certified.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	serveConns(t, l, func(conn net.Conn) { streams{conn}.serve(asked) })
	c := newClient(t, thrive.Config{BaseURL: "https://" + l.Addr().String(), Credentials: basic, Timeout: 2 * time.Second})
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	c.Trust(roots)
	return c
}

// Calls for E-1, E-2 and so on are made one after the other, so the server knows by the
// number of the stream, or of the connection, whom it was asked about.
func TestWhatAServerDoesToStreams(t *testing.T) {
	const first, second = `{"ref":"E-1","active":false}`, `{"ref":"E-2","active":false}`
	well := func(s streams, stream uint32) {
		s.answer(stream, status200, map[bool]string{true: first, false: second}[stream == 1])
	}
	for name, tt := range map[string]struct {
		asked func(s streams, stream uint32)
		want  [2]string // of two calls
	}{
		"its own answers": {well, [2]string{"suspended", "suspended"}},
		"the body of another user": {func(s streams, stream uint32) {
			s.answer(stream, status200, second)
		}, [2]string{"about E-2", "suspended"}},
		"the bodies of two users": {func(s streams, stream uint32) {
			s.answer(stream, status200, first+second)
		}, [2]string{"200 final", "200 final"}},
		"no body": {func(s streams, stream uint32) {
			s.answer(stream, status204, "")
		}, [2]string{"204 final", "204 final"}},
		"a refusal on a stream that is not open yet": {func(s streams, stream uint32) {
			s.answer(stream+2, status404, "")
			well(s, stream)
		}, [2]string{"suspended", "suspended"}},
		"a second answer, which is a refusal": {func(s streams, stream uint32) {
			well(s, stream)
			s.answer(stream, status403, "")
		}, [2]string{"suspended", "suspended"}},
		"a refusal on a stream of nobody": {func(s streams, stream uint32) {
			s.answer(2, status404, "")
			well(s, stream)
		}, [2]string{"suspended", "suspended"}},
		"trailers that name another user": {func(s streams, stream uint32) {
			s.send(frameHeaders, endHeaders, stream, status200)
			s.send(frameData, 0, stream, []byte(map[bool]string{true: first, false: second}[stream == 1]))
			s.send(frameHeaders, endHeaders|endStream, stream, trailer)
		}, [2]string{"suspended", "suspended"}},
		"nothing but trailers": {func(s streams, stream uint32) {
			s.send(frameHeaders, endHeaders, stream, status200)
			s.send(frameHeaders, endHeaders|endStream, stream, trailer)
		}, [2]string{"200 final", "200 final"}},
		"a body that is cut off where it is whole": {func(s streams, stream uint32) {
			s.send(frameHeaders, endHeaders, stream, status200)
			s.send(frameData, 0, stream, []byte(first))
			s.send(frameReset, 0, stream, []byte{0, 0, 0, 8})
		}, [2]string{"200 transient", "200 transient"}},
		"refusals": {func(s streams, stream uint32) {
			s.answer(stream, map[bool][]byte{true: status409, false: status403}[stream == 1], "")
		}, [2]string{"409 final", "403 forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := serveStreams(t, tt.asked)
			for i, want := range tt.want {
				if got := suspendCall(t.Context(), c, []string{"E-1", "E-2"}[i]); got != want {
					t.Errorf("call %d: %s, want %s", i+1, got, want)
				}
			}
		})
	}
}

// What a client cannot have asked for ends the connection: the call in flight has no answer
// that counts, and the next call is made on another connection.
func TestFramesThatNobodyAskedForEndTheConnection(t *testing.T) {
	quietLog(t)
	const own = `{"ref":"E-1","active":false}`
	for name, wrong := range map[string]func(s streams){
		"a push of the answer": func(s streams) {
			s.send(framePush, endHeaders, 1, append([]byte{0, 0, 0, 2}, getRoot...))
			s.answer(2, status200, own)
		},
		"a body on a stream of the future": func(s streams) { s.send(frameData, endStream, 7, []byte(own)) },
		"a body in front of its header":    func(s streams) { s.send(frameData, 0, 1, []byte(own)) },
		"bytes that are no frames": func(s streams) {
			_, _ = s.conn.Write(bytes.Repeat([]byte("HTTP/1.1 404 Not Found\r\n\r\n"), 10))
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls := make(chan struct{}, 10) // one for each request
			c := serveStreams(t, func(s streams, stream uint32) {
				calls <- struct{}{}
				if len(calls) == 1 {
					wrong(s)
				}
				s.answer(stream, status200, own)
			})
			if got := suspendCall(t.Context(), c, "E-1"); got != "0 transient" {
				t.Errorf("the call in flight: %s", got)
			}
			if got := suspendCall(t.Context(), c, "E-1"); got != "suspended" {
				t.Errorf("the next call: %s", got)
			}
		})
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"offboard/pkg/thrivetest"
)

// Both servers print their address and serve until standard input is closed.
// serveLimited then prints its counts as JSON.

// statistics are the counts of a server.
type statistics struct {
	Calls     int
	Throttled int

	// Of another client of the same tenant: the calls that were accepted, and how long
	// it was there.
	Others    int
	OthersFor time.Duration
}

// serveCheap answers every call with success, without a limit or latency. It does
// as little work as possible, so that a measurement is that of the client, and
// understands only the part of HTTP/1.1 that the clients here use.
func serveCheap() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerAll(conn)
		}
	}()
	fmt.Println("http://" + listener.Addr().String())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// answerAll answers the requests of one connection.
func answerAll(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	var answer []byte
	for {
		ref, length, err := readHead(r)
		if err != nil {
			return
		}
		if _, err := r.Discard(length); err != nil {
			return
		}
		answer = appendAnswer(answer[:0], ref)
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// readHead reads a request up to its body. It returns the ref and the length of
// the body.
func readHead(r *bufio.Reader) (ref []byte, length int, err error) {
	const before, after = "/rest/v2/users/ref/", "/suspend"
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, 0, err
	}
	if _, rest, ok := bytes.Cut(line, []byte(before)); ok {
		ref, _, _ = bytes.Cut(rest, []byte(after))
		ref = bytes.Clone(ref)
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return nil, 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return ref, length, nil
		}
		const name = "Content-Length:"
		if len(line) > len(name) && strings.EqualFold(string(line[:len(name)]), name) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(name):]))); err != nil {
				return nil, 0, err
			}
		}
	}
}

// appendAnswer appends an answer with the user lifecycle resource of a suspended
// user.
func appendAnswer(b, ref []byte) []byte {
	const first, second = `{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","loginMethod":"email","ref":"`,
		`","email":null,"firstName":"Sandbox","lastName":"User","role":"learner","jobTitle":"","managerRef":null,"startDate":null,` +
			`"endDate":"2024-06-30T00:00:00.000Z","timeZone":"UTC","languageCode":"en","active":false,` +
			`"createdAt":"2024-01-01T00:00:00.000Z","updatedAt":"2024-07-01T00:00:00.000Z","sso":false,"domain":null,"additionalFields":{}}`
	b = append(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 7d444840-9dc0-11d1-b245-5ffdce74fad2\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(first)+len(ref)+len(second)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(append(append(b, first...), ref...), second...)
}

// limits say how serveLimited behaves.
type limits struct {
	Burst      int
	Latency    time.Duration
	RetryAfter time.Duration
	Steps      []step
	// Certificate is the file to write the certificate of HTTPS with HTTP/2 to; "": HTTP.
	Certificate string
	// Another client makes calls at a steady rate, from some time on.
	Other step
}

// step is a limit that begins some time after the first call.
type step struct {
	After time.Duration
	Rate  float64 // calls per second; 0: no limit
}

// serveLimited serves the simulator with a limit that changes over time.
func serveLimited(l limits) error {
	server := thrivetest.New(thrivetest.Options{AnyRef: true})
	set := func(rate float64) {
		f := thrivetest.Faults{Rate: rate, Burst: l.Burst, Latency: l.Latency}
		if l.RetryAfter > 0 {
			f.RetryAfter, f.RetryAfterDelay = thrivetest.RetryAfterSeconds, l.RetryAfter
		}
		server.SetFaults(f)
	}
	set(l.Steps[0].Rate)
	begun := make(chan struct{}, 1) // sent by the handler, received by the goroutine that changes the limit
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case begun <- struct{}{}:
		default:
		}
		server.ServeHTTP(w, r)
	})
	web := httptest.NewUnstartedServer(handler)
	defer web.Close()
	if l.Certificate == "" {
		web.Start()
	} else {
		web.EnableHTTP2 = true
		web.StartTLS()
		block := pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}
		if err := os.WriteFile(l.Certificate, pem.EncodeToMemory(&block), 0o600); err != nil {
			return err
		}
	}
	var others rival
	go func() {
		<-begun
		start := time.Now()
		if l.Other.Rate > 0 {
			go others.call(server, start.Add(l.Other.After), l.Other.Rate)
		}
		for _, s := range l.Steps[1:] {
			<-time.After(time.Until(start.Add(s.After)))
			set(s.Rate)
		}
	}()
	fmt.Println(web.URL)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	stats := server.Stats()
	found := statistics{Calls: stats.Suspends, Throttled: stats.ByStatus[http.StatusTooManyRequests]}
	others.takeFrom(&found)
	return json.NewEncoder(os.Stdout).Encode(found)
}

// rival is another client of the same tenant, which takes its share of the limit.
type rival struct {
	mu              sync.Mutex
	begun           time.Time
	calls, accepted int
}

// call makes calls from a moment on, until the process ends.
func (o *rival) call(server http.Handler, from time.Time, rate float64) {
	<-time.After(time.Until(from))
	o.mu.Lock()
	o.begun = time.Now()
	o.mu.Unlock()
	for i := 0; ; i++ {
		<-time.After(time.Until(from.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
		go func() {
			r := httptest.NewRequest(http.MethodPatch, pathOf(fmt.Sprintf("other%d", i)), strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.SetBasicAuth(tenant, secret)
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.calls++; w.Code == http.StatusOK {
				o.accepted++
			}
		}()
	}
}

// takeFrom takes the other client's calls out of the counts of the server.
func (o *rival) takeFrom(s *statistics) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.begun.IsZero() {
		return
	}
	s.Others, s.OthersFor = o.accepted, time.Since(o.begun)
	s.Calls -= o.calls
	s.Throttled -= o.calls - o.accepted
}

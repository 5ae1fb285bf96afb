package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"offboard/pkg/thrivetest"
)

// Both servers print their address and serve until standard input is closed.
// serveLimited then prints its counts as JSON.

// statistics are the counts of a server.
type statistics struct {
	Calls     int
	Throttled int
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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	begun := make(chan struct{}, 1) // sent by the handler, received by the goroutine that changes the limit
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case begun <- struct{}{}:
		default:
		}
		server.ServeHTTP(w, r)
	})
	go func() { _ = http.Serve(listener, handler) }()
	go func() {
		<-begun
		start := time.Now()
		for _, s := range l.Steps[1:] {
			<-time.After(time.Until(start.Add(s.After)))
			set(s.Rate)
		}
	}()
	fmt.Println("http://" + listener.Addr().String())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	stats := server.Stats()
	return json.NewEncoder(os.Stdout).Encode(statistics{Calls: stats.Suspends, Throttled: stats.ByStatus[http.StatusTooManyRequests]})
}

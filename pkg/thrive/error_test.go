package thrive_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"offboard/pkg/thrive"
)

// suspendError makes one call and returns its error as an *Error.
func suspendError(t *testing.T, cfg thrive.Config) *thrive.Error {
	t.Helper()
	if cfg.Credentials == nil {
		cfg.Credentials = basic
	}
	_, err := newClient(t, cfg).SuspendUser(t.Context(), "E-1", time.Time{})
	e, ok := errors.AsType[*thrive.Error](err)
	if !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	return e
}

func TestEveryAnswerHasItsClass(t *testing.T) {
	const body = `{"status":0,"error":"A Phrase","message":"a message"}`
	tests := map[thrive.Class][]int{
		thrive.Final:     {300, 301, 302, 304, 307, 308, 400, 404, 405, 409, 410, 415, 418, 422, 451},
		thrive.Transient: {408, 500, 501, 502, 503, 504, 507, 599},
		thrive.Throttled: {429},
		thrive.Refused:   {401},
		thrive.Forbidden: {403},
	}
	for class, statuses := range tests {
		for _, status := range statuses {
			body := body
			if status == http.StatusNotModified {
				body = "" // a 304 has no body
			}
			e := suspendError(t, thrive.Config{BaseURL: serve(t, answering(status, "application/json", body))})
			if e.Class != class || e.Status != status || e.Err != nil {
				t.Errorf("%d: %+v, want class %v", status, e, class)
			}
			if body != "" && (e.Phrase != "A Phrase" || e.Message != "a message") {
				t.Errorf("%d: phrase %q, message %q", status, e.Phrase, e.Message)
			}
		}
	}
}

func TestMalformedAnswersAreDescribed(t *testing.T) {
	long := strings.Repeat("long ", 500)
	tests := map[string]struct {
		status            int
		contentType, body string
		class             thrive.Class
		message           string
	}{
		"a 2xx web page is final":                  {200, "text/html; charset=utf-8", "<html>", thrive.Final, "the answer is not JSON but text/html"},
		"a 2xx without a body is final":            {200, "application/json", "", thrive.Final, "the answer is empty"},
		"a 204 is final":                           {204, "", "", thrive.Final, "the answer is empty"},
		"2xx white space is final":                 {200, "application/json", " \n", thrive.Final, "the answer is empty"},
		"a 2xx array is final":                     {200, "application/json", `[{"active":false}]`, thrive.Final, "the answer is JSON, but not an object"},
		"a 2xx null is final":                      {200, "application/json", `null`, thrive.Final, "the answer is JSON, but not an object"},
		"a 2xx half object is final":               {200, "application/json", `{"active":false`, thrive.Final, "the answer is not JSON"},
		"a 2xx object with trailing data is final": {201, "application/json", `{"active":false} x`, thrive.Final, "the answer is not JSON"},
		"a 2xx too long is final": {200, "application/json", `{"active":false}` + strings.Repeat(" ", 1<<20), thrive.Final,
			"the answer is longer than 1 MiB"},
		"a 2xx binary body is final":      {200, "application/octet-stream", "\x00\xff", thrive.Final, "the answer is not JSON but application/octet-stream"},
		"a 503 web page":                  {503, "text/html", "<html>" + long, thrive.Transient, "the answer is not JSON but text/html"},
		"a 502 without a body":            {502, "", "", thrive.Transient, "the answer is empty"},
		"a 500 too long":                  {500, "text/plain", strings.Repeat("x", 3<<20), thrive.Transient, "the answer is longer than 1 MiB"},
		"a malformed content type":        {500, "a/b;;=", "x", thrive.Transient, "the answer is not JSON"},
		"a message that is an object":     {400, "application/json", `{"message": {"b": 1, "a": ["x"]}}`, thrive.Final, `{"b":1,"a":["x"]}`},
		"a message that is an array":      {400, "application/json", `{"message": [ "x" , 2]}`, thrive.Final, `["x",2]`},
		"a message that is null":          {400, "application/json", `{"message": null}`, thrive.Final, ""},
		"an error without a message":      {400, "application/json", `{"error": "Bad Request"}`, thrive.Final, ""},
		"an error of an unknown form":     {400, "application/json", `{ "errors": ["x"] }`, thrive.Final, `{"errors":["x"]}`},
		"an error that is half an object": {400, "application/json", `{"message":"x`, thrive.Final, "the answer is not JSON"},
		"a message of several lines":      {400, "application/json", `{"message":" a\r\n\tb\u2028c\u0000\u202e\ufeff "}`, thrive.Final, "a b c\uFFFD\uFFFD\uFFFD"},
		"a long message is truncated":     {400, "application/json", `{"message":"` + strings.Repeat("é", 1000) + `"}`, thrive.Final, strings.Repeat("é", 299) + "…"},
		"a message that is not UTF-8":     {400, "application/json", "{\"message\":\"a\xffb\"}", thrive.Final, "a\uFFFDb"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := suspendError(t, thrive.Config{BaseURL: serve(t, answering(tt.status, tt.contentType, tt.body))})
			if e.Status != tt.status || e.Class != tt.class || e.Message != tt.message {
				t.Errorf("got %d, %v, %q\nwant %d, %v, %q", e.Status, e.Class, e.Message, tt.status, tt.class, tt.message)
			}
			if text := e.Error(); utf8.RuneCountInString(text) > 400 || strings.ContainsAny(text, "\r\n\x00") {
				t.Errorf("the text is too long or has a control character: %q", text)
			}
		})
	}
}

// raw serves the same bytes on every connection, and then closes it.
func raw(t *testing.T, reply string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.WriteString(conn, reply)
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func TestIncompleteAnswers(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	tests := map[string]struct {
		base   string
		status int
		class  thrive.Class
	}{
		"nothing listens":                        {closed.URL, 0, thrive.Transient},
		"the connection is closed":               {raw(t, ""), 0, thrive.Transient},
		"the answer is not HTTP":                 {raw(t, "SSH-2.0-x\r\n\r\n"), 0, thrive.Transient},
		"the headers do not end":                 {raw(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 100<<10)+"\r\n\r\n"), 0, thrive.Transient},
		"half a confirmation":                    {raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"active\":false}"), 200, thrive.Transient},
		"half a chunk":                           {raw(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"), 200, thrive.Transient},
		"half a 403 is forbidden":                {raw(t, "HTTP/1.1 403 Forbidden\r\nContent-Length: 99\r\n\r\n{"), 403, thrive.Forbidden},
		"half a 404 is final":                    {raw(t, "HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n{"), 404, thrive.Final},
		"an upgrade is final":                    {raw(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), 101, thrive.Final},
		"a redirect to a malformed URL is final": {raw(t, "HTTP/1.1 302 Found\r\nLocation: http://%zz\r\nContent-Length: 0\r\n\r\n"), 302, thrive.Final},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := suspendError(t, thrive.Config{BaseURL: tt.base})
			if e.Status != tt.status || e.Class != tt.class {
				t.Errorf("got %+v, want status %d, class %v", e, tt.status, tt.class)
			}
			if tt.class == thrive.Transient && (e.Err == nil || !strings.HasPrefix(e.Message, "no complete answer")) {
				t.Errorf("the cause is missing: %+v", e)
			}
		})
	}
}

func TestAnEndlessBodyIsReadUpToALimit(t *testing.T) {
	written := make(chan int, 1) // sent by the handler when the client closes the connection
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for total := 0; ; {
			n, err := io.WriteString(w, strings.Repeat(" ", 64<<10))
			if total += n; err != nil {
				written <- total
				return
			}
		}
	}))
	e := suspendError(t, thrive.Config{BaseURL: base})
	if e.Status != 200 || e.Class != thrive.Final {
		t.Errorf("got %+v", e)
	}
	// This is more than 1 MiB, because there are buffers in between.
	if got := <-written; got > 16<<20 {
		t.Errorf("the server could write %d bytes", got)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	elsewhere := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	redirect := serve(t, answering(307, "", "", "Location", elsewhere))
	if e := suspendError(t, thrive.Config{BaseURL: redirect}); e.Status != 307 || e.Class != thrive.Final {
		t.Errorf("got %+v", e)
	}
	// A redirect is no word about the credentials: it may lead to the page of a gateway.
	e := suspendError(t, thrive.Config{BaseURL: redirect, Credentials: oauth(redirect)})
	if e.Status != 307 || e.Class != thrive.Transient {
		t.Errorf("got %+v", e)
	}
	if followed {
		t.Error("the secret was sent to another host")
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	for version, accepted := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			s := httptest.NewUnstartedServer(answering(200, "", `{}`))
			s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
			s.Config.ErrorLog = discard
			s.StartTLS()
			t.Cleanup(s.Close)
			e := suspendError(t, thrive.Config{BaseURL: s.URL})
			// The client verifies the certificate only if it accepts the version.
			_, verified := errors.AsType[*tls.CertificateVerificationError](e)
			if verified != accepted || e.Class != thrive.Transient || e.Status != 0 {
				t.Errorf("got %v, want the version accepted: %v", e, accepted)
			}
		})
	}
}

func TestTimeoutIsTransient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := inMemory{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
		start := time.Now()
		e := suspendError(t, thrive.Config{BaseURL: "http://localhost", Transport: hangs})
		if e.Status != 0 || e.Class != thrive.Transient || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("got %+v", e)
		}
		if got := time.Since(start); got != 30*time.Second {
			t.Errorf("gave up after %v", got)
		}
		if want := "no complete answer within 30s"; e.Error() != want {
			t.Errorf("text %q, want %q", e.Error(), want)
		}
	})
}

func TestTimeoutCoversTheBody(t *testing.T) {
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice that the client closes the connection
		_, _ = io.WriteString(w, `{"active":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	e := suspendError(t, thrive.Config{BaseURL: base, Timeout: 50 * time.Millisecond})
	if e.Status != 200 || e.Class != thrive.Transient || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("got %+v", e)
	}
}

func TestACancelledCallReturnsTheErrorOfItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := inMemory{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
		for _, creds := range []thrive.Credentials{basic, oauth("http://localhost")} {
			c := newClient(t, thrive.Config{BaseURL: "http://localhost", Credentials: creds, Transport: hangs})
			for name, want := range map[string]error{"cancelled": context.Canceled, "deadline": context.DeadlineExceeded} {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				if want == context.Canceled {
					time.AfterFunc(time.Second, cancel)
				}
				_, err := c.SuspendUser(ctx, "E-1", time.Time{})
				cancel()
				if _, isError := errors.AsType[*thrive.Error](err); isError || !errors.Is(err, want) {
					t.Errorf("%T, %s: %v", creds, name, err)
				}
				if thrive.ClassOf(err) != thrive.Final {
					t.Errorf("%T, %s: class %v", creds, name, thrive.ClassOf(err))
				}
			}
		}
		<-time.After(time.Minute) // the token fetch goes on until its timeout
	})
}

const year = 366 * 24 * time.Hour

func TestRetryAfter(t *testing.T) {
	tests := map[string]struct {
		header func(now time.Time) string
		want   time.Duration
	}{
		"missing":                    {func(time.Time) string { return "" }, 0},
		"seconds":                    {func(time.Time) string { return "7" }, 7 * time.Second},
		"no seconds":                 {func(time.Time) string { return "0" }, 0},
		"seconds with space":         {func(time.Time) string { return " 7 " }, 7 * time.Second},
		"negative":                   {func(time.Time) string { return "-7" }, 0},
		"a word":                     {func(time.Time) string { return "soon" }, 0},
		"a fraction is rounded up":   {func(time.Time) string { return "1.5" }, 2 * time.Second},
		"a fraction of nothing":      {func(time.Time) string { return "3.000" }, 3 * time.Second},
		"a fraction without an end":  {func(time.Time) string { return "1." }, 0},
		"an exponent":                {func(time.Time) string { return "1e3" }, 0},
		"a sign":                     {func(time.Time) string { return "+5" }, 0},
		"more than a day":            {func(time.Time) string { return "86401" }, 86401 * time.Second},
		"more than a year":           {func(time.Time) string { return "99999999" }, year},
		"more than a Duration holds": {func(time.Time) string { return "9223372036854775807" }, year},
		"more than an integer holds": {func(time.Time) string { return strings.Repeat("9", 40) }, year},
		"more, with a fraction":      {func(time.Time) string { return "9223372036854775807.5" }, year},
		"a date":                     {func(n time.Time) string { return n.Add(90 * time.Second).Format(http.TimeFormat) }, 90 * time.Second},
		"a date in the past":         {func(n time.Time) string { return n.Add(-time.Hour).Format(http.TimeFormat) }, 0},
		"a date in the far future":   {func(n time.Time) string { return n.AddDate(100, 0, 0).Format(http.TimeFormat) }, year},
		"the last date there is":     {func(time.Time) string { return "Fri, 31 Dec 9999 23:59:59 GMT" }, year},
		"a date in RFC 850 form":     {func(n time.Time) string { return n.Add(time.Minute).Format(time.RFC850) }, time.Minute},
		"a date in ANSI C form":      {func(n time.Time) string { return n.Add(time.Minute).Format(time.ANSIC) }, time.Minute},
		"a date in another zone":     {func(time.Time) string { return "Sat, 01 Jan 2000 00:00:09 CET" }, 0},
		"a list is not a number":     {func(time.Time) string { return "5, 6" }, 0},
		"digits of another script":   {func(time.Time) string { return "٧" }, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now().UTC() // a whole second in a bubble
				for _, status := range []int{429, 503, 404, 200} {
					h := answering(status, "", "", "Retry-After", tt.header(now))
					e := suspendError(t, thrive.Config{BaseURL: "http://localhost", Transport: inMemory{h}})
					if e.RetryAfter != tt.want {
						t.Errorf("%d: %v, want %v", status, e.RetryAfter, tt.want)
					}
				}
			})
		})
	}
}

func TestADateIsComparedWithTheClockOfTheServer(t *testing.T) {
	tests := map[string]struct {
		date func(now time.Time) string // the server's clock
		want time.Duration              // for a date 90 s from now by our clock
	}{
		"the same time":       {func(n time.Time) string { return n.Format(http.TimeFormat) }, 90 * time.Second},
		"it is an hour ahead": {func(n time.Time) string { return n.Add(time.Hour).Format(http.TimeFormat) }, 0},
		"it is a minute slow": {func(n time.Time) string { return n.Add(-time.Minute).Format(http.TimeFormat) }, 150 * time.Second},
		"none":                {func(time.Time) string { return "" }, 90 * time.Second},
		"one that is no date": {func(time.Time) string { return "yesterday" }, 90 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now().UTC()
				at := now.Add(90 * time.Second)
				h := answering(429, "", "", "Retry-After", at.Format(http.TimeFormat), "Date", tt.date(now),
					"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", strconv.FormatInt(at.Unix(), 10))
				e := suspendError(t, thrive.Config{BaseURL: "http://localhost", Transport: inMemory{h}})
				if e.RetryAfter != tt.want || e.RateLimit.Reset != tt.want {
					t.Errorf("got %s, and a reset in %s; want %s", e.RetryAfter, e.RateLimit.Reset, tt.want)
				}
			})
		})
	}
}

func TestRequestID(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    string
	}{
		"none":                            {nil, ""},
		"one":                             {[]string{"Request-Id", "a"}, "a"},
		"the first in order":              {[]string{"Request-Id", "e", "X-Correlation-Id", "d", "X-Amz-Apigw-Id", "c", "x-amzn-RequestId", "b"}, "b"},
		"X-Request-Id comes first":        {[]string{"X-Request-Id", "a", "x-amzn-RequestId", "b"}, "a"},
		"is truncated":                    {[]string{"X-Request-Id", strings.Repeat("x", 500)}, strings.Repeat("x", 127) + "…"},
		"control characters are replaced": {[]string{"X-Request-Id", "a\u202eb\tc"}, "a\uFFFDb c"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := suspendError(t, thrive.Config{BaseURL: serve(t, answering(404, "", "", tt.headers...))})
			if e.RequestID != tt.want {
				t.Errorf("got %q, want %q", e.RequestID, tt.want)
			}
		})
	}
}

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// A server that sends an answer once more, on a connection that waits for nothing.
func TestAnswersThatNobodyAskedForAreNotLogged(t *testing.T) {
	b := setUp(t, 3, thrivetest.Options{})
	twice := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ref := path.Base(path.Dir(r.URL.Path))
		body := fmt.Sprintf(`{"ref":%q,"active":false,"email":"ada@example.com"}`, ref)
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, answer)
		time.Sleep(50 * time.Millisecond) // the program waits for its pace meanwhile
		fmt.Fprint(conn, answer)
		time.Sleep(50 * time.Millisecond) // closing at once would hide the second answer
	}))
	t.Cleanup(twice.Close)
	b.url = twice.URL
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "4", "--concurrency", "1")
	p.run(t, 0)
	if output := p.output.String(); strings.Contains(output, "ada@example.com") || strings.Contains(output, "nsolicited") {
		t.Errorf("the output has an answer of the server:\n%s", output)
	}
}

package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offboard/internal/input"
	"offboard/internal/pace"
	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// instant is a transport that answers every request immediately, so that the network
// is not measured.
type instant struct{}

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	ref := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/rest/v2/users/ref/"), "/suspend")
	user := `{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","ref":"` + ref + `","email":null,"role":"learner","active":false,"additionalFields":{}}`
	return &http.Response{StatusCode: 200, Header: http.Header{"X-Request-Id": {"7d444840-9dc0-11d1-b245-5ffdce74fad2"}},
		ContentLength: int64(len(user)), Body: io.NopCloser(strings.NewReader(user))}, nil
}

// BenchmarkLeaver measures one leaver in this program, from the row of the input to
// the line of the report. BenchmarkRequest measures the part of it that net/http and
// the transport take.
func BenchmarkLeaver(b *testing.B) {
	folder := b.TempDir()
	var text bytes.Buffer
	text.WriteString("ref,endDate\n")
	for i := range b.N {
		fmt.Fprintf(&text, "E%07d,2024-06-30\n", i)
	}
	leavers := filepath.Join(folder, "leavers.csv")
	if err := os.WriteFile(leavers, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	r, err := Prepare(b.Context(), Settings{
		Target:  testTarget,
		Reading: Reading{Paths: []string{leavers}, Options: input.Options{Zone: time.UTC}},
		Report:  filepath.Join(folder, "report.csv"), Now: time.Now(),
	})
	if err != nil {
		b.Fatal(err)
	}
	pace := pace.New(0)
	client, err := thrive.NewClient(thrive.Config{BaseURL: "https://api.example", Transport: instant{},
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}, AwaitTurn: pace.Wait})
	if err != nil {
		b.Fatal(err)
	}
	r.connection = &connection{client, pace}
	writer, err := r.report.Start()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	err = r.suspend(b.Context(), b.Context(), NewProgress(writer, b.N, time.Now()), Conduct{
		Concurrency: 8, MaxAttempts: 5, Show: func(*Progress) func() { return func() {} },
		Now: time.Now, Jitter: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler),
	})
	b.StopTimer()
	if err := errors.Join(err, writer.Close(), r.Close()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkRequest(b *testing.B) {
	client := &http.Client{Transport: instant{}} // called through an interface, as in the program
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPatch, "https://api.example/rest/v2/users/ref/E0000001/suspend", strings.NewReader(`{}`))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := client.Transport.RoundTrip(req); err != nil {
			b.Fatal(err)
		}
	}
}

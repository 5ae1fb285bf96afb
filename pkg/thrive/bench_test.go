package thrive_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

// instant is a transport that answers at once, so that a benchmark measures the
// client without net/http.
type instant struct{ header http.Header }

const lifecycleUser = `{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","loginMethod":"email","ref":"E-0000001","email":null,"firstName":"Sandbox","lastName":"User",` +
	`"role":"learner","jobTitle":"","managerRef":null,"startDate":null,"endDate":"2024-06-30T00:00:00.000Z","timeZone":"UTC","languageCode":"en","active":false,` +
	`"createdAt":"2024-01-01T00:00:00.000Z","updatedAt":"2024-07-01T00:00:00.000Z","sso":false,"domain":null,"additionalFields":{}}`

func (m instant) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: m.header, ContentLength: int64(len(lifecycleUser)), Body: io.NopCloser(strings.NewReader(lifecycleUser))}, nil
}

func BenchmarkSuspendUser(b *testing.B) {
	c, err := thrive.NewClient(thrive.Config{
		BaseURL:     "https://api.example",
		Credentials: thrive.Basic{Tenant: "eu-west-2_AbcdEfghI", Secret: "secret"},
		Transport: instant{http.Header{
			"Content-Type": {"application/json"},
			"X-Request-Id": {"7d444840-9dc0-11d1-b245-5ffdce74fad2"},
		}},
	})
	if err != nil {
		b.Fatal(err)
	}
	endDate := time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		if u, err := c.SuspendUser(b.Context(), "E-0000001", endDate); err != nil || !u.Suspended() {
			b.Fatal(u, err)
		}
	}
}

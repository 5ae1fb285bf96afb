package thrivetest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// A tenant with one user, for any client that speaks HTTP.
func ExampleServer() {
	tenant := thrivetest.New(thrivetest.Options{
		Users: []thrivetest.User{{Ref: "E-1001", FirstName: "Ada", LastName: "Example"}},
	})
	server := httptest.NewServer(tenant)
	defer server.Close()

	for _, ref := range []string{"E-1001", "E-1002"} {
		url := server.URL + "/rest/v2/users/ref/" + ref + "/suspend"
		request, err := http.NewRequest(http.MethodPatch, url, strings.NewReader(`{"endDate": "2024-06-30T00:00:00.000Z"}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header.Set("Content-Type", "application/json")
		request.SetBasicAuth(thrivetest.DefaultTenant, thrivetest.DefaultSecret)
		answer, err := server.Client().Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		fmt.Println(ref, answer.Status)
	}
	fmt.Println("suspended:", tenant.Suspended())
	// Output:
	// E-1001 200 OK
	// E-1002 404 Not Found
	// suspended: map[E-1001:1]
}

// newClient returns a client of a server with the default credentials.
func newClient(server *httptest.Server) (*thrive.Client, error) {
	return thrive.NewClient(thrive.Config{
		BaseURL:     server.URL,
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret},
	})
}

// The answer to E-1001 is lost after the call has taken effect, and each other ref
// fails once with 503. The server knows what the client cannot know.
func ExampleServer_SetFaults() {
	tenant := thrivetest.New(thrivetest.Options{AnyRef: true})
	tenant.SetFaults(thrivetest.Faults{
		Refs:          map[string]thrivetest.Fault{"E-1001": thrivetest.CutAfter},
		FirstAttempts: 1,
		FirstFault:    http.StatusServiceUnavailable,
	})
	server := httptest.NewServer(tenant)
	defer server.Close()
	client, err := newClient(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	for _, ref := range []string{"E-1001", "E-1002", "E-1002"} {
		answer, err := client.SuspendUser(context.Background(), ref, time.Time{})
		fmt.Printf("%s: for the client suspended: %t\n", ref, err == nil && answer.Suspended())
	}
	for _, ref := range []string{"E-1001", "E-1002"} {
		fmt.Printf("%s: suspended by the server: %d\n", ref, len(tenant.Suspensions(ref)))
	}
	// Output:
	// E-1001: for the client suspended: false
	// E-1002: for the client suspended: false
	// E-1002: for the client suspended: true
	// E-1001: suspended by the server: 1
	// E-1002: suspended by the server: 1
}

// A user whom somebody makes active again, as an HR system can that feeds the tenant.
func ExampleServer_Reactivate() {
	tenant := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{{Ref: "E-1001", Status: "inactive"}}})
	server := httptest.NewServer(tenant)
	defer server.Close()
	client, err := newClient(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	status := func() {
		user, err := client.UserByRef(context.Background(), "E-1001")
		fmt.Println(user.Status.Or("not known"), err)
	}
	status()
	tenant.Reactivate("E-1001")
	status()
	fmt.Println("reads:", tenant.Stats().Reads)
	// Output:
	// inactive <nil>
	// active <nil>
	// reads: 2
}

// Command import suspends a leaver with the packages of offboard, from a module of its own,
// and tries another whom the tenant does not have. It calls the simulator in its own
// process, so that it can be run anywhere and changes nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

func main() {
	// The tenant has one user. Against the real API there is no server, and BaseURL
	// is thrive.Production.APIURL.
	tenant := thrivetest.New(thrivetest.Options{
		Users: []thrivetest.User{{Ref: "E-1001", FirstName: "Ada", LastName: "Example"}},
	})
	server := httptest.NewServer(tenant)
	defer server.Close()

	client, err := thrive.NewClient(thrive.Config{
		BaseURL: server.URL,
		Credentials: thrive.Basic{
			Tenant: thrivetest.DefaultTenant,
			Secret: thrivetest.DefaultSecret,
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer client.Close()

	endDate := time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC)
	for _, ref := range []string{"E-1001", "E-1002"} {
		suspend(os.Stdout, client, ref, endDate)
	}
	fmt.Println("the tenant has suspended:", tenant.Suspended())
}

// suspend suspends a leaver and says what is known afterwards.
func suspend(w io.Writer, client *thrive.Client, ref string, endDate time.Time) {
	answer, err := client.SuspendUser(context.Background(), ref, endDate)
	var refusal *thrive.Error
	switch {
	case err == nil && answer.Suspended():
		fmt.Fprintf(w, "%s is suspended: end date %s\n", ref, answer.User().EndDate)
	case err == nil:
		// A 2xx status alone proves nothing: see Suspension.Suspended.
		fmt.Fprintf(w, "%s: the answer does not say that the account is inactive\n", ref)
	case errors.As(err, &refusal) && refusal.Status/100 == 4 && refusal.Class != thrive.Transient:
		fmt.Fprintf(w, "%s is not suspended (%s): %v\n", ref, refusal.Class, err)
	default:
		fmt.Fprintf(w, "%s may be suspended or not: %v\n", ref, err)
	}
}

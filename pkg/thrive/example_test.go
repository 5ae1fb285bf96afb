package thrive_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// A client that authenticates with the API secret of a tenant. Against the real
// API the base URL is that of an environment: thrive.Production.APIURL.
func ExampleBasic() {
	server := httptest.NewServer(thrivetest.New(thrivetest.Options{AnyRef: true}))
	defer server.Close()

	client, err := thrive.NewClient(thrive.Config{
		BaseURL: server.URL,
		Credentials: thrive.Basic{
			Tenant: thrivetest.DefaultTenant,
			Secret: thrivetest.DefaultSecret, // prints as [redacted]
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	user, err := client.UserByRef(context.Background(), "E-1001")
	fmt.Println(user.Ref.Or(""), user.Status.Or("not known"), err)
	// Output: E-1001 active <nil>
}

// A client that authenticates with OAuth client credentials. It fetches a token
// with its first call, shares it among all calls, and renews it before it ends.
func ExampleClientCredentials() {
	tenant := thrivetest.New(thrivetest.Options{AnyRef: true})
	server := httptest.NewServer(tenant)
	defer server.Close()

	// Against the real API this is thrive.Production, or what
	// thrive.LookupEnvironment returns.
	environment := thrive.Environment{APIURL: server.URL}
	client, err := thrive.NewClient(thrive.Config{
		BaseURL: environment.APIURL,
		Credentials: thrive.ClientCredentials{
			ClientID:     thrivetest.DefaultClientID,
			ClientSecret: thrivetest.DefaultClientSecret,
			TokenURL:     environment.TokenURL(thrivetest.DefaultTenant),
			Scopes:       []string{thrive.ScopeRead, thrive.ScopeWrite},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	for _, ref := range []string{"E-1001", "E-1002"} {
		user, err := client.UserByRef(context.Background(), ref)
		fmt.Println(user.Ref.Or(""), user.Status.Or("not known"), err)
	}
	fmt.Println("tokens:", tenant.Stats().Tokens)
	// Output:
	// E-1001 active <nil>
	// E-1002 active <nil>
	// tokens: 1
}

// An account is suspended only if the answer says so: the second answer here is
// a 200, too, but its account is still active.
func ExampleClient_SuspendUser() {
	tenant := thrivetest.New(thrivetest.Options{AnyRef: true})
	tenant.SetFaults(thrivetest.Faults{
		Refs: map[string]thrivetest.Fault{"E-1002": thrivetest.StillActive},
	})
	server := httptest.NewServer(tenant)
	defer server.Close()

	client, err := thrive.NewClient(thrive.Config{
		BaseURL:     server.URL,
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	endDate := time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC) // time.Time{} sends none
	for _, ref := range []string{"E-1001", "E-1002"} {
		answer, err := client.SuspendUser(context.Background(), ref, endDate)
		if err != nil {
			fmt.Println(ref, err)
			continue
		}
		fmt.Printf("%s: status %d, suspended %t\n", answer.User().Ref, answer.Response.Status, answer.Suspended())
	}
	// Output:
	// E-1001: status 200, suspended true
	// E-1002: status 200, suspended false
}

// ClassOf tells what to do about an error. The *Error in it has the details:
// the status, what the API says, and how long it asks to wait.
func ExampleClassOf() {
	tenant := thrivetest.New(thrivetest.Options{AnyRef: true})
	tenant.SetFaults(thrivetest.Faults{
		Refs: map[string]thrivetest.Fault{
			"E-1001": http.StatusNotFound,
			"E-1002": http.StatusTooManyRequests,
			"E-1003": http.StatusForbidden,
			"E-1004": thrivetest.CutBefore, // the connection is closed without an answer
		},
		RetryAfter:      thrivetest.RetryAfterSeconds,
		RetryAfterDelay: 3 * time.Second,
	})
	server := httptest.NewServer(tenant)
	defer server.Close()

	client, err := thrive.NewClient(thrive.Config{
		BaseURL:     server.URL,
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	for _, ref := range []string{"E-1001", "E-1002", "E-1003", "E-1004"} {
		_, err := client.SuspendUser(context.Background(), ref, time.Time{})
		switch thrive.ClassOf(err) {
		case thrive.Final:
			fmt.Print(ref, ": do not call again")
		case thrive.Transient:
			fmt.Print(ref, ": call again later")
		case thrive.Throttled:
			fmt.Print(ref, ": call less often")
		case thrive.Refused:
			fmt.Print(ref, ": check the credentials")
		case thrive.Forbidden:
			fmt.Print(ref, ": not permitted")
		}
		var apiError *thrive.Error
		if errors.As(err, &apiError) {
			fmt.Printf(" (status %d, wait %s)\n", apiError.Status, apiError.RetryAfter)
		}
	}
	// Output:
	// E-1001: do not call again (status 404, wait 0s)
	// E-1002: call less often (status 429, wait 3s)
	// E-1003: not permitted (status 403, wait 0s)
	// E-1004: call again later (status 0, wait 0s)
}

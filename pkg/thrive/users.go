package thrive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ErrInvalidRef is matched by the error for a ref that cannot stand in a path:
// "", "." and "..". Nothing has been sent.
var ErrInvalidRef = errors.New("the ref cannot be used")

// Response says how a successful answer arrived.
type Response struct {
	Status int
	// RequestID is the server's name for the call, at most 128 characters, or
	// "". Which header carries it is not documented: the usual ones are tried.
	RequestID string
}

// LifecycleUser is the user lifecycle resource (vendor's documentation of
// suspending a user). A field that is null, missing or of an unexpected type is
// empty; dates are as the server wrote them.
type LifecycleUser struct {
	ID               string            `json:"id"`
	LoginMethod      string            `json:"loginMethod"`
	Ref              string            `json:"ref"`
	Email            string            `json:"email"`
	FirstName        string            `json:"firstName"`
	LastName         string            `json:"lastName"`
	Role             string            `json:"role"`
	JobTitle         string            `json:"jobTitle"`
	ManagerRef       string            `json:"managerRef"`
	StartDate        string            `json:"startDate"`
	EndDate          string            `json:"endDate"`
	TimeZone         string            `json:"timeZone"`
	LanguageCode     string            `json:"languageCode"`
	CreatedAt        string            `json:"createdAt"`
	UpdatedAt        string            `json:"updatedAt"`
	SSO              json.RawMessage   `json:"sso"` // its type is not documented
	Domain           string            `json:"domain"`
	AdditionalFields map[string]string `json:"additionalFields"`
}

// Suspension is the API's answer to a call of SuspendUser.
type Suspension struct {
	// Active is the account's state as the answer gives it: true is active,
	// false is inactive. It is nil if the answer does not contain exactly one
	// boolean "active": then the state is not known.
	Active *bool
	// Response is the status and the request ID of the answer.
	Response Response

	object []byte // the JSON object of the answer
}

// Suspended reports whether the answer says that the account is inactive. If it
// is false, Active tells whether the account is still active or its state is
// not known. A 2xx status alone does not mean that the account is suspended.
func (s Suspension) Suspended() bool { return s.Active != nil && !*s.Active }

// User returns the whole answer. It is read only now: a long list of leavers
// needs no more than Active.
func (s Suspension) User() LifecycleUser {
	var u LifecycleUser
	_ = json.Unmarshal(s.object, &u) // SuspendUser has read it; what is of an odd type stays empty
	return u
}

// User is a user as reading returns it (vendor's documentation of reading
// users). A field that is null, missing or of an unexpected type is empty.
type User struct {
	ID        string `json:"id"`
	Ref       string `json:"ref"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`
	// Role is "administrator", "learneradmin" or "learner".
	Role string `json:"role"`
	// Status is "active" in the documentation; public client code knows also
	// "inactive", "expired" and "new".
	Status           string            `json:"status"`
	Positions        []Position        `json:"positions"`
	AdditionalFields map[string]string `json:"additionalFields"`
	LanguageCode     string            `json:"languageCode"`
	Deleted          bool              `json:"deleted"`
	LastLogin        string            `json:"lastLogin"`
	SingleSignOn     json.RawMessage   `json:"singleSignOn"` // its type is not documented

	Response Response `json:"-"`
}

// Position is one position that a user holds or held.
type Position struct {
	IsActive  bool    `json:"isActive"`
	StartDate string  `json:"startDate"`
	EndDate   string  `json:"endDate"`
	Manager   Manager `json:"manager"`
}

// Manager is whom a position reports to; its fields are empty where nobody is.
type Manager struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Ref  string `json:"ref"`
}

// SuspendUser blocks the access of a user and keeps profile and history. The API
// has no way back. The account is suspended when, and only when, the error is
// nil and Active of what it returns points to false.
//
// The end date is sent in UTC, cut to milliseconds; the zero time sends none,
// which leaves the end date of the account alone. What a second suspension of
// the same user does is not documented; it is taken to succeed.
//
// The error is an *Error, or matches ErrInvalidRef, or is ctx's own, or that of
// Config.AwaitTurn. SuspendUser is safe for concurrent use.
func (c *Client) SuspendUser(ctx context.Context, ref string, endDate time.Time) (Suspension, error) {
	body := "{}" // never null: in the update call of this API null clears a field
	if !endDate.IsZero() {
		body = endDate.UTC().Format(`{"endDate":"2006-01-02T15:04:05.000Z"}`)
	}
	var said struct {
		Active activity `json:"active"`
	}
	a, err := c.onRef(ctx, http.MethodPatch, "/rest/v2/users/ref/", ref, "/suspend", body, &said)
	if err != nil {
		return Suspension{}, err
	}
	return Suspension{Active: said.Active.says(), Response: a.response(), object: a.body}, nil
}

// activity is what an answer says of an account. The JSON package would take
// "no" for false in a *bool, and of two contradicting keys the last one.
type activity struct {
	keys      int // that could be meant
	yes, bool bool
}

// UnmarshalJSON is called for each key that could be meant.
func (a *activity) UnmarshalJSON(value []byte) error {
	a.keys++
	a.yes = string(value) == "true"
	a.bool = a.yes || string(value) == "false"
	return nil
}

// says is nil unless the answer says so once, in a boolean.
func (a activity) says() *bool {
	if a.keys != 1 || !a.bool {
		return nil
	}
	return &a.yes
}

// UserByRef reads one user. A user who does not exist is an *Error with status
// 404; otherwise errors are those of SuspendUser. It is safe for concurrent use.
func (c *Client) UserByRef(ctx context.Context, ref string) (User, error) {
	var u User
	a, err := c.onRef(ctx, http.MethodGet, "/rest/v1/users/ref/", ref, "", "", &u)
	if err != nil {
		return User{}, err
	}
	u.Response = a.response()
	return u, nil
}

func (c *Client) onRef(ctx context.Context, method, before, ref, after, body string, into any) (*answer, error) {
	// A dot segment would be resolved on the way and name something else.
	if ref == "" || ref == "." || ref == ".." {
		return nil, fmt.Errorf("%w: %q", ErrInvalidRef, ref)
	}
	a, err := c.call(ctx, request{method: method, path: before + segment(ref) + after, body: body})
	if err != nil {
		return nil, err
	}
	return a, a.decode(into)
}

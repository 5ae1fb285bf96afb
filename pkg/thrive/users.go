package thrive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrInvalidRef is matched by the error for a ref that a URL path cannot contain:
// "", "." and "..". No request has been sent.
var ErrInvalidRef = errors.New("the ref cannot be used")

// Response has the HTTP details of a successful answer.
type Response struct {
	// Status is the HTTP status, 200 to 299.
	Status int
	// RequestID is the server's ID of the request, in one line of at most 128
	// characters; "" if there is none. The vendor does not document a header for
	// it, so the client looks at the usual ones.
	RequestID string
	// RateLimit is what the answer says about further requests.
	RateLimit RateLimit
}

// LifecycleUser is the user lifecycle resource (vendor's documentation of
// suspending a user). A field that is null, missing or of an unexpected type is
// empty. Dates are unchanged texts of the server.
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
	// Ref is the ref of the user whom the answer is about. It is "" if the
	// answer does not contain exactly one string "ref": then it is not known
	// whom the answer is about.
	Ref string
	// Response is the status and the request ID of the answer.
	Response Response

	asked  string // the ref of the call
	object []byte // the JSON object of the answer
}

// Suspended reports whether the answer says that the account of the user whom the
// call was about is inactive: Ref is the ref of the call, byte for byte, and
// Active is false. A 2xx status alone does not mean that the account is
// suspended, and neither does an answer about another user or about nobody.
func (s Suspension) Suspended() bool {
	return s.Ref != "" && s.Ref == s.asked && s.Active != nil && !*s.Active
}

// User returns the user in the answer. Each call decodes the answer again, so
// that a caller who needs only Suspended does not pay for it.
func (s Suspension) User() LifecycleUser {
	var u LifecycleUser
	_ = json.Unmarshal(s.object, &u) // it is valid JSON; a field of an unexpected type stays empty
	return u
}

// SuspendUser blocks the access of the user with this ref; profile and history
// are kept (vendor's documentation of suspending a user). The API has no call that
// undoes it: that is done by hand in the product. The account is suspended only if the
// error is nil and Suspended returns true.
//
// The end date is sent in UTC, truncated to milliseconds. For the zero time no
// end date is sent, and that of the account does not change. The vendor does not
// document what happens to a user who is suspended already.
//
// A refusal (404, another 4xx that is not worth a retry, 3xx) does not say whom it
// is about. Over HTTP/1.1 it is confirmed by a second request on a new connection,
// and the answer to that one counts. If an answer about another user arrived at
// the same time, the refusal is not believed: its class is Transient. So is that of any
// answer that a cache has kept for more than a minute (Age).
//
// The error is an *Error, or matches ErrInvalidRef, or is that of ctx or of
// Config.AwaitTurn. SuspendUser is safe for concurrent use.
func (c *Client) SuspendUser(ctx context.Context, ref string, endDate time.Time) (Suspension, error) {
	body := "{}" // not "endDate": null, because null clears a field in the API's update call
	if !endDate.IsZero() {
		body = endDate.UTC().Format(`{"endDate":"2006-01-02T15:04:05.000Z"}`)
	}
	object := suspensionObject{Ref: refField{asked: ref}}
	a, err := c.callUser(ctx, request{method: http.MethodPatch, ref: ref, body: body, into: &object}, "/rest/v2/users/ref/", "/suspend")
	if err != nil {
		return Suspension{}, err
	}
	return Suspension{Active: object.Active.value(), Ref: object.about(), Response: a.response(), asked: ref, object: a.body}, nil
}

// suspensionObject is what Suspended needs of an answer.
type suspensionObject struct {
	Active activeField `json:"active"`
	Ref    refField    `json:"ref"`
}

func (o *suspensionObject) about() string { return o.Ref.value() }

// activeField reads "active". It is not a *bool, because encoding/json sets that
// to false for a value such as "no", and takes the last of several values.
type activeField struct {
	count  int // values seen: encoding/json matches keys regardless of case
	isBool bool
	active bool
}

// UnmarshalJSON is called for each value of the key.
func (f *activeField) UnmarshalJSON(value []byte) error {
	f.count++
	f.active = string(value) == "true"
	f.isBool = f.active || string(value) == "false"
	return nil
}

// value returns nil unless there is exactly one value, a boolean.
func (f activeField) value() *bool {
	if f.count != 1 || !f.isBool {
		return nil
	}
	return &f.active
}

// refField reads "ref", as strictly as activeField reads "active".
//
// A ref is compared byte by byte, because the vendor documents it as
// case-sensitive. A server that answers with another Unicode normalization of the
// ref, or without the spaces around it, names another ref here: the leaver stays
// unconfirmed. That harms nobody, whereas a lenient comparison could take one user
// for another.
type refField struct {
	asked string
	count int // values seen: encoding/json matches keys regardless of case
	ref   string
}

// UnmarshalJSON is called for each value of the key.
func (f *refField) UnmarshalJSON(value []byte) error {
	f.count++
	f.ref = ""
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	if string(value[1:len(value)-1]) == f.asked { // the usual case, without an allocation
		f.ref = f.asked
		return nil
	}
	var text string
	// encoding/json puts U+FFFD in the place of what is not a character, so a text
	// with one could equal a ref that the server did not send.
	if json.Unmarshal(value, &text) == nil && !strings.ContainsRune(text, utf8.RuneError) {
		f.ref = text
	}
	return nil
}

// value returns "" unless there is exactly one value, a string.
func (f refField) value() string {
	if f.count != 1 {
		return ""
	}
	return f.ref
}

// callUser makes a call whose path is before, the ref and after. A success is
// decoded.
func (c *Client) callUser(ctx context.Context, req request, before, after string) (*answer, error) {
	// A proxy or server would resolve a dot segment, and so call another path.
	if req.ref == "" || req.ref == "." || req.ref == ".." {
		return nil, fmt.Errorf("%w: %q", ErrInvalidRef, req.ref)
	}
	req.path = before + segment(req.ref) + after
	return c.callConfirmed(ctx, req)
}

// callConfirmed makes a call, and confirms a refusal. A success is decoded.
func (c *Client) callConfirmed(ctx context.Context, req request) (*answer, error) {
	mixUps := c.flights.mixUps.Load()
	a, err := c.call(ctx, req)
	if err == nil && a.refuses() && !a.stored() {
		a, err = c.confirm(ctx, req, a, mixUps)
	}
	if err != nil {
		return nil, err
	}
	return a, a.err
}

package thrive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// MaxPerPage is the largest page of the list of users (vendor's documentation of reading
// users).
const MaxPerPage = 1000

// maxPage bounds the answer with a page of the list. A user takes about 1,000 bytes, so
// that a page of 1,000 users is as large as the bound of other answers. This leaves
// 16 KiB for each of them, for tenants with many additional fields, and it is what a
// caller with little memory can still bear.
const maxPage = 16 << 20

// ErrInvalidPage is matched by the error for a page that cannot exist: pages are counted
// from 1, and have 1 to MaxPerPage users. No request has been sent.
var ErrInvalidPage = errors.New("there can be no such page")

// User is a user as UserByRef or Users returns it (vendor's documentation of reading
// users, unless a field says otherwise). Texts and dates are those of the server,
// unchanged; they may have characters that control a terminal.
//
// The answer about a single user is the smaller one: by the types of a public client it
// has no Deleted, LastLogin or SingleSignOn, which are not known then.
type User struct {
	ID        Fact[string] `json:"id"`
	Ref       Fact[string] `json:"ref"`
	FirstName Fact[string] `json:"firstName"`
	LastName  Fact[string] `json:"lastName"`
	Email     Fact[string] `json:"email"`
	// Role is "administrator", "learneradmin" or "learner".
	Role Fact[string] `json:"role"`
	// Status is "active" in the vendor's documentation. Public client code also
	// has "inactive", "expired" and "new".
	Status    Fact[string]     `json:"status"`
	Positions Fact[[]Position] `json:"positions"`
	// AdditionalFields has those fields that are texts.
	AdditionalFields Fact[TextFields] `json:"additionalFields"`
	LanguageCode     Fact[string]     `json:"languageCode"`
	Deleted          Fact[bool]       `json:"deleted"`
	// LastLogin is a date. The vendor does not document whether null means that the
	// user has never signed in.
	LastLogin Fact[string] `json:"lastLogin"`
	// SingleSignOn has no documented type. One that is not boolean is not known.
	SingleSignOn Fact[bool] `json:"singleSignOn"`

	// Response is that of UserByRef. It is empty for a user of a page.
	Response Response `json:"-"`
}

// Position is one position that a user holds or held. All its fields are not known if
// the answer has something else than an object in its place.
type Position struct {
	IsActive  Fact[bool]   `json:"isActive"`
	StartDate Fact[string] `json:"startDate"`
	EndDate   Fact[string] `json:"endDate"`
	// Manager may be null.
	Manager Fact[Manager] `json:"manager"`
}

// Manager is the manager of a position. In the vendor's example, and in a schema that
// was inferred from real answers, it has an ID only: find the user by that.
type Manager struct {
	ID   Fact[string] `json:"id"`
	Name Fact[string] `json:"name"`
	Ref  Fact[string] `json:"ref"`
}

// Pagination is where a page stands in the list. It is not certain whether an answer has
// it as an object or as fields of its own (public clients differ), so that both are
// read. If an answer has both, and they differ, the field is not known.
type Pagination struct {
	TotalResults Fact[int] `json:"totalResults"`
	TotalPages   Fact[int] `json:"totalPages"`
	Page         Fact[int] `json:"page"`
	PerPage      Fact[int] `json:"perPage"`
}

// UserPage is a page of the list of users.
type UserPage struct {
	// Users has an element for each one of the answer. If something else than an object
	// stands there, nothing of that user is known.
	Users      []User
	Pagination Pagination
	Response   Response
}

// UserByRef reads the user with this ref. If there is no such user, the error is
// an *Error with status 404 and class Final. An answer about another user is an
// *Error with a 2xx status and class Transient. Other errors, and what is said of
// refusals, are those of SuspendUser. UserByRef is safe for concurrent use.
//
// The call is one of v1. A route that the vendor has retired may answer 404 or 403 for
// everybody: "no such user" is proven only by a service that knows somebody.
func (c *Client) UserByRef(ctx context.Context, ref string) (User, error) {
	var u User
	a, err := c.callUser(ctx, request{method: http.MethodGet, ref: ref, into: &u}, "/rest/v1/users/ref/", "")
	if err != nil {
		return User{}, err
	}
	if about := u.about(); about != "" && about != ref {
		return User{}, a.disbelieved("the answer is about another user")
	}
	u.Response = a.response()
	return u, nil
}

func (u *User) about() string { return u.Ref.Or("") }

// Users reads a page of the list of all users (vendor's documentation of reading users).
// Pages are counted from 1, and have 1 to MaxPerPage users. A page beyond the last one
// is not documented. The order of the list is not, either: a user who is added or
// removed between two calls may move others to another page.
//
// An answer may have up to 16 MiB. One without a list of users is an *Error with a 2xx
// status and class Final, and one about another page, or about a user, is Transient.
// Other errors, and what is said of refusals and of retired routes, are those of
// UserByRef, or match ErrInvalidPage. Users is safe for concurrent use.
func (c *Client) Users(ctx context.Context, page, perPage int) (UserPage, error) {
	if page < 1 || perPage < 1 || perPage > MaxPerPage {
		return UserPage{}, fmt.Errorf("%w: page %d with %d users", ErrInvalidPage, page, perPage)
	}
	object := pageObject{asked: page}
	query := url.Values{"page": {strconv.Itoa(page)}, "perPage": {strconv.Itoa(perPage)}}
	a, err := c.callConfirmed(ctx, request{
		method: http.MethodGet, path: "/rest/v1/users?" + query.Encode(), into: &object, limit: maxPage,
	})
	if err != nil {
		return UserPage{}, err
	}
	users, ok := object.Results.Get()
	switch {
	case !ok && object.about() != "":
		return UserPage{}, a.disbelieved("the answer is about a user, and the list of users was asked for")
	case !ok:
		e := a.toError()
		e.Message = "the answer has no list of users"
		return UserPage{}, e
	case object.about() != "":
		return UserPage{}, a.disbelieved("the answer is about another page of the list")
	}
	return UserPage{Users: users, Pagination: object.pagination(), Response: a.response()}, nil
}

// pageObject is the object of an answer with a page. The embedded fields are those of a
// pagination that is not an object of its own.
type pageObject struct {
	Results Fact[[]User]     `json:"results"`
	Nested  Fact[Pagination] `json:"pagination"`
	Pagination
	Ref Fact[string] `json:"ref"` // only an answer about one user has it

	asked int
}

// about returns a text that is not empty if the answer is not about the page that was
// asked for. For a user it is the ref.
func (o *pageObject) about() string {
	if _, ok := o.Results.Get(); !ok {
		return o.Ref.Or("")
	}
	if page := o.pagination().Page.Or(o.asked); page != o.asked {
		return "page " + strconv.Itoa(page)
	}
	return ""
}

func (o *pageObject) pagination() Pagination {
	nested := o.Nested.Or(Pagination{})
	return Pagination{
		TotalResults: agreed(nested.TotalResults, o.TotalResults),
		TotalPages:   agreed(nested.TotalPages, o.TotalPages),
		Page:         agreed(nested.Page, o.Page),
		PerPage:      agreed(nested.PerPage, o.PerPage),
	}
}

// agreed returns what two fields say that have the same meaning.
func agreed(a, b Fact[int]) Fact[int] {
	switch {
	case a == b, b.state == unsaid:
		return a
	case a.state == unsaid:
		return b
	}
	return Fact[int]{state: unclear}
}

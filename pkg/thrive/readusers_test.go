package thrive_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// said returns a text about a fact: its value, "none", or "not known".
func said[T any](f thrive.Fact[T]) string {
	value, ok := f.Get()
	switch {
	case ok:
		return fmt.Sprint(value)
	case f.None():
		return "none"
	}
	return "not known"
}

// reader returns a client whose reads get this answer.
func reader(t *testing.T, body string, headers ...string) *thrive.Client {
	t.Helper()
	return newClient(t, thrive.Config{BaseURL: serve(t, answering(200, "application/json", body, headers...)), Credentials: basic})
}

func TestUserByRef(t *testing.T) {
	body := `{"id":"1","ref":"r","firstName":"f","lastName":"l","email":"e","role":"administrator","status":"active",
		"positions":[{"isActive":true,"startDate":"s","endDate":null,"manager":{"id":"2","name":"n","ref":"m"}},{"manager":null}],
		"additionalFields":{"k":"v"},"languageCode":"en","deleted":false,"lastLogin":"t","singleSignOn":true}`
	got, err := reader(t, body, "X-Request-Id", "id-2").UserByRef(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	text := thrive.Known[string]
	want := thrive.User{ID: text("1"), Ref: text("r"), FirstName: text("f"), LastName: text("l"), Email: text("e"), Role: text("administrator"),
		Status: text("active"), AdditionalFields: thrive.Known(thrive.TextFields{"k": "v"}), LanguageCode: text("en"),
		Positions: thrive.Known([]thrive.Position{
			{IsActive: thrive.Known(true), StartDate: text("s"), EndDate: thrive.None[string](),
				Manager: thrive.Known(thrive.Manager{ID: text("2"), Name: text("n"), Ref: text("m")})},
			{Manager: thrive.None[thrive.Manager]()}}),
		Deleted: thrive.Known(false), LastLogin: text("t"), SingleSignOn: thrive.Known(true),
		Response: thrive.Response{Status: 200, RequestID: "id-2"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// What an answer does not say, or says in another form, is not known, and hides no other
// field. Each field is tried in the answer about one user and in the list.
func TestWhatAnAnswerDoesNotSayIsNotKnown(t *testing.T) {
	deleted := func(u thrive.User) string { return said(u.Deleted) }
	role := func(u thrive.User) string { return said(u.Role) }
	status := func(u thrive.User) string { return said(u.Status) }
	login := func(u thrive.User) string { return said(u.LastLogin) }
	sso := func(u thrive.User) string { return said(u.SingleSignOn) }
	ref := func(u thrive.User) string { return said(u.Ref) }
	fields := func(u thrive.User) string { return said(u.AdditionalFields) }
	managers := func(u thrive.User) string {
		positions, ok := u.Positions.Get()
		if !ok {
			return said(u.Positions)
		}
		var all []string
		for _, p := range positions {
			if m, ok := p.Manager.Get(); ok {
				all = append(all, said(p.IsActive)+" "+said(m.ID)+" "+said(m.Ref))
			} else {
				all = append(all, said(p.IsActive)+" "+said(p.Manager))
			}
		}
		return strings.Join(all, ", ")
	}
	tests := []struct {
		fields string
		of     func(thrive.User) string
		want   string
	}{
		{`"other":1`, deleted, "not known"},
		{`"deleted":true`, deleted, "true"},
		{`"deleted":false`, deleted, "false"},
		{`"Deleted":true`, deleted, "true"},
		{`"deleted":null`, deleted, "none"},
		{`"deleted":"false"`, deleted, "not known"},
		{`"deleted":0`, deleted, "not known"},
		{`"deleted":{}`, deleted, "not known"},
		{`"deleted":false,"deleted":false`, deleted, "not known"},
		{`"deleted":"x","deleted":false`, deleted, "not known"},
		{`"deleted":false,"DELETED":true`, deleted, "not known"},
		{`"deleted":false,"deleted":null`, deleted, "not known"},
		{`"other":1`, login, "not known"},
		{`"lastLogin":null`, login, "none"},
		{`"lastLogin":"2024-06-30T17:00:00.000Z"`, login, "2024-06-30T17:00:00.000Z"},
		{`"lastLogin":{"date":"2024-06-30"}`, login, "not known"},
		{`"lastLogin":1719766800`, login, "not known"},
		{`"singleSignOn":true`, sso, "true"},
		{`"singleSignOn":{"enabled":true}`, sso, "not known"},
		{`"singleSignOn":"no"`, sso, "not known"},
		{`"role":"learner"`, role, "learner"},
		{`"role":{"name":"administrator"}`, role, "not known"},
		{`"role":["administrator"]`, role, "not known"},
		{`"role":null`, role, "none"},
		{`"status":"inactive"`, status, "inactive"},
		{`"status":""`, status, ""},
		{`"status":false`, status, "not known"},
		{`"status":"active","status":"inactive"`, status, "not known"},
		{`"ref":"E\u002d1"`, ref, "E-1"},
		{`"ref":17`, ref, "not known"},
		{`"ref":"` + "\xff" + `"`, ref, "not known"},
		{`"ref":"\ud800"`, ref, "not known"},
		{`"other":1`, managers, "not known"},
		{`"positions":null`, managers, "none"},
		{`"positions":[]`, managers, ""},
		{`"positions":"none"`, managers, "not known"},
		{`"positions":{}`, managers, "not known"},
		{`"positions":[{"isActive":true,"manager":{"id":"7"}}]`, managers, "true 7 not known"},
		{`"positions":[{"isActive":true,"manager":null}]`, managers, "true none"},
		{`"positions":[{"isActive":"true","manager":"7"}]`, managers, "not known not known"},
		{`"positions":[{"isActive":false,"manager":{"id":{"id":"7"},"ref":"M"}}]`, managers, "false not known M"},
		{`"positions":[7,"x",null,[],{"isActive":true,"manager":{"id":"7"}}]`, managers, "not known not known, not known not known, not known not known, not known not known, true 7 not known"},
		{`"positions":[{"manager":{"id":"7"},"manager":{"id":"8"}}]`, managers, "not known not known"},
		{`"additionalFields":{"a":"x","b":1,"c":null,"d":"y","d":"z","D":"w"}`, fields, "map[D:w a:x]"},
		{`"additionalFields":[]`, fields, "not known"},
		{`"additionalFields":{}`, fields, "map[]"},
	}
	for _, tt := range tests {
		t.Run(tt.fields, func(t *testing.T) {
			object := `{"email":"e@example.com",` + tt.fields + `,"languageCode":"en"}`
			one, err := reader(t, object).UserByRef(t.Context(), "E-1")
			if err != nil {
				t.Fatal(err)
			}
			page, err := reader(t, `{"results":["x",`+object+`,{"ref":"after"}]}`).Users(t.Context(), 1, 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Users) != 3 || said(page.Users[0].Ref) != "not known" || said(page.Users[2].Ref) != "after" {
				t.Fatalf("the other users are hidden: %+v", page.Users)
			}
			for where, u := range map[string]thrive.User{"one user": one, "the list": page.Users[1]} {
				if got := tt.of(u); got != tt.want {
					t.Errorf("%s: got %s, want %s", where, got, tt.want)
				}
				if said(u.Email) != "e@example.com" || said(u.LanguageCode) != "en" {
					t.Errorf("%s: other fields are hidden: %+v", where, u)
				}
			}
		})
	}
}

func TestThePaginationOfAPage(t *testing.T) {
	tests := map[string]struct{ fields, want string }{
		"an object":                    {`,"pagination":{"totalResults":250,"totalPages":3,"page":2,"perPage":100}`, "250 3 2 100"},
		"fields of their own":          {`,"totalResults":250,"totalPages":3,"page":2,"perPage":100`, "250 3 2 100"},
		"missing":                      {``, "not known not known not known not known"},
		"null":                         {`,"pagination":null`, "not known not known not known not known"},
		"a list":                       {`,"pagination":[250,3,2,100],"totalPages":3`, "not known 3 not known not known"},
		"an object, and what it lacks": {`,"pagination":{"totalResults":250,"page":2},"totalPages":3`, "250 3 2 not known"},
		"both, and they agree":         {`,"pagination":{"totalResults":250},"totalResults":250`, "250 not known not known not known"},
		"both, and they differ":        {`,"pagination":{"totalResults":250},"totalResults":251`, "not known not known not known not known"},
		"other types":                  {`,"pagination":{"totalResults":"250","totalPages":3.5,"page":null,"perPage":-1}`, "not known not known none not known"},
		"too large":                    {`,"totalResults":99999999999999999999`, "not known not known not known not known"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page, err := reader(t, `{"results":[]`+tt.fields+`}`).Users(t.Context(), 2, 100)
			if err != nil {
				t.Fatal(err)
			}
			p := page.Pagination
			got := strings.Join([]string{said(p.TotalResults), said(p.TotalPages), said(p.Page), said(p.PerPage)}, " ")
			if got != tt.want || len(page.Users) != 0 {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// An empty list that nobody has sent would say that the tenant has no users.
func TestAnAnswerWithoutTheListIsAnError(t *testing.T) {
	tests := map[string]struct {
		body  string
		class thrive.Class
	}{
		"no list":                  {`{"pagination":{"totalResults":0}}`, thrive.Final},
		"null":                     {`{"results":null}`, thrive.Final},
		"an object":                {`{"results":{}}`, thrive.Final},
		"two lists":                {`{"results":[],"results":[]}`, thrive.Final},
		"an empty answer":          {``, thrive.Final},
		"a list around nothing":    {`[]`, thrive.Final},
		"a web page":               {`<html>`, thrive.Final},
		"a user":                   {`{"ref":"E-1","active":true}`, thrive.Transient},
		"another page":             {`{"results":[],"pagination":{"page":3}}`, thrive.Transient},
		"another page, as a field": {`{"results":[],"page":1}`, thrive.Transient},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page, err := reader(t, tt.body).Users(t.Context(), 2, 10)
			if e := asError(err); e == nil || e.Class != tt.class || e.Status != 200 || page.Users != nil {
				t.Errorf("got %+v, %v", page, err)
			}
		})
	}
}

func TestUsersAsksForThePage(t *testing.T) {
	var got *http.Request
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		answering(200, "application/json", `{"results":[]}`, "X-Request-Id", "id-3").ServeHTTP(w, r)
	}))
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: basic})
	page, err := c.Users(t.Context(), 12, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != "GET" || got.RequestURI != "/rest/v1/users?page=12&perPage=1000" || page.Response.RequestID != "id-3" {
		t.Errorf("called %s %s, got %+v", got.Method, got.RequestURI, page)
	}
	got = nil
	for _, p := range [][2]int{{0, 10}, {-1, 10}, {1, 0}, {1, 1001}} {
		if _, err := c.Users(t.Context(), p[0], p[1]); !errors.Is(err, thrive.ErrInvalidPage) || got != nil {
			t.Errorf("page %d with %d users: %v, %v", p[0], p[1], err, got)
		}
	}
}

// A page of 1,000 users is larger than other answers may be, and it is bounded, too.
func TestThePageOfUsersHasABoundOfItsOwn(t *testing.T) {
	users := strings.Repeat(`{"ref":"E-1","x":"`+strings.Repeat("y", 8<<10)+`"},`, 999) + `{"ref":"last"}`
	page, err := reader(t, `{"results":[`+users+`]}`).Users(t.Context(), 1, 1000)
	if err != nil || len(page.Users) != 1000 || said(page.Users[999].Ref) != "last" {
		t.Fatalf("%d users, %v", len(page.Users), err)
	}
	if _, err := reader(t, `{"ref":"r","x":"`+strings.Repeat("y", 1<<20)+`"}`).UserByRef(t.Context(), "r"); err == nil || !strings.Contains(err.Error(), "longer than 1 MiB") {
		t.Errorf("one user of more than 1 MiB: %v", err)
	}
	if _, err := reader(t, `{"results":[],"x":"`+strings.Repeat("y", 16<<20)+`"}`).Users(t.Context(), 1, 1000); err == nil || !strings.Contains(err.Error(), "longer than 16 MiB") {
		t.Errorf("a page of more than 16 MiB: %v", err)
	}
	refusal := answering(500, "text/html", strings.Repeat("y", 2<<20))
	c := newClient(t, thrive.Config{BaseURL: serve(t, refusal), Credentials: basic})
	if _, err := c.Users(t.Context(), 1, 1000); err == nil || !strings.Contains(err.Error(), "longer than 1 MiB") {
		t.Errorf("a failure of more than 1 MiB: %v", err)
	}
}

// The first answer of a connection may be somebody else's, so a refusal is asked twice.
func TestARefusalOfTheListIsConfirmed(t *testing.T) {
	for _, status := range []int{403, 404} {
		calls := 0
		base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls == 1 {
				w.WriteHeader(status)
				return
			}
			answering(200, "application/json", `{"results":[{"ref":"E-1"}]}`).ServeHTTP(w, r)
		}))
		page, err := newClient(t, thrive.Config{BaseURL: base, Credentials: basic}).Users(t.Context(), 1, 1)
		if err != nil || len(page.Users) != 1 || calls != 2 {
			t.Errorf("%d: %+v, %v after %d calls", status, page, err, calls)
		}
	}
}

// Both reads are held against the simulator, which knows the vendor's forms by itself.
func TestReadingUsersOfTheSimulator(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{
		{Ref: "M", Role: "administrator", LastLogin: "2024-07-01T08:00:00.000Z"},
		{Ref: "E", ManagerRef: "M", Status: "expired", Deleted: true, AdditionalFields: map[string]string{"k": "v"}},
	}})
	c := newClient(t, thrive.Config{BaseURL: serve(t, s), Credentials: basic})
	page, err := c.Users(t.Context(), 1, 1000)
	if err != nil || len(page.Users) != 2 || said(page.Pagination.TotalResults) != "2" {
		t.Fatalf("got %+v, %v", page, err)
	}
	m, e := page.Users[0], page.Users[1]
	if said(m.Role) != "administrator" || said(m.LastLogin) != "2024-07-01T08:00:00.000Z" || said(m.Deleted) != "false" {
		t.Errorf("got %+v", m)
	}
	manager := e.Positions.Or(nil)[0].Manager.Or(thrive.Manager{})
	if manager.ID != m.ID || said(manager.Ref) != "not known" || said(e.Deleted) != "true" || !e.LastLogin.None() {
		t.Errorf("got %+v", e)
	}
	one, err := c.UserByRef(t.Context(), "E")
	if err != nil || one.ID != e.ID || said(one.Status) != "expired" {
		t.Errorf("got %+v, %v", one, err)
	}
	for name, got := range map[string]string{"deleted": said(one.Deleted), "lastLogin": said(one.LastLogin), "singleSignOn": said(one.SingleSignOn)} {
		if got != "not known" {
			t.Errorf("%s of one user: %s", name, got)
		}
	}
}

// BenchmarkUsers decodes a page of 1,000 users as the simulator sends it.
func BenchmarkUsers(b *testing.B) {
	users := make([]thrivetest.User, 1000)
	for i := range users {
		users[i] = thrivetest.User{Ref: fmt.Sprint("E-", i), FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", ManagerRef: "E-0",
			LastLogin: "2024-07-01T08:00:00.000Z", AdditionalFields: map[string]string{"team": "engines", "site": "London"}}
	}
	c, err := thrive.NewClient(thrive.Config{BaseURL: "http://127.0.0.1:1", Credentials: basic, Transport: inMemory{thrivetest.New(thrivetest.Options{Users: users})}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if page, err := c.Users(b.Context(), 1, 1000); err != nil || len(page.Users) != 1000 {
			b.Fatal(err)
		}
	}
}
func TestAReadOfAnotherUserIsAnError(t *testing.T) {
	c := newClient(t, thrive.Config{BaseURL: serve(t, answering(200, "application/json", `{"ref":"E2","status":"active"}`)), Credentials: basic})
	u, err := c.UserByRef(t.Context(), "E1")
	var e *thrive.Error
	if !errors.As(err, &e) || e.Class != thrive.Transient || e.Status != 200 || u.Status.Or("") != "" {
		t.Errorf("got %+v, %v", u, err)
	}
}

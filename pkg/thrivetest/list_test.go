package thrivetest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"offboard/pkg/thrivetest"
)

const userPath = "/rest/v1/users/ref/"

// listed returns the users of a page.
func listed(t *testing.T, s *thrivetest.Server, query string) []map[string]any {
	t.Helper()
	var users []map[string]any
	for _, u := range object(t, do(s, "GET", "/rest/v1/users"+query, ""))["results"].([]any) {
		users = append(users, u.(map[string]any))
	}
	return users
}

// refs returns the refs of a page.
func refs(t *testing.T, s *thrivetest.Server, query string) string {
	t.Helper()
	var all []string
	for _, u := range listed(t, s, query) {
		all = append(all, u["ref"].(string))
	}
	return strings.Join(all, " ")
}

func TestTheReadByRefIsSmallerThanThatOfTheList(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{
		{Ref: "E-1", Status: "new", Deleted: true, LastLogin: "2024-06-30T17:00:00.000Z"}, {Ref: "E-2"}}})
	list := listed(t, s, "")
	if u := list[0]; u["deleted"] != true || u["lastLogin"] != "2024-06-30T17:00:00.000Z" || u["singleSignOn"] != false || u["status"] != "new" {
		t.Errorf("got %v", u)
	}
	if u := list[1]; u["deleted"] != false || u["lastLogin"] != nil || u["status"] != "active" {
		t.Errorf("got %v", u)
	}
	one := object(t, do(s, "GET", userPath+"E-1", ""))
	for _, field := range []string{"deleted", "lastLogin", "singleSignOn"} {
		if value, has := one[field]; has {
			t.Errorf("one user has %s: %v", field, value)
		}
		delete(list[0], field)
	}
	if !reflect.DeepEqual(one, list[0]) {
		t.Errorf("one user:  %v\nin the list: %v", one, list[0])
	}
}

func TestManagersHaveAnIDOnly(t *testing.T) {
	users := []thrivetest.User{{Ref: "E", ManagerRef: "M"}, {Ref: "M", FirstName: "Ada", LastName: "Lovelace"}, {Ref: "X", ManagerRef: "gone"}}
	manager := func(s *thrivetest.Server, ref string) any {
		return object(t, do(s, "GET", userPath+ref, ""))["positions"].([]any)[0].(map[string]any)["manager"]
	}
	s := thrivetest.New(thrivetest.Options{Users: users})
	id := object(t, do(s, "GET", userPath+"M", ""))["id"]
	if got := manager(s, "E"); !reflect.DeepEqual(got, map[string]any{"id": id}) {
		t.Errorf("got %v, want the ID %v", got, id)
	}
	if got := manager(s, "M"); got != nil {
		t.Errorf("who has no manager: %v", got)
	}
	if got := manager(s, "X"); !reflect.DeepEqual(got, map[string]any{"id": nil, "name": nil, "ref": "gone"}) {
		t.Errorf("a manager who is no user: %v", got)
	}
	s = thrivetest.New(thrivetest.Options{Users: users, ManagerRefs: true})
	if got := manager(s, "E"); !reflect.DeepEqual(got, map[string]any{"id": id, "name": "Ada Lovelace", "ref": "M"}) {
		t.Errorf("with ManagerRefs: %v", got)
	}
}

func TestUsersAreAddedAndRemovedWhilePagesAreRead(t *testing.T) {
	var users []thrivetest.User
	for i := range 5 {
		users = append(users, thrivetest.User{Ref: fmt.Sprint(i)})
	}
	s := thrivetest.New(thrivetest.Options{Users: users})
	if got := refs(t, s, "?perPage=2"); got != "0 1" {
		t.Fatalf("the first page: %s", got)
	}
	if !s.Remove("0") || s.Remove("0") || s.Remove("nobody") {
		t.Error("Remove must say whether there is such a user")
	}
	if got := refs(t, s, "?perPage=2&page=2"); got != "3 4" { // 2 has moved to the first page
		t.Errorf("the second page after somebody of the first one left: %s", got)
	}
	if w := do(s, "GET", userPath+"0", ""); w.Code != 404 {
		t.Errorf("who was removed is answered with %d", w.Code)
	}
	s.Insert(0, thrivetest.User{Ref: "new"})
	s.Insert(9, thrivetest.User{Ref: "1"})
	s.Add(thrivetest.User{Ref: "0"})
	if got := refs(t, s, ""); got != "new 2 3 4 1 0" {
		t.Errorf("the list: %s", got)
	}
	var ids []string
	for _, u := range listed(t, s, "") {
		ids = append(ids, u["id"].(string))
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 6 {
		t.Errorf("two users have one ID: %v", ids)
	}
}

func TestUsersChangeBeforeAPageIsAnswered(t *testing.T) {
	var s *thrivetest.Server
	var pages []int
	s = thrivetest.New(thrivetest.Options{
		Users: []thrivetest.User{{Ref: "0"}, {Ref: "1"}, {Ref: "2"}, {Ref: "3"}, {Ref: "4"}},
		OnList: func(page int) {
			pages = append(pages, page)
			switch page {
			case 1:
				s.Change("1", func(u *thrivetest.User) { u.Status = "inactive" })
			case 2:
				s.Insert(0, thrivetest.User{Ref: "new"})
			case 3:
				s.Remove("3")
			}
		},
	})
	if page := listed(t, s, "?perPage=2"); len(page) != 2 || page[1]["ref"] != "1" || page[1]["status"] != "inactive" {
		t.Errorf("the first page: %v", page)
	}
	if got := refs(t, s, "?perPage=2&page=2"); got != "1 2" { // 1 once more
		t.Errorf("the second page: %s", got)
	}
	if got := refs(t, s, "?perPage=2&page=3"); got != "4" {
		t.Errorf("the third page: %s", got)
	}
	do(s, "GET", "/rest/v1/users?page=4", "", "Authorization", "Basic eDp5")
	do(s, "GET", "/rest/v1/users?page=0", "")
	do(s, "GET", userPath+"1", "")
	if !slices.Equal(pages, []int{1, 2, 3}) {
		t.Errorf("called for the pages %v", pages)
	}
	if got := s.Stats(); got.Lists != 5 || got.Reads != 6 || got.Suspends != 0 {
		t.Errorf("counts %+v", got)
	}
}

func TestChangeKeepsTheRefAndThePlace(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true, Users: []thrivetest.User{{Ref: "E-1", Email: "a@example.com"}, {Ref: "E-2"}}})
	id := listed(t, s, "")[0]["id"]
	changed := s.Change("E-1", func(u *thrivetest.User) {
		if u.Ref != "E-1" || u.Email != "a@example.com" || u.Role != "learner" {
			t.Errorf("got %+v", u)
		}
		*u = thrivetest.User{Ref: "E-9", LastName: "Lovelace", Deleted: true}
	})
	if u := listed(t, s, "")[0]; !changed || u["ref"] != "E-1" || u["id"] != id || u["lastName"] != "Lovelace" ||
		u["deleted"] != true || u["email"] != nil || u["role"] != "learner" || u["status"] != "active" {
		t.Errorf("changed %v: %v", changed, u)
	}
	s.Remove("E-2")
	for _, ref := range []string{"E-2", "E-9", "nobody"} {
		if s.Change(ref, func(*thrivetest.User) { t.Errorf("called for %s", ref) }) {
			t.Errorf("%s was changed", ref)
		}
	}
	if got := refs(t, s, ""); got != "E-1" {
		t.Errorf("the list: %s", got)
	}
}

func TestFieldsOfTheWrongType(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{
		Fields: map[string]string{"deleted": `"no"`, "role": `{"name":"learner"}`, "more": `7`},
		Users:  []thrivetest.User{{Ref: "E-1"}, {Ref: "E-2", Fields: map[string]string{"role": `"administrator"`, "status": "", "deleted": `true,"deleted":false`}}},
	})
	list := listed(t, s, "")
	if u := list[0]; u["deleted"] != "no" || !reflect.DeepEqual(u["role"], map[string]any{"name": "learner"}) || u["more"] != 7.0 || u["status"] != "active" {
		t.Errorf("got %v", u)
	}
	if _, has := list[1]["status"]; has || list[1]["role"] != "administrator" {
		t.Errorf("got %v", list[1])
	}
	if body := do(s, "GET", "/rest/v1/users", "").Body.String(); !strings.Contains(body, `"deleted":true,"deleted":false`) {
		t.Errorf("no field stands twice in %s", body)
	}
	if got := object(t, suspend(s, "E-1"))["role"]; got != "learner" {
		t.Errorf("the answer to a suspension has the role %v", got)
	}
}

func TestTheFormsOfAPagination(t *testing.T) {
	users := []thrivetest.User{{Ref: "E-1"}, {Ref: "E-2"}, {Ref: "E-3"}}
	get := func(form thrivetest.PaginationForm) map[string]any {
		s := thrivetest.New(thrivetest.Options{Users: users, Pagination: form})
		got := object(t, do(s, "GET", "/rest/v1/users?perPage=2&page=2", ""))
		if len(got["results"].([]any)) != 1 {
			t.Errorf("got %v", got)
		}
		delete(got, "results")
		return got
	}
	fields := map[string]any{"totalResults": 3.0, "totalPages": 2.0, "page": 2.0, "perPage": 2.0}
	if got := get(thrivetest.PaginationObject); !reflect.DeepEqual(got, map[string]any{"pagination": fields}) {
		t.Errorf("an object: %v", got)
	}
	if got := get(thrivetest.PaginationFields); !reflect.DeepEqual(got, fields) {
		t.Errorf("fields: %v", got)
	}
	if got := get(thrivetest.PaginationNone); len(got) != 0 {
		t.Errorf("none: %v", got)
	}
}

func TestARetiredVersionKnowsNobody(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	for _, status := range []int{404, 403} {
		s.SetFaults(thrivetest.Faults{RetiredV1: status})
		for _, path := range []string{userPath + "E-1", "/rest/v1/users"} {
			for _, credentials := range []string{"", "Basic eDp5"} {
				headers := []string{"Authorization", credentials}
				if credentials == "" {
					headers = nil // the right ones
				}
				if w := do(s, "GET", path, "", headers...); w.Code != status {
					t.Errorf("%s: %d, want %d", path, w.Code, status)
				}
			}
		}
		if w := suspend(s, "E-1"); w.Code != 200 {
			t.Errorf("v2 answers %d", w.Code)
		}
	}
	s.SetFaults(thrivetest.Faults{})
	if w := do(s, "GET", "/rest/v1/users", ""); w.Code != 200 {
		t.Errorf("after the fault: %d", w.Code)
	}
}

func TestATokenWithoutItsScopes(t *testing.T) {
	for hide, want := range map[bool]any{false: "api/read", true: nil} {
		s := thrivetest.New(thrivetest.Options{HideScope: hide})
		got := object(t, do(s, "POST", "/oauth2/token/"+thrivetest.DefaultTenant, "grant_type=client_credentials&scope=api/read",
			"Content-Type", "application/x-www-form-urlencoded", inHeader[0], inHeader[1]))
		if got["access_token"] == nil || got["scope"] != want {
			t.Errorf("got %v", got)
		}
	}
}

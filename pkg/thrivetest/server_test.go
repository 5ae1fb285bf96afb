package thrivetest_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

var noon = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

func frozen() time.Time { return noon }

func TestSuspendAnswersWithTheLifecycleResource(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{Now: frozen, Users: []thrivetest.User{{
		Ref: "E-1", FirstName: "Zoë", LastName: `"O"`, Email: "z@example.com", Role: "learneradmin",
		JobTitle: "Tester", ManagerRef: "E-0", AdditionalFields: map[string]string{"k": "v"},
	}}})
	w := do(s, "PATCH", suspendPath("E-1"), `{"endDate":"2024-06-30T19:00:00+02:00","news":1}`)
	want := map[string]any{
		"id": "00000000-0000-4000-8000-000000000001", "loginMethod": "email", "ref": "E-1", "email": "z@example.com",
		"firstName": "Zoë", "lastName": `"O"`, "role": "learneradmin", "jobTitle": "Tester", "managerRef": "E-0",
		"startDate": nil, "endDate": "2024-06-30T17:00:00.000Z", "timeZone": "UTC", "languageCode": "en",
		"active": false, "createdAt": "2024-07-01T12:00:00.000Z", "updatedAt": "2024-07-01T12:00:00.000Z",
		"sso": false, "domain": nil, "additionalFields": map[string]any{"k": "v"},
	}
	if got := object(t, w); w.Code != 200 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d\ngot  %v\nwant %v", w.Code, got, want)
	}
	if w.Header().Get("X-Request-Id") == "" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", w.Header())
	}
	// A second suspension with an empty object does not change the end date.
	if got := object(t, suspend(s, "E-1")); got["endDate"] != "2024-06-30T17:00:00.000Z" {
		t.Errorf("end date %v", got["endDate"])
	}
	wantPast := []thrivetest.Suspension{{At: noon, EndDate: "2024-06-30T19:00:00+02:00"}, {At: noon}}
	if got := s.Suspensions("E-1"); !reflect.DeepEqual(got, wantPast) {
		t.Errorf("suspensions %v", got)
	}
	st := s.Stats()
	if st.Suspended != 1 || st.Repeats != 1 || st.Suspends != 2 || st.ByStatus[200] != 2 {
		t.Errorf("counts %+v", st)
	}
}

func TestAnEmptyObjectSendsNoEndDate(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	if got := object(t, suspend(s, "E-1")); got["endDate"] != nil || got["active"] != false {
		t.Errorf("got %v", got)
	}
}

func TestDocumentedErrors(t *testing.T) {
	const user = "/rest/v1/users/ref/"
	text := []string{"Content-Type", "text/plain"}
	long := strings.Repeat("é", 114)
	tests := map[string]struct {
		method, target, body string
		headers              []string
		status               int
	}{
		"an unknown ref":                  {"PATCH", suspendPath("E-2"), "{}", nil, 404},
		"an unknown ref, read":            {"GET", user + "E-2", "", nil, 404},
		"no ref":                          {"PATCH", suspendPath(""), "{}", nil, 400},
		"no ref, read":                    {"GET", user, "", nil, 400},
		"a dot":                           {"PATCH", suspendPath("."), "{}", nil, 400},
		"two dots":                        {"PATCH", suspendPath("%2e%2e"), "{}", nil, 400},
		"a ref of two segments":           {"PATCH", suspendPath("E-1/x"), "{}", nil, 404},
		"a ref of 114 characters":         {"PATCH", suspendPath(long), "{}", nil, 400},
		"another endpoint":                {"GET", "/rest/v1/groups", "", nil, 404},
		"the root":                        {"GET", "/", "", nil, 404},
		"no unsuspend":                    {"PATCH", "/rest/v2/users/ref/E-1/unsuspend", "{}", nil, 404},
		"POST for a suspension":           {"POST", suspendPath("E-1"), "{}", nil, 405},
		"PUT for a user":                  {"PUT", user + "E-1", "{}", nil, 405},
		"POST for the list":               {"POST", "/rest/v1/users", "{}", nil, 405},
		"another content type":            {"PATCH", suspendPath("E-1"), "{}", text, 415},
		"no content type":                 {"PATCH", suspendPath("E-1"), "{}", []string{"Content-Type", ""}, 415},
		"no body":                         {"PATCH", suspendPath("E-1"), "", nil, 400},
		"a body that is no JSON":          {"PATCH", suspendPath("E-1"), "{", nil, 400},
		"a body that is an array":         {"PATCH", suspendPath("E-1"), "[]", nil, 400},
		"a body that is null":             {"PATCH", suspendPath("E-1"), "null", nil, 400},
		"an end date that is null":        {"PATCH", suspendPath("E-1"), `{"endDate":null}`, nil, 422},
		"an end date that is empty":       {"PATCH", suspendPath("E-1"), `{"endDate":""}`, nil, 422},
		"an end date that is a number":    {"PATCH", suspendPath("E-1"), `{"endDate":1}`, nil, 422},
		"an end date without a time":      {"PATCH", suspendPath("E-1"), `{"endDate":"2024-06-30"}`, nil, 422},
		"an end date that does not exist": {"PATCH", suspendPath("E-1"), `{"endDate":"2024-06-31T00:00:00Z"}`, nil, 422},
		"no credentials":                  {"PATCH", suspendPath("E-1"), "{}", []string{"Authorization", ""}, 401},
		"wrong Basic credentials":         {"PATCH", suspendPath("E-1"), "{}", []string{"Authorization", "Basic eDp5"}, 401},
		"an unknown token":                {"PATCH", suspendPath("E-1"), "{}", []string{"Authorization", "Bearer x"}, 401},
		"page 0":                          {"GET", "/rest/v1/users?page=0", "", nil, 400},
		"a page that is a word":           {"GET", "/rest/v1/users?page=one", "", nil, 400},
		"nothing per page":                {"GET", "/rest/v1/users?perPage=0", "", nil, 400},
		"too many per page":               {"GET", "/rest/v1/users?perPage=1001", "", nil, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{{Ref: "E-1"}}})
			w := do(s, tt.method, tt.target, tt.body, tt.headers...)
			got := object(t, w)
			if w.Code != tt.status || got["status"] != float64(tt.status) || got["error"] != http.StatusText(tt.status) {
				t.Errorf("%d %v, want %d", w.Code, got, tt.status)
			}
			if got["message"] == "" || len(got) != 3 || w.Header().Get("X-Request-Id") == "" {
				t.Errorf("body %v, header %v", got, w.Header())
			}
			if len(s.Suspended()) != 0 || s.Suspensions("E-1") != nil {
				t.Error("a user was suspended")
			}
		})
	}
}

func TestAContentTypeMayHaveParameters(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	w := do(s, "PATCH", suspendPath("E-1"), `{"a":1}`, "Content-Type", "application/json; charset=utf-8")
	if w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
}

func TestTheLongestRefIsAccepted(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	if w := suspend(s, strings.Repeat("%C3%A9", 113)); w.Code != 200 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestReadingAUser(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{
		{Ref: "a/b", Role: "administrator", ManagerRef: "E-0"}, {Ref: "E-2", Status: "expired"}}})
	read := func(ref string) map[string]any { return object(t, do(s, "GET", "/rest/v1/users/ref/"+ref, "")) }
	got := read("a%2Fb")
	if got["ref"] != "a/b" || got["role"] != "administrator" || got["status"] != "active" {
		t.Errorf("got %v", got)
	}
	manager := got["positions"].([]any)[0].(map[string]any)["manager"].(map[string]any)
	if manager["ref"] != "E-0" {
		t.Errorf("manager %v", manager)
	}
	if got := read("E-2"); got["role"] != "learner" || got["status"] != "expired" {
		t.Errorf("got %v", got)
	}
	suspend(s, "a%2Fb")
	if got := read("a%2Fb")["status"]; got != "inactive" {
		t.Errorf("status after a suspension %v", got)
	}
	if !s.Reactivate("a/b") || s.Reactivate("E-9") {
		t.Error("Reactivate must say whether there is such a user")
	}
	if got := read("a%2Fb")["status"]; got != "active" {
		t.Errorf("status after a reactivation %v", got)
	}
	suspend(s, "a%2Fb")
	if st := s.Stats(); st.Repeats != 0 || st.Suspended != 1 || st.Reads != 4 {
		t.Errorf("counts %+v, want no repeat: the user was active each time", st)
	}
}

func TestSuspendingAnInactiveUserIsARepeat(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{{Ref: "E-1", Status: "inactive"}}})
	suspend(s, "E-1")
	if st := s.Stats(); st.Repeats != 1 || st.Suspended != 1 {
		t.Errorf("counts %+v", st)
	}
}

func TestPages(t *testing.T) {
	var users []thrivetest.User
	for i := range 250 {
		users = append(users, thrivetest.User{Ref: fmt.Sprint("E-", i)})
	}
	s := thrivetest.New(thrivetest.Options{Users: users})
	tests := map[string]struct {
		query          string
		results        int
		first          string
		page, per, all float64
	}{
		"the first hundred by default":    {"", 100, "E-0", 1, 100, 3},
		"the last page is shorter":        {"?page=3", 50, "E-200", 3, 100, 3},
		"a page beyond the last is empty": {"?page=4", 0, "", 4, 100, 3},
		"the largest page is empty":       {"?page=9223372036854775807", 0, "", 9223372036854775807, 100, 3},
		"all at once":                     {"?perPage=1000", 250, "E-0", 1, 1000, 1},
		"one at a time":                   {"?page=250&perPage=1", 1, "E-249", 250, 1, 250},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := object(t, do(s, "GET", "/rest/v1/users"+tt.query, ""))
			results := got["results"].([]any)
			if len(results) != tt.results {
				t.Fatalf("%d results, want %d", len(results), tt.results)
			}
			if tt.first != "" && results[0].(map[string]any)["ref"] != tt.first {
				t.Errorf("first %v, want %s", results[0], tt.first)
			}
			want := map[string]any{"totalResults": 250.0, "totalPages": tt.all, "page": tt.page, "perPage": tt.per}
			if !reflect.DeepEqual(got["pagination"], want) {
				t.Errorf("pagination %v, want %v", got["pagination"], want)
			}
		})
	}
}

func TestTheHistoryIsReturnedInCopies(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() { suspend(s, fmt.Sprint("E-", i%20)) })
	}
	wg.Wait()
	st := s.Stats()
	if st.Suspends != 40 || st.Suspended != 20 || st.Repeats != 20 || len(s.Starts()) != 40 {
		t.Errorf("counts %+v", st)
	}
	if st.MaxInFlight < 1 || st.MaxInFlight > 40 {
		t.Errorf("%d in flight", st.MaxInFlight)
	}
	st.ByStatus[200] = 0
	s.Suspended()["E-1"] = 9
	s.Suspensions("E-1")[0].EndDate = "x"
	s.Starts()[0] = time.Time{}
	if s.Stats().ByStatus[200] != 40 || s.Suspended()["E-1"] != 2 || s.Suspensions("E-1")[0].EndDate != "" || s.Starts()[0].IsZero() {
		t.Error("a caller has changed the history of the server")
	}
	if s.Suspensions("nobody") != nil {
		t.Error("an unknown ref has suspensions")
	}
}

func BenchmarkSuspend(b *testing.B) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	for i := 0; b.Loop(); i++ {
		if w := suspend(s, fmt.Sprint("E-", i)); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

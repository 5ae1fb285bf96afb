package thrive_test

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

func TestSuspendUserSendsWhatIsDocumented(t *testing.T) {
	plus2 := time.FixedZone("", 2*60*60)
	tests := map[string]struct {
		endDate time.Time
		want    string
	}{
		"no end date is an empty object":           {time.Time{}, `{}`},
		"an end date is in UTC":                    {time.Date(2024, 6, 30, 19, 0, 0, 0, plus2), `{"endDate":"2024-06-30T17:00:00.000Z"}`},
		"an end date is truncated to milliseconds": {time.Date(2024, 6, 30, 17, 0, 0, 999_999_999, time.UTC), `{"endDate":"2024-06-30T17:00:00.999Z"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got *http.Request
			var body []byte
			base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r
				body, _ = io.ReadAll(r.Body)
				w.Header().Set("X-Amzn-Requestid", "id-1")
				_, _ = io.WriteString(w, `{"ref":"E-1","active":false}`)
			}))
			c := newClient(t, thrive.Config{BaseURL: base + "/", Credentials: basic, UserAgent: "offboard/1"})
			u, err := c.SuspendUser(t.Context(), "E-1", tt.endDate)
			if err != nil {
				t.Fatal(err)
			}
			if string(body) != tt.want {
				t.Errorf("body %s, want %s", body, tt.want)
			}
			if got.Method != "PATCH" || got.RequestURI != "/rest/v2/users/ref/E-1/suspend" {
				t.Errorf("called %s %s", got.Method, got.RequestURI)
			}
			if h := got.Header; h.Get("Content-Type") != "application/json" || h.Get("User-Agent") != "offboard/1" {
				t.Errorf("headers %v", h)
			}
			if got.ContentLength != int64(len(tt.want)) {
				t.Errorf("content length %d", got.ContentLength)
			}
			if user, password, _ := got.BasicAuth(); user != basic.Tenant || password != string(basic.Secret) {
				t.Errorf("authenticated as %s:%s", user, password)
			}
			if !u.Suspended() || u.Response != (thrive.Response{Status: 200, RequestID: "id-1"}) {
				t.Errorf("got %+v", u)
			}
		})
	}
}

func TestLifecycleUserIsReadTolerantly(t *testing.T) {
	yes, no := true, false
	tests := map[string]struct {
		body   string
		active *bool
		want   thrive.LifecycleUser
	}{
		"all fields": {
			`{"id":"1","loginMethod":"sso","ref":"r","email":"e","firstName":"f","lastName":"l","role":"learner",
			"jobTitle":"j","managerRef":"m","startDate":"s","endDate":"d","timeZone":"z","languageCode":"en",
			"active":false,"createdAt":"c","updatedAt":"u","sso":{"a":1},"domain":"o","additionalFields":{"k":"v"}}`, &no,
			thrive.LifecycleUser{ID: "1", LoginMethod: "sso", Ref: "r", Email: "e", FirstName: "f", LastName: "l",
				Role: "learner", JobTitle: "j", ManagerRef: "m", StartDate: "s", EndDate: "d", TimeZone: "z",
				LanguageCode: "en", CreatedAt: "c", UpdatedAt: "u", SSO: []byte(`{"a":1}`), Domain: "o",
				AdditionalFields: map[string]string{"k": "v"}},
		},
		"null and unknown fields": {
			`{"id":null,"additionalFields":null,"news":[1],"ref":"r","active":false}`, &no, thrive.LifecycleUser{Ref: "r"},
		},
		"unexpected types of other fields": {
			`{"id":7,"email":{"a":"b"},"additionalFields":{"k":1,"n":"v"},"endDate":[],"ref":"r","active":false,"domain":"o"}`, &no,
			thrive.LifecycleUser{Ref: "r", Domain: "o", AdditionalFields: map[string]string{"k": "", "n": "v"}},
		},
		"an answer that does not say whether the account is active": {`{"ref":"r"}`, nil, thrive.LifecycleUser{Ref: "r"}},
		"an account that is still active":                           {`{"ref":"r","active":true}`, &yes, thrive.LifecycleUser{Ref: "r"}},
		"active twice":                                              {`{"ref":"r","active":false,"active":false}`, nil, thrive.LifecycleUser{Ref: "r"}},
		"active that is null":                                       {`{"ref":"r","active":null}`, nil, thrive.LifecycleUser{Ref: "r"}},
		"active that is not boolean":                                {`{"ref":"r","active":"false"}`, nil, thrive.LifecycleUser{Ref: "r"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			base := serve(t, answering(200, "application/json", tt.body))
			c := newClient(t, thrive.Config{BaseURL: base, Credentials: basic})
			got, err := c.SuspendUser(t.Context(), "r", time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Response.Status != 200 || !reflect.DeepEqual(got.Active, tt.active) {
				t.Errorf("got %+v", got)
			}
			if suspended := tt.active != nil && !*tt.active; got.Suspended() != suspended {
				t.Errorf("Suspended is %v, want %v", got.Suspended(), suspended)
			}
			if got := got.User(); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestOnlyAnAnswerAboutTheRefThatWasAskedForSuspends(t *testing.T) {
	tests := map[string]struct {
		asked, body string
		about       string
		suspended   bool
	}{
		"the same ref":                          {"E1", `{"ref":"E1","active":false}`, "E1", true},
		"the same ref with escapes":             {"E/é", `{"ref":"E\/\u00e9","active":false}`, "E/é", true},
		"another case of the key":               {"E1", `{"Ref":"E1","active":false}`, "E1", true},
		"another user":                          {"E1", `{"ref":"E2","active":false}`, "E2", false},
		"another case of the ref":               {"E1", `{"ref":"e1","active":false}`, "e1", false},
		"another Unicode normalization":         {"\u00e9", `{"ref":"e\u0301","active":false}`, "e\u0301", false},
		"without a space":                       {" E1", `{"ref":"E1","active":false}`, "E1", false},
		"no ref":                                {"E1", `{"active":false}`, "", false},
		"null":                                  {"E1", `{"ref":null,"active":false}`, "", false},
		"an empty text":                         {"E1", `{"ref":"","active":false}`, "", false},
		"a number":                              {"1", `{"ref":1,"active":false}`, "", false},
		"an object":                             {"E1", `{"ref":{"ref":"E1"},"active":false}`, "", false},
		"a list":                                {"E1", `{"ref":["E1"],"active":false}`, "", false},
		"two refs":                              {"E1", `{"ref":"E2","ref":"E1","active":false}`, "", false},
		"the same ref twice":                    {"E1", `{"ref":"E1","ref":"E1","active":false}`, "", false},
		"two refs in keys of different case":    {"E1", `{"REF":"E2","ref":"E1","active":false}`, "", false},
		"a ref and null":                        {"E1", `{"ref":"E1","ref":null,"active":false}`, "", false},
		"a ref further down":                    {"E1", `{"user":{"ref":"E1"},"active":false}`, "", false},
		"U+FFFD, as it was asked for":           {"\ufffd", `{"ref":"` + "\ufffd" + `","active":false}`, "\ufffd", true},
		"a byte that is not UTF-8 is no U+FFFD": {"\ufffd", `{"ref":"` + "\xff" + `","active":false}`, "", false},
		"half a surrogate pair is no U+FFFD":    {"\ufffd", `{"ref":"\ud800","active":false}`, "", false},
		"still active":                          {"E1", `{"ref":"E1","active":true}`, "E1", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, thrive.Config{BaseURL: serve(t, answering(200, "application/json", tt.body)), Credentials: basic})
			got, err := c.SuspendUser(t.Context(), tt.asked, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Ref != tt.about || got.Suspended() != tt.suspended {
				t.Errorf("about %q, suspended: %v; want %q, %v", got.Ref, got.Suspended(), tt.about, tt.suspended)
			}
		})
	}
}

func TestASuspensionThatNobodyAskedForSuspendsNobody(t *testing.T) {
	if active := false; (thrive.Suspension{Active: &active}).Suspended() || (thrive.Suspension{Active: &active, Ref: "E1"}).Suspended() {
		t.Error("suspended")
	}
}

func TestRefsReachTheServerUnchanged(t *testing.T) {
	refs := []string{"E-1", "a/b", "a//b", "/", "a/../b", "../x", "...", "..a", "%", "%2F", "%2e%2e", "a%zz", "a?b=c", "a#b",
		"a b", "a+b", "a;b=c", "a,b", "a&b", "a=b", "a:b", "a@b.example", "a\\b", "é", "e\u0301", "名前", "🙂", "a\u200bb",
		"suspend", "x/suspend", "a'\"b", "~-_.", "$&+=:@", "[a]", "{a}", "<a>", "|^`", " lead", "trail ", "a\x00b", "a\nb",
		"Case", "case", strings.Repeat("é", 113)}
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	c := newClient(t, thrive.Config{BaseURL: serve(t, s), Credentials: basic})
	for _, ref := range refs {
		u, err := c.SuspendUser(t.Context(), ref, time.Time{})
		if err != nil || u.User().Ref != ref {
			t.Errorf("suspended %q as %q: %v", ref, u.User().Ref, err)
		}
		if got, err := c.UserByRef(t.Context(), ref); err != nil || got.Ref.Or("") != ref || got.Status.Or("") != "inactive" {
			t.Errorf("read %q as %+v: %v", ref, got, err)
		}
	}
	suspended := s.Suspended()
	for _, ref := range refs {
		if suspended[ref] != 1 {
			t.Errorf("%q was suspended %d times", ref, suspended[ref])
		}
	}
	if len(suspended) != len(refs) {
		t.Errorf("%d refs were suspended, want %d", len(suspended), len(refs))
	}
}

func TestInvalidRefsAreNotSent(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	base := serve(t, s)
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base)})
	for _, ref := range []string{"", ".", ".."} {
		if _, err := c.SuspendUser(t.Context(), ref, time.Time{}); !errors.Is(err, thrive.ErrInvalidRef) {
			t.Errorf("SuspendUser(%q) = %v", ref, err)
		}
		if _, err := c.UserByRef(t.Context(), ref); !errors.Is(err, thrive.ErrInvalidRef) {
			t.Errorf("UserByRef(%q) = %v", ref, err)
		}
	}
	if st := s.Stats(); st.Suspends+st.Reads+st.Tokens != 0 {
		t.Errorf("a request was sent: %+v", st)
	}
}

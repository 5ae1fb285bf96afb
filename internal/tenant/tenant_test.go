package tenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/pkg/thrive"
)

// now is when the checks of the tests are made.
var now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// user reads a user as the client does.
func user(t *testing.T, text string) (u thrive.User) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return u
}

// pageOf returns a page of the list that says how many users there are; results of -1: it
// does not.
func pageOf(t *testing.T, results int, users ...string) (p thrive.UserPage) {
	t.Helper()
	for _, text := range users {
		p.Users = append(p.Users, user(t, text))
	}
	if results >= 0 {
		p.Pagination.TotalResults = thrive.Known(results)
	}
	return p
}

// asking returns a check of some leavers.
func asking(refs ...string) *Check {
	c := New(now)
	for _, ref := range refs {
		c.Ask(ref)
	}
	return c
}

// checkOf returns what is known of the leaver E1 whom the list has like this.
func checkOf(t *testing.T, text string) *Check {
	t.Helper()
	c := asking("E1")
	c.Page(pageOf(t, -1, text))
	c.Whole()
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	return c
}

func leaverOf(ref, date string) leaver.Leaver {
	return leaver.NewRow(leaver.Place{}, ref, date, time.UTC).Leaver
}

// text returns a verdict as text.
func (v Verdict) text() string {
	var is, unknown []string
	v.Is.Each(func(c Class) { is = append(is, c.String()) })
	v.Unknown.Each(func(c Class) { unknown = append(unknown, c.String()) })
	return strings.Join(is, " ") + " | " + strings.Join(unknown, " ")
}

// answer is one answer to a check about E1: a page of the list, or a read by ref.
type answer func(*testing.T, *Check)

func list(users ...string) answer {
	return func(t *testing.T, c *Check) { c.Page(pageOf(t, -1, users...)) }
}

func byRef(text string) answer {
	return func(t *testing.T, c *Check) { c.Read("E1", user(t, text)) }
}

func none(_ *testing.T, c *Check) { c.Absent("E1") }

func failing(_ *testing.T, c *Check) {
	c.Failed("E1", leaver.Finding{Outcome: leaver.Failed, Reason: "no answer"})
}

// TestWhatIsKnownOfALeaverByAllAnswers gives a check several answers about a leaver.
func TestWhatIsKnownOfALeaverByAllAnswers(t *testing.T) {
	const (
		active   = `{"ref":"E1","id":"1","status":"active","role":"learner","deleted":false}`
		inactive = `{"ref":"E1","id":"1","status":"inactive","role":"learner","deleted":false}`
		admin    = `{"ref":"E1","id":"1","status":"active","role":"administrator","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"}`
		later    = `{"ref":"E1","id":"1","status":"active","role":"administrator","deleted":false,"lastLogin":"2020-01-02T00:00:00Z"}`
		other    = `{"ref":"E1","id":"2","status":"active","role":"administrator","deleted":true}`
		somebody = `{"ref":"E2","id":"9","status":"inactive"}`
	)
	for _, tt := range []struct {
		name    string
		answers []answer
		unread  bool // the leaver has to be read by ref after the pages
		want    string
	}{
		{"nothing", nil, true, " | active inactive deleted administrator manager"},
		{"only somebody else is in the list", []answer{list(somebody)}, true, " | active inactive deleted administrator manager"},
		{"in the list", []answer{list(somebody, active)}, false, "active | manager"},
		{"on two pages, the same", []answer{list(active), list(active, somebody)}, false, "active | manager"},
		{"twice on one page, the same", []answer{list(active, active)}, false, "active | manager"},
		{"on two pages, changed meanwhile", []answer{list(active), list(inactive)}, true, " | active inactive manager"},
		{"on two pages, one of which leaves a field out", []answer{list(active), list(`{"ref":"E1","id":"1","status":"active","role":"learner"}`)}, true, "active | deleted manager"},
		{"on two pages, one of which has another type", []answer{list(active), list(`{"ref":"E1","id":"1","status":"active","role":{},"deleted":false}`)}, true, "active | administrator manager"},
		{"on three pages, of which two are the same", []answer{list(active), list(inactive), list(inactive)}, true, " | active inactive manager"},
		{"two users with the ref", []answer{list(active, other)}, true, "active | deleted administrator manager"},
		{"by ref only", []answer{byRef(`{"ref":"E1","id":"1","status":"active","role":"learner"}`)}, false, "active | deleted manager"},
		{"by ref, after pages that are not the same", []answer{list(active), list(inactive), byRef(`{"ref":"E1","id":"1","status":"active","role":"learner"}`)}, false, "active | manager"},
		{"by ref, with less than the pages agree on", []answer{list(admin), list(later), byRef(`{"ref":"E1","id":"1","status":7}`)}, false, "active administrator | manager"},
		{"by ref, after the status has changed", []answer{list(active), byRef(`{"ref":"E1","id":"1","status":"inactive","role":"learner"}`)}, false, "inactive | manager"},
		{"by ref another account", []answer{list(admin), list(later), byRef(`{"ref":"E1","id":"2","status":"active"}`)}, false, "active | deleted administrator manager"},
		{"by ref an account without an ID", []answer{list(admin), list(later), byRef(`{"ref":"E1","status":"active"}`)}, false, "active | deleted administrator manager"},
		{"by ref and in the list without an ID", []answer{list(`{"ref":"E1","role":"administrator"}`), byRef(`{"ref":"E1","status":"active"}`)}, false, "active | deleted administrator manager"},
		{"by ref and in the list with an empty ID", []answer{list(`{"ref":"E1","id":"","role":"administrator"}`), byRef(`{"ref":"E1","id":"","status":"active"}`)}, false, "active | deleted administrator manager"},
		{"by ref without a ref", []answer{byRef(`{"id":"1","status":"inactive","role":"administrator"}`)}, false, " | active inactive deleted administrator manager"},
		{"by ref with two refs", []answer{byRef(`{"ref":"E1","REF":"E1","status":"inactive"}`)}, false, " | active inactive deleted administrator manager"},
		{"by ref without a ref, after pages that are not the same", []answer{list(admin), list(later), byRef(`{"id":"1","status":"inactive"}`)}, false, "active administrator | manager"},
		{"a witness whose answer has no ref", []answer{list(admin), byRef(`{"id":"1"}`)}, false, "active administrator | manager"},
		{"a witness whose answer has less", []answer{list(admin), byRef(`{"ref":"E1","id":"1","status":"active"}`)}, false, "active administrator | manager"},
		{"a witness who could not be read", []answer{list(admin), failing}, false, "active administrator | manager"},
		{"not there", []answer{none}, false, "noSuchUser | "},
		{"on two pages, and removed", []answer{list(active), list(inactive), none}, false, "noSuchUser | "},
		{"could not be read", []answer{failing}, false, "notRead | active inactive deleted administrator manager"},
		{"on two pages, and could not be read", []answer{list(active), list(inactive), failing}, false, "notRead | active inactive deleted administrator manager"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking("E1")
			c.Read("witness", user(t, `{"ref":"witness"}`))
			for _, give := range tt.answers {
				give(t, c)
			}
			if unread := slices.Collect(c.Unread()); (len(unread) == 1) != tt.unread {
				t.Errorf("to be read by ref: %q", unread)
			}
			if err := c.Finish(); err != nil {
				t.Fatal(err)
			}
			if got := c.Account("E1").Classes().text(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer answer
		want   leaver.Finding
	}{
		{"active", list(`{"ref":"E1","status":"active"}`), leaver.Finding{}},
		{"of another status", list(`{"ref":"E1","status":"expired"}`), leaver.Finding{}},
		{"deleted", list(`{"ref":"E1","status":"active","deleted":true}`), leaver.Finding{}},
		{"not known", list(`{"ref":"E1"}`), leaver.Finding{}},
		{"inactive", list(`{"ref":"E1","status":"inactive"}`), leaver.Finding{Outcome: leaver.AlreadyInactive, Reason: "the tenant says that the account is inactive already"}},
		{"no such user", none, leaver.Finding{Outcome: leaver.NotFound, Reason: "the tenant has no user with this ref"}},
		{"could not be read", failing, leaver.Finding{Outcome: leaver.Failed, Reason: "no answer"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking("E1")
			tt.answer(t, c)
			var got leaver.Finding
			if f := c.Account("E1").Finding(); f != nil {
				got = *f
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestNobodyIsBelievedNotToExistByAServiceThatKnowsNobody is about ErrKnowsNobody.
func TestNobodyIsBelievedNotToExistByAServiceThatKnowsNobody(t *testing.T) {
	read := func(ref, text string) answer {
		return func(t *testing.T, c *Check) { c.Read(ref, user(t, text)) }
	}
	inList := list(`{"ref":"W1"}`, `{"ref":"E2"}`)
	for _, tt := range []struct {
		name    string
		answers []answer
		stops   bool
	}{
		{"nobody is absent", []answer{inList}, false},
		{"somebody is absent, and nobody was read", []answer{inList, none}, true},
		{"a leaver was read before", []answer{read("E2", `{"ref":"E2"}`), none}, false},
		{"a leaver was read after", []answer{none, read("E2", `{"ref":"E2"}`)}, false},
		{"a witness was read", []answer{inList, none, read("W1", `{"ref":"W1"}`)}, false},
		{"a witness whose answer has an ID only", []answer{inList, none, read("W1", `{"ref":7,"id":"1"}`)}, false},
		{"an empty object", []answer{inList, none, read("W1", `{}`)}, true},
		{"a message of a gateway", []answer{inList, none, read("W1", `{"message":"retired","id":null,"ref":""}`)}, true},
		{"the failure of another one", []answer{none, func(_ *testing.T, c *Check) { c.Failed("E2", leaver.Finding{}) }}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking("E1", "E2")
			for _, give := range tt.answers {
				give(t, c)
			}
			if err := c.Finish(); errors.Is(err, ErrKnowsNobody) != tt.stops {
				t.Errorf("the check ends with %v", err)
			}
		})
	}
}

func TestWitnesses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []answer
		want    string
	}{
		{"nobody is absent", []answer{list(`{"ref":"A"}`)}, ""},
		{"nobody is in the list", []answer{none}, ""},
		{"the first of each page", []answer{list(`{"ref":"A"}`, `{"ref":"B"}`), list(`{"ref":"C"}`), none}, "A C"},
		{"three at most", []answer{list(`{"ref":"A"}`), list(`{"ref":"B"}`), list(`{"ref":"C"}`), list(`{"ref":"D"}`), none}, "A B C"},
		{"the first one who has a ref", []answer{list(`{"id":"1"}`, `{"ref":""}`, `{"ref":7}`, `{"ref":"A"}`, `{"ref":"B"}`), none}, "A"},
		{"nobody twice", []answer{list(`{"ref":"A"}`), list(`{"ref":"A"}`, `{"ref":"B"}`), none}, "A B"},
		{"a leaver of the list", []answer{list(`{"ref":"E2"}`), none}, "E2"},
		{"no leaver who was read already", []answer{list(`{"ref":"E2"}`, `{"ref":"E2","status":"new"}`), list(`{"ref":"E1"}`), none,
			func(_ *testing.T, c *Check) { c.Absent("E2") }}, ""},
		{"none when somebody was read", []answer{list(`{"ref":"A"}`), none, func(t *testing.T, c *Check) { c.Read("E2", user(t, `{"ref":"E2"}`)) }}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking("E1", "E2")
			for _, give := range tt.answers {
				give(t, c)
			}
			if got := strings.Join(c.Witnesses(), " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLeaversAreAskedAboutOnce(t *testing.T) {
	c := asking("E1", "e1", "E1", "01", "1", "E1")
	if c.Len() != 4 || fmt.Sprint(slices.Collect(c.Unread())) != "[E1 e1 01 1]" {
		t.Errorf("%d leavers, to be read: %q", c.Len(), slices.Collect(c.Unread()))
	}
	c.Page(pageOf(t, -1, `{"ref":"e1","status":"active"}`, `{"ref":"1","status":"active"}`))
	if got := fmt.Sprint(slices.Collect(c.Unread())); got != "[E1 01]" {
		t.Errorf("to be read are %s", got)
	}
	var all []string
	for ref, a := range c.Leavers() {
		all = append(all, ref+":"+string(a.state))
	}
	if got := strings.Join(all, " "); got != "E1: e1:seen 01: 1:seen" {
		t.Errorf("got %s", got)
	}
	if c.Account("E2") != nil {
		t.Error("a leaver who was not asked about has an account")
	}
}

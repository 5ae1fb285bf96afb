package tenant

import (
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// TestClassesOfAnAccount is about each field that makes a class, and each way in which a
// field can say nothing.
func TestClassesOfAnAccount(t *testing.T) {
	const rest = `"role":"learner","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`
	for _, tt := range []struct{ name, fields, want string }{
		{"active", `"status":"active",` + rest, "active | manager"},
		{"active in capitals", `"status":"ACTIVE",` + rest, "active | manager"},
		{"inactive", `"status":"inactive",` + rest, "inactive | manager"},
		{"inactive in capitals", `"status":"Inactive",` + rest, "inactive | manager"},
		{"expired", `"status":"expired",` + rest, "otherStatus | manager"},
		{"new", `"status":"new",` + rest, "otherStatus | manager"},
		{"a status that nobody knows", `"status":"suspended",` + rest, "otherStatus | manager"},
		{"a status with a space is not that status", `"status":"inactive ",` + rest, "otherStatus | manager"},
		{"no status", rest, " | active inactive manager"},
		{"an empty status", `"status":"",` + rest, " | active inactive manager"},
		{"a blank status", `"status":" ",` + rest, " | active inactive manager"},
		{"the status is null", `"status":null,` + rest, " | active inactive manager"},
		{"the status is an object", `"status":{"name":"inactive"},` + rest, " | active inactive manager"},
		{"the status is a list", `"status":["inactive"],` + rest, " | active inactive manager"},
		{"the status is a boolean", `"status":false,` + rest, " | active inactive manager"},
		{"the status is a number", `"status":0,` + rest, " | active inactive manager"},
		{"the status is there twice", `"status":"inactive","status":"inactive",` + rest, " | active inactive manager"},
		{"the status is there in two cases", `"status":"inactive","Status":"active",` + rest, " | active inactive manager"},
		{"the status has a lost character", `"status":"inactive\ud800",` + rest, " | active inactive manager"},

		{"deleted", `"status":"active","deleted":true,"role":"learner","lastLogin":"2020-01-01T00:00:00Z"`, "active deleted | manager"},
		{"deleted is a text", `"status":"active","deleted":"true","role":"learner","lastLogin":"2020-01-01T00:00:00Z"`, "active | deleted manager"},
		{"deleted is a number", `"status":"active","deleted":1,"role":"learner","lastLogin":"2020-01-01T00:00:00Z"`, "active | deleted manager"},
		{"deleted is null", `"status":"active","deleted":null,"role":"learner","lastLogin":"2020-01-01T00:00:00Z"`, "active | deleted manager"},
		{"deleted is missing", `"status":"active","role":"learner","lastLogin":"2020-01-01T00:00:00Z"`, "active | deleted manager"},

		{"an administrator", `"status":"active","role":"administrator","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active administrator | manager"},
		{"an administrator in capitals", `"status":"active","role":"ADMINISTRATOR","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active administrator | manager"},
		{"a role that nobody knows may be one", `"status":"active","role":"owner","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active administrator | manager"},
		{"a learneradmin", `"status":"active","role":"learneradmin","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active | manager"},
		{"a learner in capitals", `"status":"active","role":"Learner","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active | manager"},
		{"an empty role", `"status":"active","role":"","deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active | administrator manager"},
		{"the role is null", `"status":"active","role":null,"deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active | administrator manager"},
		{"the role is a list", `"status":"active","role":["administrator"],"deleted":false,"lastLogin":"2020-01-01T00:00:00Z"`, "active | administrator manager"},

		{"the last sign-in is null", `"status":"active","role":"learner","deleted":false,"lastLogin":null`, "active | manager recentLogin"},
		{"the last sign-in is missing", `"status":"active","role":"learner","deleted":false`, "active | manager recentLogin"},
		{"the last sign-in is a number", `"status":"active","role":"learner","deleted":false,"lastLogin":1767225600`, "active | manager recentLogin"},
		{"the last sign-in is a day", `"status":"active","role":"learner","deleted":false,"lastLogin":"2026-01-14"`, "active | manager recentLogin"},
		{"the last sign-in is no date", `"status":"active","role":"learner","deleted":false,"lastLogin":"never"`, "active | manager recentLogin"},
		{"nothing is known", `"x":1`, " | active inactive deleted administrator manager recentLogin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := checkOf(t, `{"ref":"E1",`+tt.fields+`}`)
			if got := c.About(leaverOf("E1", "")).text(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestClassesAreShownInTheirOrder(t *testing.T) {
	var names []string
	for _, c := range AllClasses() {
		names = append(names, c.String())
	}
	if got, want := strings.Join(names, " "), "active inactive otherStatus noSuchUser notRead deleted administrator manager recentLogin"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASignInSpeaksAgainstHavingLeft(t *testing.T) {
	for _, tt := range []struct {
		name, date, login string
		recent            bool
	}{
		{"14 days ago, to the second", "", "2026-01-01T12:00:00Z", false},
		{"less than 14 days ago", "", "2026-01-01T12:00:00.001Z", true},
		{"less than 14 days ago in another zone", "", "2026-01-01T14:00:01+02:00", true},
		{"14 days ago in another zone", "", "2026-01-01T13:59:59+02:00", false},
		{"tomorrow", "", "2026-01-16T12:00:00Z", true},
		{"on the last day", "2025-06-30", "2025-06-30T23:59:59.999Z", false},
		{"on the day after", "2025-06-30", "2025-07-01T00:00:00Z", true},
		{"on the last day in another zone", "2025-06-30", "2025-07-01T01:59:59+02:00", false},
		{"on the last day of a zone, when the day after has begun in UTC", "2025-06-30-05:00", "2025-07-01T04:59:59Z", false},
		{"on the day after of a zone", "2025-06-30-05:00", "2025-07-01T05:00:00Z", true},
		{"before the moment of the end", "2025-06-30T17:00:00Z", "2025-06-30T16:59:59Z", false},
		{"at the moment of the end", "2025-06-30T17:00:00Z", "2025-06-30T17:00:00Z", true},
		{"within 14 days, and before the end date", "2026-01-14", "2026-01-14T08:00:00Z", false},
		{"months ago, and after the end date", "2024-06-30", "2024-08-01T00:00:00Z", true},
		{"before an end date that has not passed", "2026-02-28", "2026-01-15T11:00:00Z", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := checkOf(t, `{"ref":"E1","status":"active","role":"learner","lastLogin":"`+tt.login+`"}`)
			l := leaverOf("E1", tt.date)
			if got := c.About(l).Is.Has(RecentLogin); got != tt.recent {
				t.Errorf("got %t, want %t", got, tt.recent)
			}
			if doubts, _ := c.Doubts(l); doubts.Has(leaver.RecentLogin) != tt.recent {
				t.Errorf("the doubts are %q", doubts)
			}
		})
	}
}

func TestDoubtsAndTheirWords(t *testing.T) {
	for _, tt := range []struct {
		name, date string
		answer     answer
		doubts     string
		seen       string
	}{
		{"none", "2024-06-30", list(`{"ref":"E1","status":"active","role":"learner","lastLogin":"2024-06-01T00:00:00Z"}`), "", ""},
		{"nothing is known", "", list(`{"ref":"E1"}`), "", ""},
		{"an administrator", "", list(`{"ref":"E1","status":"active","role":"Administrator"}`), "administrator", "the role of the account is Administrator"},
		{"a sign-in after the end date", "2024-06-30", list(`{"ref":"E1","lastLogin":"2024-08-01T11:30:59+02:00"}`), "recent-login",
			"the last sign-in was at 2024-08-01 09:30 UTC, after the end date 2024-06-30"},
		{"a sign-in after the moment of the end", "2024-06-30T17:00:00Z", list(`{"ref":"E1","lastLogin":"2024-06-30T18:00:00Z"}`), "recent-login",
			"the last sign-in was at 2024-06-30 18:00 UTC, after the end date 2024-06-30T17:00:00.000Z"},
		{"a sign-in lately", "", list(`{"ref":"E1","lastLogin":"2026-01-14T08:00:00Z"}`), "recent-login",
			"the last sign-in was at 2026-01-14 08:00 UTC, and the input has no end date"},
		{"both", "", list(`{"ref":"E1","status":"new","role":"administrator","lastLogin":"2026-01-14T08:00:00Z","deleted":true}`), "administrator, recent-login",
			"the role of the account is administrator; the last sign-in was at 2026-01-14 08:00 UTC, and the input has no end date"},
		{"an account that is inactive", "", list(`{"ref":"E1","status":"inactive","role":"administrator","lastLogin":"2026-01-14T08:00:00Z"}`), "", ""},
		{"a role with several lines and parts", "", list(`{"ref":"E1","role":"a\nb; c;\td"}`), "administrator", "the role of the account is a b, c, d"},
		{"a long role", "", list(`{"ref":"E1","role":"` + strings.Repeat("ä", 70) + `"}`), "administrator", "the role of the account is " + strings.Repeat("ä", 60) + "…"},
		{"no such user", "", none, "", ""},
		{"could not be read", "", failing, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking("E1")
			tt.answer(t, c)
			doubts, seen := c.Doubts(leaverOf("E1", tt.date))
			if got := strings.Join(seen, "; "); doubts.String() != tt.doubts || got != tt.seen {
				t.Errorf("got  %s: %s\nwant %s: %s", doubts, got, tt.doubts, tt.seen)
			}
			if len(seen) != len(doubts.Kinds()) {
				t.Errorf("%d kinds and %d parts", len(doubts.Kinds()), len(seen))
			}
		})
	}
}

func TestTheEndDateOfAnAccountIsThatOfThePositionThatIsHeldNow(t *testing.T) {
	for _, tt := range []struct{ name, positions, want string }{
		{"one position", `[{"isActive":true,"endDate":"2025-01-01"}]`, "2025-01-01"},
		{"the one that is held now", `[{"isActive":false,"endDate":"2020-01-01"},{"isActive":true,"endDate":"2025-01-01"}]`, "2025-01-01"},
		{"none is held now", `[{"isActive":false,"endDate":"2020-01-01"},{"endDate":"2021-01-01"}]`, "2020-01-01"},
		{"no positions", `[]`, "not known"},
		{"null", `null`, "not known"},
		{"null in the position", `[{"isActive":true,"endDate":null}]`, "none"},
		{"a number in the position", `[{"isActive":true,"endDate":20250101}]`, "not known"},
		{"no object", `[7]`, "not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			end := factsOf(new(user(t, `{"positions":`+tt.positions+`}`))).endDate
			got := end.Or("not known")
			if end.None() {
				got = "none"
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAnEndDateThatWasTakenAwayStaysSo(t *testing.T) {
	const listed = `{"ref":"E1","id":"1","status":"%","positions":[{"isActive":true,"endDate":"2025-01-01"}]}`
	c := asking("E1")
	c.Page(pageOf(t, -1, listed, strings.Replace(listed, "%", "new", 1)))
	c.Read("E1", user(t, `{"ref":"E1","id":"1","positions":[{"isActive":true,"endDate":null}]}`))
	if end := c.Account("E1").endDate; !end.None() {
		t.Errorf("the end date is %q", end.Or("not known"))
	}
}

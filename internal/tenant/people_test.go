package tenant

import (
	"fmt"
	"testing"

	"offboard/pkg/thrive"
)

func TestManagersOfActivePeople(t *testing.T) {
	const boss = `{"ref":"E1","id":"1","status":"active"}`
	report := func(positions string) string {
		return `{"ref":"R","id":"7","status":"active","positions":` + positions + `}`
	}
	for _, tt := range []struct {
		name  string
		users []string
		want  int
	}{
		{"nobody", []string{boss}, 0},
		{"by ID", []string{boss, report(`[{"isActive":true,"manager":{"id":"1"}}]`)}, 1},
		{"before the manager is on a page", []string{report(`[{"isActive":true,"manager":{"id":"1"}}]`), boss}, 1},
		{"by ref", []string{boss, report(`[{"isActive":true,"manager":{"ref":"E1"}}]`)}, 1},
		{"by ref, of a manager whose ID is null", []string{boss, report(`[{"isActive":true,"manager":{"id":null,"ref":"E1"}}]`)}, 1},
		{"by ref, of a manager whose ID is empty", []string{boss, report(`[{"isActive":true,"manager":{"id":"","ref":"E1"}}]`)}, 1},
		{"by ref, of a leaver without an ID", []string{`{"ref":"E1","status":"active"}`, report(`[{"isActive":true,"manager":{"ref":"E1"}}]`)}, 1},
		{"by both, once", []string{boss, report(`[{"isActive":true,"manager":{"id":"1","ref":"E1"}}]`)}, 1},
		{"the ID counts where both are there", []string{boss, report(`[{"isActive":true,"manager":{"id":"2","ref":"E1"}}]`)}, 0},
		{"the ID is not a ref", []string{boss, report(`[{"isActive":true,"manager":{"id":"E1"}}]`)}, 0},
		{"the ref is not an ID", []string{boss, report(`[{"isActive":true,"manager":{"ref":"1"}}]`)}, 0},
		{"by an ID in another type", []string{boss, report(`[{"isActive":true,"manager":{"id":1}}]`)}, 0},
		{"by name only", []string{boss, report(`[{"isActive":true,"manager":{"name":"E1"}}]`)}, 0},
		{"a manager who is null", []string{boss, report(`[{"isActive":true,"manager":null}]`)}, 0},
		{"a manager who is a text", []string{boss, report(`[{"isActive":true,"manager":"1"}]`)}, 0},
		{"a position that is not active", []string{boss, report(`[{"isActive":false,"manager":{"id":"1"}}]`)}, 0},
		{"a position of which that is not known", []string{boss, report(`[{"manager":{"id":"1"}},{"isActive":"true","manager":{"id":"1"}}]`)}, 0},
		{"the active one of two positions", []string{boss, report(`[{"isActive":false,"manager":{"id":"2"}},{"isActive":true,"manager":{"id":"1"}}]`)}, 1},
		{"two positions with the same manager", []string{boss, report(`[{"isActive":true,"manager":{"id":"1"}},{"isActive":true,"manager":{"id":"1","name":"x"}}]`)}, 1},
		{"two positions with two managers", []string{boss, report(`[{"isActive":true,"manager":{"id":"2"}},{"isActive":true,"manager":{"id":"1"}}]`)}, 1},
		{"positions of another type", []string{boss, report(`{"isActive":true,"manager":{"id":"1"}}`)}, 0},
		{"positions that are null", []string{boss, report(`null`)}, 0},
		{"an inactive user", []string{boss, `{"id":"7","status":"inactive","positions":[{"isActive":true,"manager":{"id":"1"}}]}`}, 0},
		{"a deleted user", []string{boss, `{"id":"7","status":"active","deleted":true,"positions":[{"isActive":true,"manager":{"id":"1"}}]}`}, 0},
		{"a user of whom nobody knows whether they are active", []string{boss, `{"id":"7","positions":[{"isActive":true,"manager":{"id":"1"}}]}`}, 0},
		{"a user without a ref", []string{boss, `{"id":"7","status":"Active","positions":[{"isActive":true,"manager":{"id":"1"}}]}`}, 1},
		{"three people", []string{boss, report(`[{"isActive":true,"manager":{"id":"1"}}]`), report(`[{"isActive":true,"manager":{"ref":"E1"}}]`), report(`[{"isActive":true,"manager":{"id":"1"}}]`)}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking("E1")
			for _, u := range tt.users {
				c.Page(pageOf(t, -1, u))
			}
			if err := c.Finish(); err != nil {
				t.Fatal(err)
			}
			a := c.Account("E1")
			if a.Manages() != tt.want {
				t.Errorf("manages %d, want %d", a.Manages(), tt.want)
			}
			v := a.Classes()
			if v.Is.Has(Manager) != (tt.want > 0) || v.Unknown.Has(Manager) != (tt.want == 0) {
				t.Errorf("the classes are %s", v.text())
			}
		})
	}
}

func TestALeaverWhoWasNotReadManagesNobody(t *testing.T) {
	c := asking("E1", "E2", "E3")
	c.Page(pageOf(t, -1, `{"id":"7","status":"active","positions":[{"isActive":true,"manager":{"ref":"E1"}},{"isActive":true,"manager":{"ref":"E2"}},{"isActive":true,"manager":{"ref":"E3"}}]}`))
	failing(t, c)
	c.Absent("E3")
	c.Read("E2", user(t, `{"ref":"E2"}`))
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]int{"E1": 0, "E2": 1, "E3": 0} {
		if got := c.Account(ref).Manages(); got != want {
			t.Errorf("%s manages %d, want %d", ref, got, want)
		}
	}
}

func TestHowManyPeopleThereAre(t *testing.T) {
	active, inactive, unsure := `{"status":"active"}`, `{"status":"inactive"}`, `{"status":7}`
	for _, tt := range []struct {
		name  string
		pages []thrive.UserPage
		whole bool
		want  People
	}{
		{"nothing was read", nil, false, People{}},
		{"an empty tenant", []thrive.UserPage{pageOf(t, 0)}, true, People{Whole: true}},
		{"a part", []thrive.UserPage{pageOf(t, 9, active, active)}, false, People{Active: 2}},
		{"of each kind", []thrive.UserPage{pageOf(t, 8, active, `{"status":"ACTIVE"}`, inactive, unsure, `{"status":""}`, `{}`, `{"status":"expired"}`, `{"status":"active","deleted":true}`)}, true,
			People{Active: 2, Unsure: 3, Whole: true}},
		{"on two pages", []thrive.UserPage{pageOf(t, 3, active, inactive), pageOf(t, 3, active)}, true, People{Active: 2, Whole: true}},
		{"a number that changes", []thrive.UserPage{pageOf(t, 3, active, active), pageOf(t, 4, active)}, true, People{Active: 3, Whole: true, Moved: true}},
		{"fewer users than the number says", []thrive.UserPage{pageOf(t, 4, active, active), pageOf(t, 4, active)}, true, People{Active: 3, Whole: true, Moved: true}},
		{"more users than the number says", []thrive.UserPage{pageOf(t, 2, active, active), pageOf(t, 2, active)}, true, People{Active: 3, Whole: true, Moved: true}},
		{"no number", []thrive.UserPage{pageOf(t, -1, active), pageOf(t, -1, active)}, true, People{Active: 2, Whole: true}},
		{"a page beyond the last one", []thrive.UserPage{pageOf(t, 1, active), {}}, true, People{Active: 1, Whole: true, Moved: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := New(now)
			for _, p := range tt.pages {
				c.Page(p)
			}
			if tt.whole {
				c.Whole()
			}
			if got := c.People(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestManagersAreBounded(t *testing.T) {
	c := asking("E1")
	page := pageOf(t, -1, `{"ref":"E1","id":"1","status":"active"}`)
	for i := range maxManagers + 2 {
		c.people.managers[uint64(i)] = 1
	}
	page.Users = append(page.Users, user(t, `{"status":"active","positions":[{"isActive":true,"manager":{"id":"1"}}]}`))
	c.Page(page)
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	if a := c.Account("E1"); len(c.people.managers) > maxManagers+2 || a.Manages() != 0 || !a.Classes().Unknown.Has(Manager) {
		t.Errorf("%d managers; %s", len(c.people.managers), fmt.Sprint(a.Manages()))
	}
}

package run

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/pace"
	"offboard/internal/tenant"
	"offboard/pkg/thrive"
)

// pagesOf serves a list by a function of the number of the page, and no user by ref. It
// counts requests for pages.
type pagesOf struct {
	page func(number int) (status int, body string)

	mu    sync.Mutex
	calls int
}

func (p *pagesOf) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusNotFound, ""
	if r.URL.Path == "/rest/v1/users" {
		p.mu.Lock()
		p.calls++
		p.mu.Unlock()
		number, _ := strconv.Atoi(r.URL.Query().Get("page"))
		status, body = p.page(number)
	} else if strings.HasSuffix(r.URL.Path, "/P1") {
		status, body = http.StatusOK, `{"ref":"P1"}`
	}
	return &http.Response{StatusCode: status, ProtoMajor: 2, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Header: http.Header{}}, nil
}

// usersOn returns a page with some active users, of whom the first has the ref P and the
// number of the page, and with a pagination.
func usersOn(number, users int, pagination string) (status int, body string) {
	all := []string{}
	for i := range users {
		ref := fmt.Sprintf("P%d", number)
		if i > 0 {
			ref += fmt.Sprintf("-%d", i)
		}
		all = append(all, fmt.Sprintf(`{"ref":%q,"id":%q,"status":"active"}`, ref, ref))
	}
	return http.StatusOK, `{"results":[` + strings.Join(all, ",") + `]` + pagination + `}`
}

func TestPagesOfTheList(t *testing.T) {
	for _, tt := range []struct {
		name  string
		page  func(number int) (int, string)
		calls int
		users int
		fails error // what the error is, if there is one
	}{
		{"one page", func(n int) (int, string) { return usersOn(n, 3, `,"totalPages":1,"totalResults":3`) }, 1, 3, nil},
		{"no page", func(n int) (int, string) { return usersOn(n, 0, `,"totalPages":0,"totalResults":0`) }, 1, 0, tenant.ErrKnowsNobody},
		{"a last page that is short, and only the number of users", func(n int) (int, string) {
			return usersOn(n, []int{1000, 1000, 3, 0, 0}[n-1], `,"totalResults":2003`)
		}, 3, 2003, nil},
		{"a service that gives fewer users than were asked for", func(n int) (int, string) {
			return usersOn(n, []int{20, 20, 1}[n-1], `,"totalResults":41`)
		}, 3, 41, nil},
		{"a first page that is shorter than the others", func(n int) (int, string) {
			return usersOn(n, []int{18, 20, 20, 0}[n-1], `,"totalResults":58`)
		}, 4, 58, nil},
		{"the end is an empty page", func(n int) (int, string) { return usersOn(n, max(0, 3-n), "") }, 3, 3, nil},
		{"the end is 404", func(n int) (int, string) {
			if n > 2 {
				return http.StatusNotFound, ""
			}
			return usersOn(n, 2, "")
		}, 3, 4, nil},
		{"a list that becomes shorter, and the end is 404", func(n int) (int, string) {
			if n > 2 {
				return http.StatusNotFound, ""
			}
			return usersOn(n, 2, `,"totalPages":4`)
		}, 4, 4, nil},
		{"a list that becomes longer", func(n int) (int, string) {
			return usersOn(n, 2, fmt.Sprintf(`,"totalPages":%d`, min(n+1, 5)))
		}, 5, 10, nil},
		{"empty pages that promise more", func(n int) (int, string) {
			return usersOn(n, max(0, 3-n), fmt.Sprintf(`,"totalPages":%d`, n+1))
		}, 3, 3, nil},
		{"a list that is retired", func(int) (int, string) { return http.StatusNotFound, "" }, 1, 0, errNotFound},
		{"a list that may not be read", func(int) (int, string) { return http.StatusForbidden, "" }, 1, 0, batch.ErrRefused},
		{"another final answer to a page", func(n int) (int, string) {
			if n > 1 {
				return http.StatusUnprocessableEntity, ""
			}
			return usersOn(n, 2, "")
		}, 2, 0, errPage},
		{"a service that does not look at the number of the page", func(int) (int, string) { return usersOn(1, 20, "") }, mostRepeated + 1, 0, errEndless},
		{"a list without an end", func(n int) (int, string) { return usersOn(n, 1, "") }, mostPages, 0, errEndless},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := &pagesOf{page: tt.page}
			p := pace.New(0)
			client, err := thrive.NewClient(thrive.Config{BaseURL: "https://api.example", Transport: list, AwaitTurn: p.Wait, Credentials: thrive.Basic{Tenant: "t", Secret: "secret"}})
			if err != nil {
				t.Fatal(err)
			}
			check := tenant.New(time.Now())
			check.Ask("nobody")
			c := conduct()
			c.Concurrency = 1 // so that a list that grows is read in order
			q := inquiry{connection: &connection{client, p}, conduct: c, check: check, full: true}
			err = q.ask(t.Context(), t.Context())
			if got := kindOf(err); !errors.Is(got, tt.fails) {
				t.Errorf("the check ends with %v, want %v", err, tt.fails)
			}
			if list.calls != tt.calls {
				t.Errorf("%d pages are read, want %d", list.calls, tt.calls)
			}
			if people := check.People(); err == nil && (people.Active != tt.users || !people.Whole) {
				t.Errorf("%+v, want %d active users", people, tt.users)
			}
		})
	}
}

func TestAnAnswerThatMayBeAboutSomethingElseIsNotThatAPageIsMissing(t *testing.T) {
	for class, want := range map[thrive.Class]bool{thrive.Final: true, thrive.Transient: false, thrive.Refused: false} {
		if got := isNotFound(&thrive.Error{Status: http.StatusNotFound, Class: class}); got != want {
			t.Errorf("of class %d: got %t", class, got)
		}
	}
	if isNotFound(nil) || isNotFound(&thrive.Error{Status: http.StatusForbidden}) {
		t.Error("another answer is none")
	}
}

// TestTheShareThatAPlanSuspends is about tenants of which users are active, or not known to be.
func TestTheShareThatAPlanSuspends(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		active, unsure, leavers int
		share                   float64
		refused                 bool
	}{
		{"just the share", 100, 0, 20, 0.2, false},
		{"one more", 100, 0, 21, 0.2, true},
		{"nobody", 100, 0, 0, 0.2, false},
		{"a small tenant", 99, 0, 99, 0.2, false},
		{"a tenant that may be small", 99, 1, 20, 0.2, true},
		{"a tenant that does not say who is active", 0, 100, 1, 0.2, true},
		{"any share", 100, 0, 100, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := tenant.New(time.Now())
			check.Page(thrive.UserPage{Users: slices.Concat(
				slices.Repeat([]thrive.User{{Status: thrive.Known("active")}}, tt.active), make([]thrive.User, tt.unsure))})
			c := &asked{check: check, Checking: Checking{MaxShare: tt.share}}
			err := c.checkShare(tt.leavers)
			if _, ok := errors.AsType[*ShareError](err); ok != tt.refused {
				t.Errorf("got %v", err)
			}
		})
	}
}

var (
	errNotFound = errors.New("no such list")
	errPage     = errors.New("a page")
	errEndless  = errors.New("an endless list")
)

// kindOf returns the kind of an error of a check.
func kindOf(err error) error {
	if _, ok := errors.AsType[*EndlessListError](err); ok {
		return errEndless
	}
	page, ok := errors.AsType[*PageError](err)
	switch {
	case !ok, errors.Is(err, batch.ErrRefused):
		return err
	case page.NotFound():
		return errNotFound
	}
	return errPage
}

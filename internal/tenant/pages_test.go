package tenant

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"offboard/pkg/thrive"
)

func TestHowManyPagesThereAre(t *testing.T) {
	for _, tt := range []struct {
		name, pagination string
		largest, pages   int
		known            bool
	}{
		{"by their number", `{"totalPages":7,"totalResults":9}`, 1000, 7, true},
		{"none", `{"totalPages":0,"totalResults":0}`, 0, 0, true},
		{"by the number of users", `{"totalResults":2001}`, 1000, 3, true},
		{"by the number of users, of full pages", `{"totalResults":2000}`, 1000, 2, true},
		{"of a service that gives fewer users than were asked for", `{"totalResults":2001}`, 100, 21, true},
		{"of one page", `{"totalResults":3}`, 3, 1, true},
		{"of no users", `{"totalResults":0}`, 0, 0, false},
		{"of no users on a page", `{"totalResults":5}`, 0, 0, false},
		{"of very many users", fmt.Sprintf(`{"totalResults":%d}`, math.MaxInt64), 1000, math.MaxInt64/1000 + 1, true},
		{"nothing", `{}`, 1000, 0, false},
		{"in other types", `{"totalPages":"7","totalResults":7.5}`, 1000, 0, false},
		{"a number that is negative", `{"totalPages":-1}`, 1000, 0, false},
		{"the number of pages in another type", `{"totalPages":null,"totalResults":5}`, 2, 3, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p thrive.UserPage
			if err := json.Unmarshal([]byte(tt.pagination), &p.Pagination); err != nil {
				t.Fatal(err)
			}
			if pages, known := Pages(p, tt.largest); pages != tt.pages || known != tt.known {
				t.Errorf("got %d, %t; want %d, %t", pages, known, tt.pages, tt.known)
			}
		})
	}
}

func TestLeaversAreReadByRefWhereThatIsCheaper(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		leavers, onPage, active  int // leavers, those of them on the first page, active users there
		pages                    int
		share                    float64
		want                     bool
		inactive, unsure, double int
	}{
		{name: "50 leavers of 100,000 users", leavers: 50, active: 1000, pages: 100, share: 0.2, want: true},
		{name: "97 leavers of 100,000 users", leavers: 97, active: 1000, pages: 100, share: 0.2, want: true},
		{name: "98 leavers of 100,000 users", leavers: 98, active: 1000, pages: 100, share: 0.2},
		{name: "5,000 leavers of 100,000 users", leavers: 5000, active: 1000, pages: 100, share: 0.2},
		{name: "leavers on the first page are known", leavers: 100, onPage: 50, active: 1000, pages: 100, share: 0.2, want: true},
		{name: "leavers whom the page has twice are not", leavers: 100, onPage: 50, double: 50, active: 1000, pages: 100, share: 0.2},
		{name: "nobody else is to be read", leavers: 5, onPage: 5, active: 500, pages: 3, share: 0.2, want: true},
		{name: "one more page", leavers: 5, onPage: 5, active: 500, pages: 2, share: 0.2},
		{name: "one page", leavers: 5, active: 500, pages: 1, share: 0.2},
		{name: "a share that one page is not enough for", leavers: 50, active: 240, pages: 100, share: 0.2},
		{name: "a share that one page is just enough for", leavers: 50, active: 250, pages: 100, share: 0.2, want: true},
		{name: "a share of leavers whom the page has, too", leavers: 50, onPage: 49, active: 240, pages: 100, share: 0.2},
		{name: "users who are inactive do not count", leavers: 50, active: 240, inactive: 700, pages: 100, share: 0.2},
		{name: "users of whom nobody knows do not count", leavers: 50, active: 240, unsure: 700, pages: 100, share: 0.2},
		{name: "too few active users to ask for a share", leavers: 2, active: 99, pages: 100, share: 0.2},
		{name: "just enough active users to ask for a share", leavers: 2, active: 100, pages: 100, share: 0.2, want: true},
		{name: "any share", leavers: 50, active: 10, pages: 100, want: true},
		{name: "any share of nobody", leavers: 50, pages: 100, want: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := New(now)
			for i := range tt.leavers {
				c.Ask(fmt.Sprintf("E%d", i))
			}
			var users []string
			for i := range tt.active {
				ref := "X"
				if i < tt.onPage {
					ref = "E"
				}
				users = append(users, fmt.Sprintf(`{"ref":"%s%d","status":"active"}`, ref, i))
			}
			for i := range tt.double {
				users = append(users, fmt.Sprintf(`{"ref":"E%d","status":"inactive"}`, i))
			}
			users = append(users, strings.Split(strings.Repeat(`{"status":"inactive"};`, tt.inactive)+strings.Repeat(`{};`, tt.unsure), ";")...)
			c.Page(pageOf(t, -1, users[:len(users)-1]...))
			if got := c.ByRef(tt.pages, c.Len(), tt.share); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"offboard/pkg/thrivetest"
)

// The commands in this file give a script a simulated tenant of its own, which the
// process of the test serves on a loopback port until the script ends:
//
//	tenant FILE.csv [option…]   starts it with the users of a file; see readUsers and settings
//	hrsync REF…                 makes users active again, as the sync of an HR system does
//	removeusers REF…            removes users
//	calls [KIND=N] [KIND<=N]…   compares the calls since the last calls with numbers
//	suspended [REF…]            compares who was suspended so far with refs, in any order

// storyTenant is the tenant of a script.
type storyTenant struct {
	*thrivetest.Server                  // nil: the script has started none
	counted            thrivetest.Stats // at the last command calls
}

// tenantKey is the key of the *storyTenant among the values of a script.
type tenantKey struct{}

// started returns the tenant of a script that must have started one.
func started(ts *testscript.TestScript, command string) *storyTenant {
	t := ts.Value(tenantKey{}).(*storyTenant)
	if t.Server == nil {
		ts.Fatalf("%s: this script has no tenant yet: start it with the command tenant", command)
	}
	return t
}

// tenant starts the tenant of a script and sets the variables with which offboard finds it:
// tenant users.csv oauth users=200 pagination=fields.
func tenant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: tenant file.csv [oauth] [retired=status] [users=number] [managers=ref] [pagination=fields|none] [field:name=JSON]…")
	}
	t := ts.Value(tenantKey{}).(*storyTenant)
	if t.Server != nil {
		ts.Fatalf("this script has a tenant already")
	}
	users, err := readUsers(ts.ReadFile(args[0]), time.Now())
	ts.Check(err)
	set, err := readSettings(args[1:])
	ts.Check(err)
	set.options.Users, err = withMore(users, set.more)
	ts.Check(err)
	t.Server = thrivetest.New(set.options)
	t.SetFaults(set.faults)
	web := httptest.NewServer(t.Server)
	ts.Defer(web.Close)

	ts.Setenv("OFFBOARD_BASE_URL", web.URL)
	ts.Setenv("OFFBOARD_TENANT", thrivetest.DefaultTenant)
	if set.oauth {
		ts.Setenv("OFFBOARD_CLIENT_ID", thrivetest.DefaultClientID)
		ts.Setenv("OFFBOARD_CLIENT_SECRET", thrivetest.DefaultClientSecret)
		ts.Setenv("OFFBOARD_TOKEN_URL", web.URL+"/oauth2/token/"+thrivetest.DefaultTenant)
	} else {
		ts.Setenv("OFFBOARD_API_SECRET", thrivetest.DefaultSecret)
	}
}

// settings are what the options of the command tenant say.
type settings struct {
	options thrivetest.Options
	faults  thrivetest.Faults
	oauth   bool // client credentials instead of the API secret
	more    int  // users beside those of the file
}

func readSettings(words []string) (settings, error) {
	var s settings
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		field, isField := strings.CutPrefix(name, "field:")
		var err error
		switch {
		case isField && strings.Contains(word, "="): // field:NAME= leaves the field out
			if s.options.Fields == nil {
				s.options.Fields = map[string]string{}
			}
			s.options.Fields[field] = value
		case word == "oauth":
			s.oauth = true
		case word == "managers=ref":
			s.options.ManagerRefs = true
		case word == "pagination=fields":
			s.options.Pagination = thrivetest.PaginationFields
		case word == "pagination=none":
			s.options.Pagination = thrivetest.PaginationNone
		case word == "retired=404" || word == "retired=403":
			s.faults.RetiredV1, err = strconv.Atoi(value)
		case name == "users":
			s.more, err = strconv.Atoi(value)
		default:
			err = errors.New("no such option")
		}
		if err != nil {
			return settings{}, fmt.Errorf("tenant: %s: %w", word, err)
		}
	}
	return s, nil
}

// readUsers reads users from CSV with a header of the columns in setColumn. All but ref
// may be absent; an empty cell is as an absent column.
func readUsers(text string, now time.Time) ([]thrivetest.User, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) == 0 {
		return nil, errors.Join(err, errors.New("the file of users needs a header"))
	}
	var users []thrivetest.User
	for _, record := range records[1:] {
		var u thrivetest.User
		for i, column := range records[0] {
			if err := setColumn(&u, column, record[i], now); err != nil {
				return nil, fmt.Errorf("user %q, column %q: %w", record, column, err)
			}
		}
		users = append(users, u)
	}
	return users, nil
}

func setColumn(u *thrivetest.User, column, value string, now time.Time) (err error) {
	switch column {
	case "ref":
		u.Ref = value
	case "firstName":
		u.FirstName = value
	case "lastName":
		u.LastName = value
	case "email":
		u.Email = value
	case "role":
		u.Role = value
	case "status":
		u.Status = value
	case "managerRef":
		u.ManagerRef = value
	case "endDate":
		u.EndDate, err = readDate(value, now)
	case "lastLogin":
		u.LastLogin, err = readDate(value, now)
	case "deleted":
		if value != "" {
			u.Deleted, err = strconv.ParseBool(value)
		}
	default:
		err = errors.New("no such column")
	}
	return err
}

// readDate returns a date in the form of the API. The value is a date, such as
// 2024-06-30 or 2024-06-30T17:00:00Z, or days before now, such as -3d.
func readDate(value string, now time.Time) (string, error) {
	if value == "" {
		return "", nil
	}
	at, err := time.Parse(time.DateOnly, value)
	if err != nil {
		at, err = time.Parse(time.RFC3339, value)
	}
	if ago, ok := strings.CutPrefix(value, "-"); ok && strings.HasSuffix(ago, "d") {
		var days int
		days, err = strconv.Atoi(strings.TrimSuffix(ago, "d"))
		at = now.AddDate(0, 0, -days)
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z"), err
}

// withMore adds active users u000001, u000002 and so on, with names. It refuses users
// without a ref and refs that stand twice.
func withMore(users []thrivetest.User, more int) ([]thrivetest.User, error) {
	first := []string{"Amara", "Björn", "Chloé", "Deepa", "Emre", "Fatima", "Goran"}
	last := []string{"Adeyemi", "Berg", "Costa", "Dubois", "Evans", "Fischer", "García", "Haddad", "Ito", "Jansen", "Khan"}
	for i := range more {
		ref := fmt.Sprintf("u%06d", i+1)
		users = append(users, thrivetest.User{Ref: ref, Email: ref + "@example.com",
			FirstName: first[i%len(first)], LastName: last[i%len(last)]})
	}
	seen := make(map[string]bool, len(users))
	for _, u := range users {
		if u.Ref == "" || seen[u.Ref] {
			return nil, fmt.Errorf("tenant: the ref %q is empty or stands twice", u.Ref)
		}
		seen[u.Ref] = true
	}
	return users, nil
}

// hrsync makes users active again, as the sync of an HR system does: hrsync 1001 1002.
func hrsync(ts *testscript.TestScript, neg bool, refs []string) {
	eachUser(ts, neg, refs, "hrsync", (*thrivetest.Server).Reactivate)
}

// removeusers removes users: removeusers 1001 1002.
func removeusers(ts *testscript.TestScript, neg bool, refs []string) {
	eachUser(ts, neg, refs, "removeusers", (*thrivetest.Server).Remove)
}

// promote gives a user another role: promote 1001 administrator.
func promote(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: promote ref role")
	}
	eachUser(ts, neg, args[:1], "promote", func(s *thrivetest.Server, ref string) bool {
		return s.Change(ref, func(u *thrivetest.User) { u.Role = args[1] })
	})
}

// eachUser changes users, all of whom must exist.
func eachUser(ts *testscript.TestScript, neg bool, refs []string, command string, change func(*thrivetest.Server, string) bool) {
	if neg || len(refs) == 0 {
		ts.Fatalf("usage: %s ref…", command)
	}
	t := started(ts, command)
	for _, ref := range refs {
		if !change(t.Server, ref) {
			ts.Fatalf("%s: the tenant has no user %s", command, ref)
		}
	}
}

var expectation = regexp.MustCompile(`^(suspend|read|list)(<=|=)([0-9]+)$`)

// calls compares the calls that the tenant has received since the last calls, or since the
// start, with numbers: calls suspend=5 read=0 'list<=3'. A read is that of one user, a list
// that of a page. Kinds that are not named are not compared.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: calls [suspend=number] [read=number] [list=number], or <= in the place of =")
	}
	t := started(ts, "calls")
	now, before := t.Stats(), t.counted
	t.counted = now
	received := map[string]int{
		"suspend": now.Suspends - before.Suspends,
		"read":    now.Reads - now.Lists - (before.Reads - before.Lists),
		"list":    now.Lists - before.Lists,
	}
	ts.Check(compareCalls(received, args))
}

// compareCalls returns an error if numbers of calls are not as wanted.
func compareCalls(received map[string]int, wanted []string) error {
	for _, word := range wanted {
		parts := expectation.FindStringSubmatch(word)
		if parts == nil {
			return fmt.Errorf("calls: %s is not of the form suspend=3, read=3 or list=3, or with <=", word)
		}
		want, err := strconv.Atoi(parts[3])
		if err != nil {
			return err
		}
		if got := received[parts[1]]; got > want || got < want && parts[2] == "=" {
			return fmt.Errorf("the tenant received suspend=%d read=%d list=%d, want %s",
				received["suspend"], received["read"], received["list"], strings.Join(wanted, " "))
		}
	}
	return nil
}

// suspended compares the refs that were suspended so far with others, in any order:
// suspended 1001 1002. Without refs nobody must have been suspended.
func suspended(ts *testscript.TestScript, neg bool, refs []string) {
	if neg {
		ts.Fatalf("usage: suspended [ref…]")
	}
	ts.Check(compareSuspended(started(ts, "suspended").Suspended(), refs))
}

// compareSuspended returns an error if the refs that were suspended, with how often each
// was, are others than those wanted.
func compareSuspended(times map[string]int, wanted []string) error {
	got, want := slices.Sorted(maps.Keys(times)), slices.Sorted(slices.Values(wanted))
	if !slices.Equal(got, want) {
		return fmt.Errorf("suspended so far: %q, want %q", got, want)
	}
	return nil
}

func TestATenantHasTheUsersOfItsFile(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	users, err := readUsers("email,ref,lastName,firstName,status,role,managerRef,endDate,lastLogin,deleted\n"+
		"a@example.com,E-1,Lovelace,Ada,inactive,learneradmin,E-2,2024-06-30,-3d,true\n,E-2,,,,,,2024-06-30T19:00:00+02:00,-0d,\n", now)
	if err == nil {
		users, err = withMore(users, 2)
	}
	want := []thrivetest.User{
		{Ref: "E-1", FirstName: "Ada", LastName: "Lovelace", Email: "a@example.com", Status: "inactive", Role: "learneradmin",
			ManagerRef: "E-2", EndDate: "2024-06-30T00:00:00.000Z", LastLogin: "2024-06-28T12:00:00.000Z", Deleted: true},
		{Ref: "E-2", EndDate: "2024-06-30T17:00:00.000Z", LastLogin: "2024-07-01T12:00:00.000Z"},
		{Ref: "u000001", FirstName: "Amara", LastName: "Adeyemi", Email: "u000001@example.com"},
		{Ref: "u000002", FirstName: "Björn", LastName: "Berg", Email: "u000002@example.com"},
	}
	if err != nil || !reflect.DeepEqual(users, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, users, want)
	}
	for _, text := range []string{"", "ref,name\nE-1,Ada\n", "ref,lastLogin\nE-1,yesterday\n", "ref,lastLogin\nE-1,-xd\n",
		"ref,endDate\nE-1,30.06.2024\n", "ref,deleted\nE-1,perhaps\n", "ref,role\nE-1\n"} {
		if users, err := readUsers(text, now); err == nil {
			t.Errorf("%q is read as %+v", text, users)
		}
	}
	for _, refs := range [][]string{{""}, {"E-1", "E-1"}, {"u000002"}} {
		var users []thrivetest.User
		for _, ref := range refs {
			users = append(users, thrivetest.User{Ref: ref})
		}
		if _, err := withMore(users, 2); err == nil {
			t.Errorf("the refs %q are accepted", refs)
		}
	}
}

func TestTheOptionsOfATenant(t *testing.T) {
	got, err := readSettings(strings.Fields(`oauth retired=403 users=7 managers=ref pagination=none field:deleted="no" field:role=`))
	want := settings{oauth: true, more: 7, faults: thrivetest.Faults{RetiredV1: 403}, options: thrivetest.Options{
		ManagerRefs: true, Pagination: thrivetest.PaginationNone, Fields: map[string]string{"deleted": `"no"`, "role": ""}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
	for _, word := range []string{"", "secret", "oauth=1", "users=many", "retired=500", "pagination=", "managers=id", "field:role"} {
		if _, err := readSettings([]string{word}); err == nil {
			t.Errorf("the option %q is accepted", word)
		}
	}
}

func TestCallsAndSuspensionsAreCompared(t *testing.T) {
	received := map[string]int{"suspend": 3, "read": 0, "list": 2}
	for words, same := range map[string]bool{
		"": true, "suspend=3": true, "suspend=3 read=0 list=2": true, "suspend<=3": true, "list<=9 read<=0": true,
		"suspend=2": false, "suspend=4": false, "suspend<=2": false, "suspend=3 read=1": false,
		"suspend": false, "suspend>=3": false, "token=0": false, "list=-1": false,
	} {
		if err := compareCalls(received, strings.Fields(words)); (err == nil) != same {
			t.Errorf("%q: %v", words, err)
		}
	}
	for words, same := range map[string]bool{"b a": true, "a b": true, "": false, "a": false, "a b c": false, "a b b": false} {
		if err := compareSuspended(map[string]int{"a": 1, "b": 2}, strings.Fields(words)); (err == nil) != same {
			t.Errorf("%q: %v", words, err)
		}
	}
	if err := compareSuspended(nil, nil); err != nil {
		t.Errorf("nobody: %v", err)
	}
}

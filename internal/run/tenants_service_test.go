package run

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"offboard/pkg/thrivetest"
)

// said is what an answer says in one field. The zero value is a field that is missing.
type said struct {
	kind saying
	text string // of one that is known
}

type saying byte

const (
	missing saying = iota
	unclear        // of another type, or there twice
	null
	known
)

// account is what an answer says about a user, by field, as a person reads it. The ID is
// not that of the answer, but says as well whether two answers are about the same account.
type account map[string]said

// The routes by which users are read.
const (
	byList = iota
	byRef
	routes
)

// drift is JSON in the place of a field.
type drift struct {
	json string
	said said
}

// member is a user of the tenant.
type member struct {
	thrivetest.User     // Fields are set for each answer
	number          int // which account it is: another one when the user is created again
	drifts          [routes]map[string]drift
}

// says returns what an answer says about a user. manager is how it names
// the manager of an active user; "": it does not.
func (s *service) says(m *member, route int) (a account, manager string) {
	text := func(t string) said {
		if t == "" {
			return said{kind: null}
		}
		return said{known, t}
	}
	a = account{
		"id": said{known, strconv.Itoa(m.number)}, "ref": text(m.Ref), "firstName": text(m.FirstName), "lastName": text(m.LastName),
		"email": text(m.Email), "role": text(m.Role), "status": text(m.Status), "endDate": text(m.EndDate),
		"dept": text(m.AdditionalFields["dept"]), "languageCode": said{known, "en"},
	}
	if route == byList {
		a["deleted"], a["lastLogin"] = said{known, strconv.FormatBool(m.Deleted)}, text(m.LastLogin)
	}
	manager = s.managerOf(m)
	for field, d := range m.drifts[route] {
		switch field {
		case "positions":
			a["endDate"], manager = said{}, ""
		case "additionalFields":
			a["dept"] = said{}
		default:
			a[field] = d.said
		}
	}
	if !strings.EqualFold(a["status"].text, "active") || a["deleted"].text == "true" {
		manager = ""
	}
	return a, manager
}

// managerOf returns how the position of a user names the manager.
func (s *service) managerOf(m *member) string {
	if m.ManagerRef == "" || m.Status == "inactive" { // such a position is not active
		return ""
	}
	for _, other := range s.users {
		if other.Ref == m.ManagerRef {
			return "id " + strconv.Itoa(other.number)
		}
	}
	return "ref " + m.ManagerRef
}

// page is an answer with a page of the list.
type page struct {
	number   int
	accounts []account
	pages    int // that the answer says; 0: it does not
}

// read is the answer to a read by ref.
type read struct {
	status  int
	account account // of 200
}

// pagination is a form in which pages say where they stand.
type pagination struct {
	text           string // behind the users, with %r for all users, %p for all pages and %n for the page
	pages, results bool   // whether it tells them
}

var paginations = []pagination{
	{`,"pagination":{"totalResults":%r,"totalPages":%p,"page":%n,"perPage":1000}`, true, true},
	{`,"totalResults":%r,"totalPages":%p,"page":%n,"perPage":1000`, true, true},
	{`,"pagination":{"totalResults":%r}`, true, true},
	{`,"pagination":{"totalPages":%p}`, true, false},
	{`,"pagination":{"totalPages":"%p","totalResults":[%r]}`, false, false},
	{`,"pagination":{"totalPages":0}`, false, false},
	{`,"totalPages":7777,"pagination":{"totalPages":%p}`, false, false}, // both are not the same
	{"", false, false},
}

// service serves a tenant that changes while it is read, answers in all forms that have
// been seen, and remembers what it has said.
type service struct {
	rand   *rand.Rand
	server *thrivetest.Server
	pool   []string // refs that users can have

	perPage    int
	pagination pagination
	shifts     int  // of ten answers, how many come after a change
	drifting   int  // of ten users, how many have fields of another form
	refDrifts  bool // the ref is one of these fields
	beyond     int  // the status of a page beyond the last one
	retired    int  // the status of every read by ref; 0: they are served
	broken     map[string]int
	flaky      map[string]int // requests by path that fail at first
	deadPage   int            // a page that is never served; 0: none

	mu       sync.Mutex
	users    []*member // in the order of the list
	number   int
	most     int // users at a time
	pages    []page
	reads    map[string][]read
	suspends map[string]int
	managed  map[string]int // active users by how they name their manager
}

// ServeHTTP serves one request at a time.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.EscapedPath()
	ref, one := strings.CutPrefix(path, "/rest/v1/users/ref/")
	ref, _ = url.PathUnescape(ref)
	switch {
	case r.Method == http.MethodPatch:
		ref, _ := url.PathUnescape(strings.TrimSuffix(strings.TrimPrefix(path, "/rest/v2/users/ref/"), "/suspend"))
		s.suspends[ref]++
		s.server.ServeHTTP(w, r)
	case s.flaky[r.URL.RequestURI()] > 0:
		s.flaky[r.URL.RequestURI()]--
		http.Error(w, "broken", http.StatusInternalServerError)
	case one:
		s.change()
		s.serveUser(w, r, ref)
	default:
		s.change()
		s.servePage(w, r)
	}
}

// RoundTrip serves a request without a network.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

func (s *service) serveUser(w http.ResponseWriter, r *http.Request, ref string) {
	status := max(s.retired, s.broken[ref])
	at := slices.IndexFunc(s.users, func(m *member) bool { return m.Ref == ref })
	if status == 0 && at < 0 {
		status = http.StatusNotFound
	}
	if status != 0 {
		s.reads[ref] = append(s.reads[ref], read{status: status})
		http.Error(w, "no", status)
		return
	}
	s.show(s.users[at], byRef)
	a, _ := s.says(s.users[at], byRef)
	s.reads[ref] = append(s.reads[ref], read{http.StatusOK, a})
	s.server.ServeHTTP(w, r)
}

// servePage serves a page, which has fewer users than were asked for.
func (s *service) servePage(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	number, _ := strconv.Atoi(query.Get("page"))
	first, last := min((number-1)*s.perPage, len(s.users)), min(number*s.perPage, len(s.users))
	if number == s.deadPage {
		http.Error(w, "no", http.StatusUnprocessableEntity)
		return
	}
	if first == last && number > 1 && s.beyond != 0 {
		s.pages = append(s.pages, page{number: number})
		http.Error(w, "no such page", s.beyond)
		return
	}
	p := page{number: number}
	for _, m := range s.users[first:last] {
		s.show(m, byList)
		a, manager := s.says(m, byList)
		p.accounts = append(p.accounts, a)
		s.managed[manager]++
	}
	results, pages := len(s.users), (len(s.users)+s.perPage-1)/s.perPage
	more := strings.NewReplacer("%r", strconv.Itoa(results), "%p", strconv.Itoa(pages), "%n", strconv.Itoa(number)).Replace(s.pagination.text)
	if s.pagination.pages {
		p.pages = pages
	}
	s.pages = append(s.pages, p)
	query.Set("perPage", strconv.Itoa(s.perPage))
	r = r.Clone(r.Context())
	r.URL.RawQuery = query.Encode()
	served := httptest.NewRecorder()
	s.server.ServeHTTP(served, r)
	body, whole := bytes.CutSuffix(served.Body.Bytes(), []byte("]}"))
	if !whole || served.Code != http.StatusOK {
		panic(served.Body.String())
	}
	_, _ = w.Write(append(body, "]"+more+"}"...))
}

// show makes the simulator answer about a user as the route does.
func (s *service) show(m *member, route int) {
	u := m.User
	u.Fields = map[string]string{}
	for field, d := range m.drifts[route] {
		u.Fields[field] = d.json
	}
	s.server.Add(u)
}

// listed returns what the list has said of each ref.
func (s *service) listed() map[string][]account {
	all := map[string][]account{}
	for _, p := range s.pages {
		for _, a := range p.accounts {
			if ref := a["ref"]; ref.kind == known && ref.text != "" {
				all[ref.text] = append(all[ref.text], a)
			}
		}
	}
	return all
}

// agreed returns what accounts agree on.
func agreed(all []account) (both account, same bool) {
	if len(all) == 0 {
		return nil, true
	}
	both, same = maps.Clone(all[0]), true
	for _, a := range all[1:] {
		for field := range both {
			if a[field] != both[field] {
				both[field], same = said{}, false
			}
		}
	}
	return both, same
}

package thrivetest

import (
	"net/http"
	"slices"
	"strconv"
)

const maxPerPage = 1000

// PaginationForm is the form in which a page says where it stands. Public clients of the
// vendor's API differ.
type PaginationForm int

// The forms of a pagination.
const (
	PaginationObject PaginationForm = iota // in an object, as in the vendor's documentation
	PaginationFields                       // in fields beside the users
	PaginationNone                         // not at all
)

// Add adds a user at the end of the list, or replaces the user with this ref.
func (s *Server) Add(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.create(s.people.at(u.Ref), u)
}

// Insert adds a user at a place of the list, from 0 to its length, or replaces the user
// with this ref and moves it there. While somebody reads the list page by page, others
// move to the next page by it.
func (s *Server) Insert(at int, u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people.at(u.Ref)
	s.create(p, u)
	s.users = slices.DeleteFunc(s.users, func(other *person) bool { return other == p })
	s.users = slices.Insert(s.users, min(at, len(s.users)), p)
}

// Remove removes a user, so that those behind it move up in the list. The history of the
// ref is kept. It returns false if there is no such user.
func (s *Server) Remove(ref string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people.user(ref)
	if !ok {
		return false
	}
	s.users = slices.DeleteFunc(s.users, func(other *person) bool { return other == p })
	p.id, p.User = "", User{}
	return true
}

// member is a field of a user in JSON.
type member struct {
	name  string
	value []byte
}

// members are the fields of an object in their order.
type members []member

func (m *members) add(name string, value []byte) { *m = append(*m, member{name, value}) }

// addText adds a text. An empty one is null, as in the vendor's API.
func (m *members) addText(name, text string) {
	value := []byte("null")
	if text != "" {
		value = appendString(nil, text)
	}
	m.add(name, value)
}

// replace puts JSON in the place of fields. "" leaves one out.
func (m *members) replace(fields map[string]string) {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names) // so that the same options make the same answer
	for _, name := range names {
		i := slices.IndexFunc(*m, func(have member) bool { return have.name == name })
		if value := []byte(fields[name]); i >= 0 {
			(*m)[i].value = value
		} else {
			m.add(name, value)
		}
	}
	*m = slices.DeleteFunc(*m, func(have member) bool { return len(have.value) == 0 })
}

func (m members) appendTo(b []byte) []byte {
	b = append(b, '{')
	for i, have := range m {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, have.name), ':')
		b = append(b, have.value...)
	}
	return append(b, '}')
}

// appendResource appends the user as a read returns it. By the types of public clients the
// list has three fields more than the answer about one user. The caller holds the lock.
func (s *Server) appendResource(b []byte, p *person, inList bool) []byte {
	m := make(members, 0, 16)
	m.addText("id", p.id)
	m.addText("ref", p.Ref)
	m.addText("firstName", p.FirstName)
	m.addText("lastName", p.LastName)
	m.addText("email", p.Email)
	m.addText("role", p.Role)
	m.addText("status", p.Status)
	m.add("positions", p.positions(s.people.manager(p.ManagerRef, s.opts.ManagerRefs)))
	m.addText("languageCode", "en")
	if inList {
		m.add("deleted", strconv.AppendBool(nil, p.Deleted))
		m.addText("lastLogin", p.LastLogin)
		m.add("singleSignOn", []byte("false")) // its type is not documented
	}
	m.add("additionalFields", p.additional())
	if len(s.opts.Fields) > 0 || len(p.Fields) > 0 {
		m.replace(s.opts.Fields)
		m.replace(p.Fields)
	}
	return m.appendTo(b)
}

// positions returns the only position of a user, with its manager in JSON.
func (p *person) positions(manager []byte) []byte {
	b := append(make([]byte, 0, 160), `[{"isActive":`...)
	b = strconv.AppendBool(b, p.Status != statusInactive)
	b = append(b, `,"startDate":null,`...)
	b = appendField(b, "endDate", p.EndDate)
	b = append(b, `"manager":`...)
	return append(append(b, manager...), "}]"...)
}

// manager returns the manager with a ref in JSON, with or without name and ref.
func (all people) manager(ref string, named bool) []byte {
	if ref == "" {
		return []byte("null")
	}
	p, exists := all.user(ref)
	var m members
	switch {
	case !exists: // there is nothing else to tell of it
		m.addText("id", "")
		m.addText("name", "")
		m.addText("ref", ref)
	case named:
		m.addText("id", p.id)
		m.addText("name", p.FirstName+" "+p.LastName)
		m.addText("ref", ref)
	default:
		m.addText("id", p.id)
	}
	return m.appendTo(nil)
}

// read is GET /rest/v1/users/ref/{ref}.
func (s *Server) read(c *call, _ bool) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.find(c.ref)
	if !ok {
		return problem(http.StatusNotFound, "no user has this ref")
	}
	return answer{status: http.StatusOK, body: s.appendResource(make([]byte, 0, 512), p, false)}
}

// list is GET /rest/v1/users. A page beyond the last is empty.
func (s *Server) list(c *call) answer {
	query := c.request.URL.Query()
	number, ok := positive(query.Get("page"), 1)
	if !ok {
		return problem(http.StatusBadRequest, "page must be a number from 1")
	}
	perPage, ok := positive(query.Get("perPage"), 100)
	if !ok || perPage > maxPerPage {
		return problem(http.StatusBadRequest, "perPage must be a number from 1 to 1000")
	}
	if s.opts.OnList != nil {
		s.opts.OnList(number) // without the lock, which the methods of s need
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	total := len(s.users)
	pages := (total + perPage - 1) / perPage
	b := []byte(`{"results":[`)
	if number <= pages {
		first := (number - 1) * perPage
		for i, p := range s.users[first:min(first+perPage, total)] {
			if i > 0 {
				b = append(b, ',')
			}
			b = s.appendResource(b, p, true)
		}
	}
	b = append(b, ']')
	return answer{status: http.StatusOK, body: append(s.opts.Pagination.appendTo(b, total, pages, number, perPage), '}')}
}

// appendTo appends where a page stands, behind its users.
func (f PaginationForm) appendTo(b []byte, total, pages, number, perPage int) []byte {
	var m members
	for _, field := range []struct {
		name  string
		value int
	}{{"totalResults", total}, {"totalPages", pages}, {"page", number}, {"perPage", perPage}} {
		m.add(field.name, strconv.AppendInt(nil, int64(field.value), 10))
	}
	object := m.appendTo(nil)
	switch f {
	case PaginationNone:
		return b
	case PaginationFields:
		b = append(b, ',')
		return append(b, object[1:len(object)-1]...)
	default:
		b = append(b, `,"pagination":`...)
		return append(b, object...)
	}
}

// positive parses a number of at least 1. An empty value is the fallback.
func positive(value string, fallback int) (int, bool) {
	if value == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(value)
	return n, err == nil && n >= 1
}

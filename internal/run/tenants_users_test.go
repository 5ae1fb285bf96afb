package run

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"offboard/pkg/thrivetest"
)

// change changes the tenant, perhaps.
func (s *service) change() {
	for s.rand.IntN(10) < s.shifts {
		at := 0
		if len(s.users) > 0 {
			at = s.rand.IntN(len(s.users))
		}
		switch n := s.rand.IntN(8); {
		case n < 2 || len(s.users) == 0:
			s.insert(at, s.pool[s.rand.IntN(len(s.pool))])
		case n < 4:
			s.server.Remove(s.users[at].Ref)
			s.users = slices.Delete(s.users, at, at+1)
		case n < 7:
			m := s.users[at]
			to := s.rand.IntN(len(s.users))
			s.users = slices.Insert(slices.Delete(s.users, at, at+1), to, m)
			s.server.Insert(to, m.User)
		default:
			s.alter(s.users[at])
		}
	}
}

// insert adds a user, unless there is one with this ref.
func (s *service) insert(at int, ref string) {
	if slices.ContainsFunc(s.users, func(m *member) bool { return m.Ref == ref }) {
		return
	}
	s.number++
	m := &member{User: thrivetest.User{Ref: ref}, number: s.number}
	s.alter(m)
	s.users = slices.Insert(s.users, at, m)
	s.server.Insert(at, m.User)
	s.most = max(s.most, len(s.users))
}

// alter gives a user other fields.
func (s *service) alter(m *member) {
	r := s.rand
	m.FirstName = "Ada"
	m.LastName = styled(r, pick(r, names))
	m.Email = styled(r, pick(r, names)+"@example.com")
	m.Role = pick(r, []string{"learner", "learner", "learner", "learneradmin", "Learner", "administrator", "Administrator", "owner"})
	m.Status = pick(r, []string{"active", "active", "active", "ACTIVE", "inactive", "Inactive", "new", "expired"})
	m.Deleted = r.IntN(8) == 0
	m.LastLogin = pick(r, []string{"", "2025-06-30T08:00:00.000Z", "2025-07-01T08:00:00Z", "2026-01-01T12:00:01.000Z", "2026-01-01T11:59:59Z", "2026-01-14T23:00:00+02:00", "yesterday", "2026-01-14"})
	m.EndDate = pick(r, []string{"", "2025-06-30T00:00:00.000Z"})
	m.ManagerRef = ""
	if r.IntN(3) == 0 {
		m.ManagerRef = pick(r, s.pool[:min(4, len(s.pool))])
	}
	m.AdditionalFields = map[string]string{"dept": "Analytical Engines"}
	for route := range routes {
		m.drifts[route] = map[string]drift{}
		if r.IntN(10) < s.drifting {
			m.drifts[route] = s.drifts()
		}
	}
	if s.refDrifts && r.IntN(12) == 0 { // two users of the list have one ref
		m.drifts[byList]["ref"] = drift{fmt.Sprintf("%q", s.pool[0]), said{known, s.pool[0]}}
	}
}

// drifts returns fields in another form than the documented one.
func (s *service) drifts() map[string]drift {
	all := map[string]drift{}
	fields := []string{"id", "firstName", "lastName", "email", "role", "status", "languageCode", "deleted", "lastLogin", "positions", "additionalFields"}
	if s.refDrifts {
		fields = append(fields, "ref", "ref", "ref")
	}
	for range 1 + s.rand.IntN(4) {
		field := pick(s.rand, fields)
		value := fmt.Sprintf("%q", map[string]string{"role": "learner", "status": "active", "deleted": "false", "lastLogin": "2020-01-01T00:00:00Z"}[field])
		odd := []drift{
			{"", said{}},
			{"null", said{kind: null}},
			{"17", said{kind: unclear}},
			{`[` + value + `]`, said{kind: unclear}},
			{value + `,"` + field + `":` + value, said{kind: unclear}},
			{value + `,"` + strings.ToUpper(field) + `":` + value, said{kind: unclear}},
			{`"a\ud800"`, said{kind: unclear}},
		}
		switch field {
		case "positions":
			odd = []drift{{"", said{}}, {"null", said{}}, {"[]", said{}}, {"{}", said{}}, {`[{"isActive":"true","manager":{"id":"x"}}]`, said{}}, {`[7]`, said{}}}
		case "additionalFields":
			odd = []drift{{"", said{}}, {"null", said{}}, {"[]", said{}}, {`{"dept":{"name":"x"}}`, said{}}, {`{"dept":"x","dept":"x"}`, said{}}}
		case "deleted": // the read by ref does not have it, but may
			odd = append(odd, drift{"true", said{known, "true"}}, drift{"false", said{known, "false"}})
		case "status", "role": // says nothing
			odd = append(odd, drift{`""`, said{}})
		}
		all[field] = pick(s.rand, odd)
	}
	return all
}

// names are names in the form in which they are compared, and styled writes one as people do.
var names = []string{"zoe", "muller", "strasse", "o'neil", "de la cruz"}

func styled(r *rand.Rand, name string) string {
	switch r.IntN(7) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return "  " + strings.ReplaceAll(name, " ", "\u00a0 ") + "\t"
	case 2:
		return strings.NewReplacer("zoe", "zoé", "muller", "mu\u0308ller", "strasse", "straße", "o'", "Ó'").Replace(name)
	case 3: // full width
		return strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7f {
				return r + 0xfee0
			}
			return r
		}, name)
	}
	return name
}

// padded puts zeros in front of the number of a ref.
func padded(ref, zeros string) string {
	at := strings.IndexAny(ref, "123456789")
	return ref[:at] + zeros + ref[at:]
}

// styles are ways in which spreadsheets and people write a ref.
var styles = []func(string) string{
	func(ref string) string { return ref },
	func(ref string) string { return padded(ref, "0") },
	func(ref string) string { return padded(ref, "00") },
	strings.ToLower,
	func(ref string) string { return ref[:1] + " " + ref[1:] },
	func(ref string) string { return "(" + ref + ")" },
}

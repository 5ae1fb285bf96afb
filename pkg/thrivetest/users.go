package thrivetest

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// User is a user of the tenant.
type User struct {
	Ref       string // unique
	FirstName string
	LastName  string
	Email     string
	Role      string // "": "learner"
	// Status is "active" (or ""), "inactive", "expired" or "new". Only an
	// "inactive" user is suspended.
	Status           string
	JobTitle         string
	ManagerRef       string
	EndDate          string // in the form 2006-01-02T15:04:05.000Z; "": none
	LastLogin        string // a date in this form; "": null
	Deleted          bool
	AdditionalFields map[string]string

	// Fields is as Options.Fields, for this user only. It overrides the former.
	Fields map[string]string
}

const (
	statusActive   = "active"
	statusInactive = "inactive"

	// dateForm is the vendor's form of a date.
	dateForm = "2006-01-02T15:04:05.000Z"

	maxBody = 1 << 20 // bytes
)

// person is the state of a ref, whether there is a user with this ref or not.
type person struct {
	User
	id          string // "": there is no such user
	created     string
	attempts    int // suspend calls
	reads       int
	suspensions []Suspension
}

// people are the states of refs. They are guarded by the lock of their server.
type people map[string]*person

// at returns the state of a ref, which is a new one if there was none.
func (all people) at(ref string) *person {
	p := all[ref]
	if p == nil {
		p = &person{}
		all[ref] = p
	}
	return p
}

// user returns the state of a ref, and whether there is a user with it now.
func (all people) user(ref string) (*person, bool) {
	p := all[ref]
	return p, p != nil && p.id != ""
}

// create makes a person a user. The caller holds the lock, or is New.
func (s *Server) create(p *person, u User) {
	u.Role = orDefault(u.Role, "learner")
	u.Status = orDefault(u.Status, statusActive)
	if p.id == "" {
		s.users = append(s.users, p)
		s.created++ // not the number of users: an ID is never used again
		number := strconv.Itoa(s.created)
		p.id = "00000000-0000-4000-8000-000000000000"[:36-len(number)] + number
		p.created = s.opts.Now().UTC().Format(dateForm)
	}
	p.User = u
}

// find returns the state of a ref, and whether there is such a user. The caller
// holds the lock.
func (s *Server) find(ref string) (*person, bool) {
	p := s.people.at(ref)
	if p.id == "" && s.opts.AnyRef {
		s.create(p, User{Ref: ref})
	}
	return p, p.id != ""
}

// Change changes a user, who keeps the place in the list: f changes a copy, which then
// replaces the user at once. The ref stays as it is. f replaces maps instead of changing
// them, and calls no method of s. Change returns false if there is no such user.
func (s *Server) Change(ref string, f func(*User)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people.user(ref)
	if !ok {
		return false
	}
	u := p.User
	f(&u)
	u.Ref = ref
	s.create(p, u)
	return true
}

// Reactivate makes a user active again, as an administrator can outside the API.
// It returns false if there is no such user.
func (s *Server) Reactivate(ref string) bool {
	return s.Change(ref, func(u *User) { u.Status = statusActive })
}

// suspend is PATCH /rest/v2/users/ref/{ref}/suspend. With stillActive it has no
// effect, and the answer is a 200 that says so.
func (s *Server) suspend(c *call, stillActive bool) answer {
	sent, formatted, refusal, ok := c.endDate()
	if !ok {
		return refusal
	}
	now := s.opts.Now()

	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.find(c.ref)
	if !ok {
		return problem(http.StatusNotFound, "no user has this ref")
	}
	if stillActive {
		return answer{status: http.StatusOK, body: p.lifecycle(true, now)}
	}
	if len(p.suspensions) == 0 {
		s.history.suspended++
	}
	if p.Status == statusInactive {
		s.history.repeats++
	}
	p.suspensions = append(p.suspensions, Suspension{At: now, EndDate: sent})
	p.Status = statusInactive
	if formatted != "" {
		p.EndDate = formatted
	}
	return answer{status: http.StatusOK, body: p.lifecycle(false, now)}
}

// endDate reads the end date from the body, as it was sent and as the API formats
// it. Both are "" if there is none. If ok is false, refusal is the answer.
func (c *call) endDate() (sent, formatted string, refusal answer, ok bool) {
	refuse := func(status int, message string) (string, string, answer, bool) {
		return "", "", problem(status, message), false
	}
	if t := c.request.Header.Get("Content-Type"); t != "application/json" {
		if media, _, err := mime.ParseMediaType(t); err != nil || media != "application/json" {
			return refuse(http.StatusUnsupportedMediaType, "Content-Type must be application/json")
		}
	}
	raw := c.body
	if c.incomplete {
		return refuse(http.StatusBadRequest, "the body is incomplete")
	}
	if string(raw) == "{}" {
		return "", "", answer{}, true
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(raw, &body); err != nil || body == nil {
		return refuse(http.StatusBadRequest, "the body must be a JSON object")
	}
	value, given := body["endDate"]
	if !given {
		return "", "", answer{}, true
	}
	if err := json.Unmarshal(value, &sent); err != nil {
		return refuse(http.StatusUnprocessableEntity, "endDate must be a date")
	}
	date, err := time.Parse(time.RFC3339, sent) // of null it is "", which is no date
	if err != nil {
		return refuse(http.StatusUnprocessableEntity, "endDate must be an RFC 3339 date")
	}
	return sent, date.UTC().Format(dateForm), answer{}, true
}

// lifecycle returns the user lifecycle resource with all documented fields.
func (p *person) lifecycle(active bool, now time.Time) []byte {
	b := append(make([]byte, 0, 768), '{')
	b = appendField(b, "id", p.id)
	b = appendField(b, "loginMethod", "email")
	b = appendField(b, "ref", p.Ref)
	b = appendField(b, "email", p.Email)
	b = appendField(b, "firstName", p.FirstName)
	b = appendField(b, "lastName", p.LastName)
	b = appendField(b, "role", p.Role)
	b = appendField(b, "jobTitle", p.JobTitle)
	b = appendField(b, "managerRef", p.ManagerRef)
	b = appendField(b, "startDate", "")
	b = appendField(b, "endDate", p.EndDate)
	b = appendField(b, "timeZone", "UTC")
	b = appendField(b, "languageCode", "en")
	b = append(b, `"active":`...)
	b = strconv.AppendBool(b, active)
	b = append(b, ',')
	b = appendField(b, "createdAt", p.created)
	b = append(b, `"updatedAt":"`...)
	b = now.UTC().AppendFormat(b, dateForm)
	b = append(b, `",`...)
	b = append(b, `"sso":false,`...) // its type is not documented
	b = appendField(b, "domain", "")
	return append(p.appendAdditional(b), '}')
}

func (p *person) appendAdditional(b []byte) []byte {
	return append(append(b, `"additionalFields":`...), p.additional()...)
}

func (p *person) additional() []byte {
	if len(p.AdditionalFields) == 0 {
		return []byte("{}")
	}
	fields, _ := json.Marshal(p.AdditionalFields) // a string map always encodes
	return fields
}

// Package thrivetest simulates the API of Thrive: the behaviour that the vendor
// documents, faults on demand, and a history of the suspensions of each ref.
//
// Describe a tenant with Options, serve what New returns with httptest or net/http,
// and point a client at its URL with the credentials DefaultTenant and
// DefaultSecret, or DefaultClientID and DefaultClientSecret. A ref that no user has
// is answered with 404, unless Options.AnyRef is set. Then SetFaults says how calls
// fail, and Suspensions, Suspended and Stats say what the server has seen.
//
// It shares no code with the client in pkg/thrive, so that a mistake in one is
// not repeated in the other. It closes a connection by a panic with
// http.ErrAbortHandler, which net/http and httptest understand.
package thrivetest

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The credentials that a Server accepts by default. The tenant is the example in
// the vendor's documentation. None of them is valid at the real API.
const (
	DefaultTenant       = "eu-west-2_AbcdEfghI"
	DefaultSecret       = "sandbox-secret"
	DefaultClientID     = "sandbox-client"
	DefaultClientSecret = "sandbox-client-secret"
	DefaultTokenTTL     = time.Hour // vendor's documentation of tokens: 3600 s
)

// TokenAuth says where the token endpoint accepts client credentials. The vendor
// does not document it.
type TokenAuth int

// The places of client credentials.
const (
	HeaderOrBody TokenAuth = iota // in either, but not in both
	HeaderOnly                    // in a Basic Authorization header
	BodyOnly                      // in the form
)

// Options describe a tenant. The zero value is a tenant without users, with the
// default credentials.
type Options struct {
	Tenant       string        // tenant ID; "": DefaultTenant
	Secret       string        // API secret, for Basic authentication; "": DefaultSecret
	ClientID     string        // "": DefaultClientID
	ClientSecret string        // "": DefaultClientSecret
	TokenTTL     time.Duration // lifetime of a token in whole seconds; 0: DefaultTokenTTL
	TokenAuth    TokenAuth     // where the token endpoint accepts client credentials

	// Users exist from the start, in this order.
	Users []User
	// AnyRef makes every other ref an active user with its first call.
	AnyRef bool
	// SpecialRefs turns on the refs that the function SpecialRefs returns.
	SpecialRefs bool

	// Fields has JSON that stands in the place of a field of every user in reads, by its
	// name, because types drift in the vendor's API: {"deleted": `"no"`} is a text in the
	// place of a boolean. "" leaves the field out. A field that the answer would not have
	// is added. JSON with another member behind it, as in `true,"deleted":false`, makes
	// a field stand twice.
	Fields map[string]string
	// ManagerRefs makes managers have their names and refs in reads. Without it they
	// have an ID only, as in the vendor's example, unless there is no such user.
	ManagerRefs bool
	// Pagination is the form in which pages of the list say where they stand.
	Pagination PaginationForm
	// OnList is called before each page of the list is answered, with the number of the
	// page, so that users can change while somebody reads it. It may call the methods of
	// the Server. It is not called for a request that is refused. Requests at the same
	// time call it from several goroutines.
	OnList func(page int)
	// HideScope makes the token endpoint not say which scopes a token has.
	HideScope bool

	// Now is the clock of tokens, dates and the rate limit; nil means time.Now.
	// Latency does not use it. It is called from several goroutines.
	Now func() time.Time
	// Seed determines which calls the Shares of Faults affect. With the same seed
	// these are the same attempts of the same refs, in whatever order calls come.
	Seed uint64
}

// Server simulates the API for one tenant. It is an http.Handler. All its methods
// are safe for concurrent use.
type Server struct {
	opts      Options
	secrets   atomic.Pointer[secrets]
	faults    atomic.Pointer[activeFaults]
	requestID atomic.Uint64
	swaps     swaps

	mu      sync.Mutex // guards all below
	tokens  map[string]grant
	people  people
	users   []*person // in the order of the list
	created int       // users, including those who were removed
	history history
}

// New returns a Server without faults. It keeps o.Users but not the slice: do not
// change their AdditionalFields.
func New(o Options) *Server {
	o.Tenant = orDefault(o.Tenant, DefaultTenant)
	o.Secret = orDefault(o.Secret, DefaultSecret)
	o.ClientID = orDefault(o.ClientID, DefaultClientID)
	o.ClientSecret = orDefault(o.ClientSecret, DefaultClientSecret)
	o.TokenTTL = orDefault(o.TokenTTL, DefaultTokenTTL)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		opts:    o,
		tokens:  map[string]grant{},
		people:  people{},
		history: history{byStatus: map[int]int{}},
	}
	for _, u := range o.Users {
		s.create(s.people.at(u.Ref), u)
	}
	s.SetSecrets(o.Secret, o.ClientSecret)
	s.SetFaults(Faults{})
	return s
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

const (
	tokenPath   = "/oauth2/token/"
	suspendPath = "/rest/v2/users/ref/"
	userPath    = "/rest/v1/users/ref/"
	listPath    = "/rest/v1/users"
)

// ServeHTTP implements http.Handler. Every answer has an X-Request-Id of its own.
// To close the connection it panics with http.ErrAbortHandler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", "sandbox-"+strconv.FormatUint(s.requestID.Add(1), 10))

	// The path stays escaped, because a ref may contain a slash.
	path := r.URL.EscapedPath()
	if tenant, ok := strings.CutPrefix(path, tokenPath); ok {
		s.serveToken(r, tenant).write(w)
		return
	}
	c := call{request: r}
	if rest, ok := strings.CutPrefix(path, suspendPath); ok && strings.HasSuffix(rest, "/suspend") {
		c.kind, c.segment = suspend, strings.TrimSuffix(rest, "/suspend")
	} else if rest, ok := strings.CutPrefix(path, userPath); ok {
		c.kind, c.segment = read, rest
	} else if path == listPath {
		c.kind = list
	} else {
		problem(http.StatusNotFound, "no such endpoint").write(w)
		return
	}
	// The body is read first: until then net/http does not notice that the client
	// closes the connection.
	var err error
	c.body, err = io.ReadAll(io.LimitReader(r.Body, maxBody))
	c.incomplete = err != nil
	s.note(func(h *history) { h.started(c.kind, s.opts.Now()) })
	f := s.faults.Load()
	left, allowed := f.quota.take(s.opts.Now())
	var a answer
	if allowed {
		a = s.answer(f, &c)
	} else {
		a = tooMany(f)
	}
	s.note(func(h *history) { h.ended(c.kind, a.status) }) // before writing, so that Stats includes every answer received
	left.write(w.Header(), f.RateLimit, s.opts.Now())
	a.write(w)
}

// kind is an endpoint of the REST API.
type kind int

const (
	suspend kind = iota
	read
	list
)

func (k kind) method() string {
	if k == suspend {
		return http.MethodPatch
	}
	return http.MethodGet
}

func (k kind) scope() string {
	if k == suspend {
		return scopeWrite
	}
	return scopeRead
}

// call is one request to the REST API.
type call struct {
	kind       kind
	request    *http.Request
	segment    string // the escaped ref
	ref        string
	body       []byte
	incomplete bool // the body could not be read to its end
}

// answer applies the rate limit, the latency and the check of credentials, in the
// order of a gateway, and then serves the call.
func (s *Server) answer(f *activeFaults, c *call) answer {
	if !f.allow(s.opts.Now()) {
		return tooMany(f)
	}
	if !f.delay(c.request.Context()) {
		return answer{} // the client has closed the connection
	}
	if c.request.Method != c.kind.method() {
		return problem(http.StatusMethodNotAllowed, "this endpoint takes "+c.kind.method())
	}
	if f.RetiredV1 != 0 && c.kind != suspend {
		return problem(f.RetiredV1, "no such endpoint") // before authorize: the gateway knows no such route
	}
	if a, ok := s.authorize(c); !ok {
		return a
	}
	if c.kind == list {
		return s.list(c)
	}
	if a, ok := c.decodeRef(); !ok {
		return a
	}
	fault := s.nextFault(f, c)
	if fault >= 100 {
		return f.withRetryAfter(problem(int(fault), "a fault of the sandbox"))
	}
	if fault == CutBefore {
		return answer{}
	}
	serve := s.read
	if c.kind == suspend {
		serve = s.suspend
	}
	a := serve(c, fault == StillActive).damaged(fault, c.ref)
	switch fault {
	case Swapped:
		return s.swaps.swap(c.request.Context(), a)
	case ExtraAnswer:
		a.extra = extraOn(c.request, f.ExtraDelay)
	}
	return a
}

func tooMany(f *activeFaults) answer {
	return f.withRetryAfter(problem(http.StatusTooManyRequests, "too many requests: wait and retry"))
}

// decodeRef decodes the ref. By the vendor's documentation it is one segment of at
// most 113 characters. Dot segments are refused, because a gateway would resolve
// them.
func (c *call) decodeRef() (answer, bool) {
	if strings.Contains(c.segment, "/") {
		return problem(http.StatusNotFound, "no such endpoint"), false
	}
	ref, err := url.PathUnescape(c.segment)
	switch {
	case err != nil:
		return problem(http.StatusBadRequest, "path parameter ref is malformed"), false
	case ref == "" || ref == "." || ref == "..":
		return problem(http.StatusBadRequest, "path parameter ref is required"), false
	case len([]rune(ref)) > 113:
		return problem(http.StatusBadRequest, "path parameter ref is longer than 113 characters"), false
	}
	c.ref = ref
	return answer{}, true
}

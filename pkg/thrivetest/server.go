// Package thrivetest is the sandbox: a simulator of the Thrive API that behaves
// as the vendor documents, fails on demand, and remembers what was done to whom.
//
// It knows nothing of the client in pkg/thrive, so that a mistake there is not
// repeated here. Serve it with net/http or httptest: cutting a connection is a
// panic with http.ErrAbortHandler, which these understand.
package thrivetest

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What a Server accepts when Options do not say otherwise. The tenant is the
// example in the vendor's documentation; none of these opens anything real.
const (
	DefaultTenant       = "eu-west-2_AbcdEfghI"
	DefaultSecret       = "sandbox-secret"
	DefaultClientID     = "sandbox-client"
	DefaultClientSecret = "sandbox-client-secret"
	DefaultTokenTTL     = time.Hour // vendor's documentation of tokens: 3600 s
)

// TokenAuth says where the token endpoint looks for the client's credentials.
// The vendor does not document it.
type TokenAuth int

// The ways to accept a client's credentials.
const (
	HeaderOrBody TokenAuth = iota
	HeaderOnly
	BodyOnly
)

// Options describe a tenant. The zero value is a tenant without users.
type Options struct {
	Tenant       string        // "": DefaultTenant
	Secret       string        // "": DefaultSecret; for Basic authentication
	ClientID     string        // "": DefaultClientID
	ClientSecret string        // "": DefaultClientSecret
	TokenTTL     time.Duration // whole seconds, 0: DefaultTokenTTL
	TokenAuth    TokenAuth

	// Users exist from the start, in this order.
	Users []User
	// AnyRef makes every other ref an active user when it is first seen.
	AnyRef bool
	// SpecialRefs gives some refs a fate of their own: see SpecialRefs.
	SpecialRefs bool

	// Now is the clock, nil means time.Now. Latency always takes real time.
	Now func() time.Time
	// Seed chooses which calls the shares of Faults strike. The same seed strikes
	// the same attempts at the same refs, however calls are interleaved.
	Seed uint64
}

// Server is the simulator of one tenant, an http.Handler. All its methods are
// safe for concurrent use.
type Server struct {
	opts  Options
	basic string // the one Authorization header that Basic accepts

	faults    atomic.Pointer[activeFaults]
	requestID atomic.Uint64

	mu     sync.Mutex // guards all below
	tokens map[string]grant
	people map[string]*person
	order  []*person // those who exist, in order of appearance
	memory memory
}

// New returns a Server without faults.
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
		opts:   o,
		basic:  "Basic " + base64.StdEncoding.EncodeToString([]byte(o.Tenant+":"+o.Secret)),
		tokens: map[string]grant{},
		people: map[string]*person{},
		memory: memory{byStatus: map[int]int{}},
	}
	for _, u := range o.Users {
		s.admit(s.person(u.Ref), u)
	}
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

// ServeHTTP implements http.Handler. Every answer carries X-Request-Id.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", "sandbox-"+strconv.FormatUint(s.requestID.Add(1), 10))

	// The escaped path: a ref may hold a slash of its own.
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
	// The body comes before everything else: net/http notices that a caller has
	// left only once it is read.
	var err error
	c.body, err = io.ReadAll(io.LimitReader(r.Body, maxBody))
	c.broken = err != nil
	s.begin(c.kind)
	a := s.answer(&c)
	s.end(c.kind, a.status) // before writing: who has the answer may ask for Stats
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

// call is one request on its way through the simulator.
type call struct {
	kind    kind
	request *http.Request
	segment string // the ref, still escaped
	ref     string
	body    []byte
	broken  bool // the body broke off
}

// answer goes through what stands in front of every endpoint, in the order of a
// gateway: limit, latency, credentials; then the request itself.
func (s *Server) answer(c *call) answer {
	f := s.faults.Load()
	if !f.allow(s.opts.Now()) {
		return f.announce(problem(http.StatusTooManyRequests, "too many requests: wait and retry"))
	}
	if !f.delay(c.request.Context()) {
		return answer{} // whoever called has left
	}
	if c.request.Method != c.kind.method() {
		return problem(http.StatusMethodNotAllowed, "this endpoint takes "+c.kind.method())
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
	fault := s.decide(f, c)
	if fault >= 100 {
		return f.announce(problem(int(fault), "a fault of the sandbox"))
	}
	if fault == CutBefore {
		return answer{}
	}
	a := s.read
	if c.kind == suspend {
		a = s.suspend
	}
	return a(c, fault == StillActive).spoil(fault)
}

// decodeRef applies the vendor's rules for a ref: one segment, at most 113
// characters. Dot segments never name anyone: a gateway would resolve them.
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

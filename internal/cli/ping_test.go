package cli

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"offboard/pkg/thrivetest"
)

// What ping writes about suspending when it cannot be told.
const notTold = "Suspending: not known; only a suspension would show it\n"

func TestPingSaysWhatCredentialsMayDo(t *testing.T) {
	users := []thrivetest.User{{Ref: "E-1"}, {Ref: "E-2", Status: "inactive"}}
	wrong := map[string]string{"OFFBOARD_API_SECRET": "hunter2", "OFFBOARD_CLIENT_SECRET": "hunter2"}
	retired := func(status int) thrivetest.Faults { return thrivetest.Faults{RetiredV1: status} }
	const secret, client = "Credentials: the API secret is accepted\n", "Credentials: the OAuth client sandbox-client is accepted\n"
	tests := map[string]struct {
		oauth   bool
		options thrivetest.Options
		faults  thrivetest.Faults
		env     map[string]string
		args    string
		code    int
		stdout  string // behind the line with the target
		stderr  string // a part of it; "": nothing is written
	}{
		"an API secret": {stdout: secret + "Reading users: allowed; the list has 2 users\n" + notTold},
		"a list that does not say how many": {options: thrivetest.Options{Pagination: thrivetest.PaginationNone},
			stdout: secret + "Reading users: allowed\n" + notTold},
		"a wrong API secret": {env: wrong, code: 5,
			stdout: "Credentials: the API secret is refused\nReading users: not allowed\nSuspending: not allowed\n",
			stderr: "offboard: the credentials were refused: 401 Unauthorized: credentials are missing or wrong; check the API secret, --tenant and --env: "},
		"an API secret, and the route is retired": {faults: retired(404), code: 1,
			stdout: "Credentials: not known; no answer tells whether the API secret is accepted\nReading users: not known\n" + notTold,
			stderr: "offboard: the list of users is not there: 404 Not Found: no such endpoint; the vendor may have retired this route, or the tenant has another address: check --env, --base-url and --tenant\n"},
		"an API secret that is forbidden": {faults: retired(403), code: 5,
			stdout: "Credentials: not known; no answer tells whether the API secret is accepted\nReading users: not allowed\n" + notTold,
			stderr: "offboard: the credentials were refused: reading users is forbidden: 403 Forbidden: no such endpoint; ask the vendor"},
		"OAuth for everything": {oauth: true, args: "--scope api/all",
			stdout: client + "Scopes of the token: api/all\nReading users: allowed; the list has 2 users\nSuspending: allowed by the scopes of the token; beyond that, only a suspension would show it\n"},
		"OAuth for both": {oauth: true, env: map[string]string{"OFFBOARD_SCOPE": "api/write api/read"},
			stdout: client + "Scopes of the token: api/write, api/read\nReading users: allowed; the list has 2 users\nSuspending: allowed by the scopes of the token; beyond that, only a suspension would show it\n"},
		"OAuth as a run asks for it": {oauth: true,
			stdout: client + "Scopes of the token: api/write\nReading users: not allowed; it needs the scope api/read or api/all, as in --scope api/all\nSuspending: allowed by the scopes of the token; beyond that, only a suspension would show it\n"},
		"OAuth for reading": {oauth: true, args: "--scope api/read",
			stdout: client + "Scopes of the token: api/read\nReading users: allowed; the list has 2 users\nSuspending: not allowed; it needs the scope api/write or api/all, as in --scope api/write\n"},
		"OAuth for neither": {oauth: true, args: "--scope api/webhooks", code: 5,
			stdout: client + "Scopes of the token: api/webhooks\nReading users: not allowed; it needs the scope api/read or api/all, as in --scope api/all\nSuspending: not allowed; it needs the scope api/write or api/all, as in --scope api/write\n",
			stderr: "offboard: the credentials were refused: the token may neither read users nor suspend: 403 Forbidden: this needs the scope api/read; ask for another scope, such as --scope api/all\n"},
		"OAuth with scopes that are not named": {oauth: true, options: thrivetest.Options{HideScope: true}, args: "--scope api/all",
			stdout: client + "Scopes of the token: not known; the token endpoint does not name them, and api/all was asked for\nReading users: allowed; the list has 2 users\n" + notTold},
		"OAuth with scopes that are not named, as a run asks for it": {oauth: true, options: thrivetest.Options{HideScope: true},
			stdout: client + "Scopes of the token: not known; the token endpoint does not name them, and api/write was asked for\nReading users: not allowed; it needs the scope api/read or api/all, as in --scope api/all\n" + notTold},
		"OAuth that may read by its scope, and is forbidden": {oauth: true, faults: retired(403), args: "--scope api/all", code: 5,
			stdout: client + "Scopes of the token: api/all\nReading users: not allowed\nSuspending: allowed by the scopes of the token; beyond that, only a suspension would show it\n",
			stderr: "offboard: the credentials were refused: reading users is forbidden: 403"},
		"OAuth, and the route is retired": {oauth: true, faults: retired(404), code: 1,
			stdout: client + "Scopes of the token: api/write\nReading users: not known\nSuspending: allowed by the scopes of the token; beyond that, only a suspension would show it\n",
			stderr: "the list of users is not there: 404"},
		"a wrong client secret": {oauth: true, env: wrong, code: 5,
			stdout: "Credentials: the OAuth client sandbox-client is refused\nReading users: not allowed\nSuspending: not allowed\n",
			stderr: "offboard: the credentials were refused: 401 Unauthorized: token endpoint: invalid_client: client credentials are missing or wrong; check --client-id, "},
		"a scope that the client may not ask for": {oauth: true, args: "--scope api/everything", code: 5,
			stdout: "Credentials: the OAuth client sandbox-client is refused\nReading users: not allowed\nSuspending: not allowed\n",
			stderr: "token endpoint: invalid_scope"},
		"another tenant": {oauth: true, options: thrivetest.Options{Tenant: "eu-west-2_Other"}, code: 5,
			stdout: "Credentials: the OAuth client sandbox-client is refused\nReading users: not allowed\nSuspending: not allowed\n",
			stderr: "404 Not Found: token endpoint: Not Found: no such tenant; check --client-id, the client secret, --scope, --tenant and --env"},
		"a token endpoint in trouble": {oauth: true, faults: thrivetest.Faults{Token: 503}, code: 1,
			stdout: "Credentials: not known; no answer tells whether the OAuth client sandbox-client is accepted\nReading users: not known\n" + notTold,
			stderr: "offboard: the service cannot be reached: 503 Service Unavailable: token endpoint: "},
		"a service that takes one request only": {faults: thrivetest.Faults{Rate: 1e-9, Burst: 1},
			stdout: secret + "Reading users: allowed; the list has 2 users\n" + notTold},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.options.Users = users
			s := thrivetest.New(tt.options)
			s.SetFaults(tt.faults)
			web := httptest.NewServer(s)
			defer web.Close()
			env := pingEnv(web.URL, tt.oauth)
			for name, value := range tt.env {
				if _, used := env[name]; used || name == "OFFBOARD_SCOPE" {
					env[name] = value
				}
			}
			code, stdout, stderr := invoke(t, env, append([]string{"ping"}, strings.Fields(tt.args)...)...)
			want := "In " + web.URL + ", tenant " + thrivetest.DefaultTenant + "\n" + tt.stdout
			if code != tt.code || stdout != want {
				t.Errorf("exit code %d, want %d; got\n%s\nwant\n%s", code, tt.code, stdout, want)
			}
			if !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" || strings.Count(stderr, "\n") > 1 {
				t.Errorf("standard error: %s\nwant %s", stderr, tt.stderr)
			}
			if st := s.Stats(); st.Suspends != 0 || st.Reads > 2 || st.Tokens > 2 {
				t.Errorf("requests: %+v", st)
			}
		})
	}
}

// pingEnv returns the variables for a simulator at an address.
func pingEnv(address string, oauth bool) map[string]string {
	env := map[string]string{"OFFBOARD_BASE_URL": address, "OFFBOARD_TENANT": thrivetest.DefaultTenant}
	if oauth {
		maps.Copy(env, oauthTo(address, address))
	} else {
		env["OFFBOARD_API_SECRET"] = thrivetest.DefaultSecret
	}
	return env
}

func TestPingSaysWhatIsWrongWithTheService(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		code    int
		want    string
	}{
		"too many requests":        {answering(429, ""), 1, "the service takes no more requests now: 429 Too Many Requests"},
		"an internal error":        {answering(500, `{"message":"oops"}`), 1, "the service has trouble: 500 Internal Server Error: oops; try again later"},
		"nothing behind a gateway": {answering(503, ""), 1, "the service cannot be reached: 503 Service Unavailable"},
		"a web page":               {answering(200, "<html>"), 1, "the address does not answer as the API does: 200 OK: the answer is not JSON but text/html; check --base-url"},
		"another object":           {answering(200, `{"active":true}`), 1, "the address does not answer as the API does: 200 OK: the answer has no list of users; check --base-url"},
		"a redirect":               {answering(302, ""), 1, "the address does not answer as the API does: 302 Found"},
		"a closed connection":      {raw(""), 1, "the service cannot be reached: no complete answer: the connection was closed"},
		"an answer that is cached": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Age", "3600")
			answering(200, `{"results":[]}`)(w, r)
		}, 1, "the service has trouble: 200 OK: the answer comes from a cache"},
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(tt.handler)
			defer web.Close()
			code, stdout, stderr := invoke(t, pingEnv(web.URL, false), "ping")
			if code != tt.code || !strings.HasPrefix(stderr, "offboard: "+tt.want) || !strings.Contains(stdout, "Reading users: not known\n"+notTold) {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
			wantPlainWords(t, name, stdout+stderr)
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, oauth := range []bool{false, true} {
		code, _, stderr := invoke(t, pingEnv(nobody, oauth), "ping", "--timeout", "20s")
		if code != 1 || !strings.Contains(stderr, "the service cannot be reached: ") || !strings.Contains(stderr, "nothing at this address accepts connections") {
			t.Errorf("OAuth: %t: exit code %d, %s", oauth, code, stderr)
		}
	}
}

// A lifetime that cannot be used is said beside a token, and not beside the failure to get
// one, which says the same as its warning.
func TestPingWarnsOfWhatIsOddAboutAToken(t *testing.T) {
	for token, want := range map[string]string{
		`{"access_token":"t","expires_in":"soon","scope":"api/read"}`: "has an expires_in that is not a number",
		`{"access_token":7}`: "offboard: the service has trouble: token endpoint: 200 OK: the answer has no access_token; try again later\n",
	} {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/oauth2/") {
				answering(200, token)(w, r)
				return
			}
			answering(200, `{"results":[]}`)(w, r)
		}))
		_, stdout, stderr := invoke(t, oauthTo(web.URL, web.URL), "ping")
		web.Close()
		if strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: got\n%s%s", token, stdout, stderr)
		}
	}
}

// The tenant of a token is that of its endpoint, if no flag names it.
func TestPingNamesTheTokenEndpointWithoutATenant(t *testing.T) {
	web := httptest.NewServer(thrivetest.New(thrivetest.Options{}))
	defer web.Close()
	code, stdout, stderr := invoke(t, oauthTo(web.URL, web.URL), "ping", "--scope", "api/all")
	want := fmt.Sprintf("In %s, the tenant of %s/oauth2/token/%s\n", web.URL, web.URL, thrivetest.DefaultTenant)
	if code != 0 || !strings.HasPrefix(stdout, want) {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// A token that the API refuses, however new it is, is not one of this tenant.
func TestPingWithTheTokensOfAnotherTenant(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{})
	web, other := httptest.NewServer(s), httptest.NewServer(thrivetest.New(thrivetest.Options{}))
	defer web.Close()
	defer other.Close()
	code, stdout, stderr := invoke(t, oauthTo(web.URL, other.URL), "ping", "--scope", "api/all")
	if code != 5 || !strings.Contains(stdout, "Credentials: the OAuth client sandbox-client is refused\n") || !strings.HasSuffix(stdout, "Reading users: not allowed\nSuspending: not allowed\n") ||
		!strings.Contains(stderr, "the token is unknown or has expired; the token is new, so check that --tenant, --token-url and --env belong together\n") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

func TestPingThatIsInterruptedBlamesNobody(t *testing.T) {
	for _, oauth := range []bool{false, true} {
		interrupt, cancel := context.WithCancelCause(t.Context())
		var asked atomic.Int32
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			cancel(ErrInterrupted)
			w.WriteHeader(503)
		}))
		env := pingEnv(web.URL, oauth)
		var out, errs strings.Builder
		code := Main(interrupt, t.Context(), System{
			Args: []string{"ping"}, LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		})
		web.Close()
		if code != 4 || out.String() != "" || errs.String() != "offboard: interrupted\n" || asked.Load() != 1 {
			t.Errorf("OAuth: %t: exit code %d, %d requests\n%s%s", oauth, code, asked.Load(), out.String(), errs.String())
		}
	}
}

// The scopes in the answer of a token endpoint are a text of a server, and may be secret.
func TestPingWritesNoSecretAndNoControlsThatAreInTheScopes(t *testing.T) {
	quoted := allEscaped(theSecret + " " + issued + " " + hostile)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth2/") {
			answering(200, `{"access_token":"`+issued+`","expires_in":3600,"scope":"`+quoted[:min(len(quoted), 1<<16)]+`"}`)(w, r)
			return
		}
		answering(200, `{"results":[],"totalResults":1}`)(w, r)
	}))
	defer web.Close()
	env := oauthTo(web.URL, web.URL)
	env["OFFBOARD_CLIENT_SECRET"] = theSecret
	code, stdout, stderr := invoke(t, env, "ping")
	if code != 0 || !strings.Contains(stdout, "Scopes of the token: [redacted]") || !strings.Contains(stdout, "the list has 1 user\n") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	wantNoForm(t, map[string]string{"ping": stdout + stderr})
	wantSafe(t, "ping", stdout+stderr)
}

func TestPingRefusesWhatItCannotUse(t *testing.T) {
	for args, want := range map[string]string{
		"ping":                            "--env is needed",
		"ping --env staging":              "credentials are needed",
		"ping --env sandbox --timeout=0":  "--timeout",
		"ping --env sandbox --timeout 0s": "--timeout must be longer than 0",
		"ping leavers.csv --env sandbox":  "unexpected argument leavers.csv",
		"ping --env sandbox --rate 5":     "unknown flag --rate",
	} {
		if code, stdout, stderr := invoke(t, nil, strings.Fields(args)...); code != 64 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
}

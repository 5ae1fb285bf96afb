package cli

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"strings"

	"offboard/internal/run"
	"offboard/pkg/thrive"
)

// sandboxEnv is the environment of the simulator.
const sandboxEnv = "sandbox"

// sandboxName is what messages call it.
const sandboxName = "the sandbox"

// target is where a run suspends.
type target struct {
	run.Target
	word    string   // as a report says it
	name    string   // for messages
	sandbox *sandbox // nil unless --env sandbox
}

// close stops the simulator, if there is one.
func (t *target) close() {
	if t.sandbox != nil {
		t.sandbox.close()
	}
}

// target returns the target that the flags describe, with a scope if none is given. It
// sends nothing. If ctx ends while a secret is read, the error is its cause.
func (a *app) target(ctx context.Context, f *targetFlags, scope string) (*target, error) {
	scoped := *f
	scoped.Scope = cmp.Or(f.Scope, scope)
	f = &scoped
	word, err := f.target()
	if err != nil {
		return nil, err
	}
	if f.Env == sandboxEnv {
		return a.sandboxTarget()
	}
	if word == "" {
		return nil, usagef("--env is needed: production, staging, production-mea, staging-mea, or sandbox to try offboard")
	}
	env, _ := thrive.LookupEnvironment(f.Env)
	t := &target{
		Target: run.Target{BaseURL: cmp.Or(f.BaseURL, env.APIURL), UserAgent: a.userAgent()},
		word:   word,
		name:   f.name(),
	}
	tokenURL := f.TokenURL
	if tokenURL == "" && f.Tenant != "" && f.Env != "" {
		tokenURL = env.TokenURL(f.Tenant)
	}
	t.Credentials, err = a.credentials(ctx, f, tokenURL)
	return t, err
}

// name returns what messages call the target; "" if the flags name none.
func (f *targetFlags) name() string {
	name := cmp.Or(f.BaseURL, f.Env) // --base-url overrides --env
	switch {
	case name == sandboxEnv:
		return sandboxName
	case name != "" && f.Tenant != "":
		return name + ", tenant " + f.Tenant
	}
	return name
}

// target returns the target that the flags describe, as a report says it: the name of
// the environment, or the host of another address, and the tenant. It is "" if there is
// neither --env nor --base-url. It needs no credentials.
func (f *targetFlags) target() (string, error) {
	place := f.Env
	env, ok := thrive.LookupEnvironment(f.Env)
	switch {
	case f.Env == sandboxEnv && f.BaseURL != "":
		return "", usagef("--env sandbox starts a simulator of its own: remove --base-url")
	case f.Env == sandboxEnv:
		return run.SandboxTarget, nil
	case f.Env != "" && !ok:
		return "", usagef("--env %q is not an environment; the environments are production, staging, production-mea, staging-mea and sandbox", f.Env)
	case f.Env == "" && f.BaseURL == "":
		return "", nil
	}
	if address := cmp.Or(f.BaseURL, env.APIURL); f.BaseURL != "" {
		if err := thrive.CheckURL(address); err != nil {
			return "", usagef("--base-url: %w", err)
		}
		place = placeOf(address)
	}
	if f.Tenant == "" {
		return place, nil
	}
	return place + "/" + url.PathEscape(f.Tenant), nil
}

// placeOf returns the environment that has an address, or else the host of the address,
// with its port if that is not the usual one, and with its path if there is one: behind
// one host there may be several installations.
func placeOf(address string) string {
	place := hostAndPath(address)
	for _, env := range thrive.Environments() {
		if place == hostAndPath(env.APIURL) {
			return env.Name
		}
	}
	return place
}

// hostAndPath returns what an address has behind its scheme, in the one form that all
// spellings of it have.
func hostAndPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	if port := u.Port(); port != "" && port != usual {
		host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + strings.TrimRight(u.EscapedPath(), "/")
}

// credentials returns the credentials that are given. There must be one kind.
func (a *app) credentials(ctx context.Context, f *targetFlags, tokenURL string) (thrive.Credentials, error) {
	apiSecret, err := a.secret(ctx, "--api-secret-file", f.APISecretFile, apiSecretVariable)
	if err != nil {
		return nil, err
	}
	clientSecret, err := a.secret(ctx, "--client-secret-file", f.ClientSecretFile, clientSecretVariable)
	if err != nil {
		return nil, err
	}
	oauth := f.ClientID != "" || clientSecret.value != ""
	switch {
	case apiSecret.value != "" && oauth:
		return nil, usagef("both an API secret and OAuth credentials are given; give only one of them")
	case apiSecret.value != "":
		if f.Tenant == "" {
			return nil, usagef("--tenant is needed: with an API secret it is the user name")
		}
		return thrive.Basic{Tenant: f.Tenant, Secret: apiSecret.value, Renew: apiSecret.renew}, nil
	case !oauth && a.isEmpty("OFFBOARD_API_SECRET"):
		return nil, usagef("$OFFBOARD_API_SECRET is empty; set it to the API secret")
	case !oauth:
		return nil, usagef("credentials are needed: --tenant and --api-secret-file, or --client-id and --client-secret-file")
	case f.ClientID == "":
		return nil, usagef("--client-id is needed with a client secret")
	case clientSecret.value == "" && a.isEmpty("OFFBOARD_CLIENT_SECRET"):
		return nil, usagef("$OFFBOARD_CLIENT_SECRET is empty; set it to the client secret")
	case clientSecret.value == "":
		return nil, usagef("--client-secret-file is needed with --client-id")
	case tokenURL == "":
		return nil, usagef("--token-url is needed, or both --tenant and --env")
	}
	if err := thrive.CheckURL(tokenURL); err != nil {
		return nil, usagef("--token-url: %w", err)
	}
	return thrive.ClientCredentials{ClientID: f.ClientID, ClientSecret: clientSecret.value, Renew: clientSecret.renew, TokenURL: tokenURL, Scopes: strings.Fields(f.Scope)}, nil
}

// isEmpty tells whether a variable is set to nothing. That is like no variable as long as
// it is not needed.
func (s System) isEmpty(name string) bool {
	value, set := s.LookupEnv(name)
	return set && value == ""
}

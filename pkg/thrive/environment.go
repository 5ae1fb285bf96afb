package thrive

import (
	"net/url"
	"strings"
)

// Scopes that a token can be asked for (vendor's documentation of OAuth scopes).
// Suspending needs ScopeWrite or ScopeAll, reading users ScopeRead or ScopeAll.
const (
	ScopeAll      = "api/all"
	ScopeRead     = "api/read"
	ScopeWrite    = "api/write"
	ScopeWebhooks = "api/webhooks"
)

// Environment is one installation of Thrive. Tenants are not shared between
// environments: a tenant ID belongs to exactly one.
type Environment struct {
	Name       string // as typed on a command line, for example "production-mea"
	APIURL     string // base of every REST path, without a trailing slash
	WebhookURL string // base of the token endpoint for webhooks
}

// The environments, from the vendor's documentation of hosts.
var (
	Production = Environment{
		Name:       "production",
		APIURL:     "https://public.api.learn.link",
		WebhookURL: "https://user.api.learn.link",
	}
	Staging = Environment{
		Name:       "staging",
		APIURL:     "https://public.api.learnstaging.link",
		WebhookURL: "https://user.api.learnstaging.link",
	}
	ProductionMEA = Environment{
		Name:       "production-mea",
		APIURL:     "https://public.api.mea.learn.tech",
		WebhookURL: "https://user.api.mea.learn.tech",
	}
	StagingMEA = Environment{
		Name:       "staging-mea",
		APIURL:     "https://public.api.meastaging.learn.tech",
		WebhookURL: "https://user.api.meastaging.learn.tech",
	}
)

// Environments returns all known environments, production first. The slice is
// the caller's own.
func Environments() []Environment {
	return []Environment{Production, Staging, ProductionMEA, StagingMEA}
}

// LookupEnvironment finds an environment by its exact name.
func LookupEnvironment(name string) (Environment, bool) {
	for _, e := range Environments() {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// TokenURL returns the address that issues tokens for the REST API to a tenant.
func (e Environment) TokenURL(tenant string) string {
	return e.APIURL + "/oauth2/token/" + segment(tenant)
}

// WebhookTokenURL returns the address that issues tokens for webhooks to a tenant.
func (e Environment) WebhookTokenURL(tenant string) string {
	return e.WebhookURL + "/oauth2/token/" + segment(tenant)
}

// segment escapes s so that it is one path segment whatever is in it.
// url.PathEscape leaves "+", "&", "=" and the like as they are, and some
// gateways read "+" as a space: only unreserved characters stay here.
func segment(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

package thrive

import (
	"net/url"
	"strings"
)

// The scopes of a token (vendor's documentation of OAuth scopes). To suspend
// needs ScopeWrite or ScopeAll; to read users needs ScopeRead or ScopeAll.
const (
	ScopeAll      = "api/all"
	ScopeRead     = "api/read"
	ScopeWrite    = "api/write"
	ScopeWebhooks = "api/webhooks"
)

// Environment is one installation of Thrive. A tenant ID belongs to exactly one
// environment.
type Environment struct {
	Name       string // for LookupEnvironment, such as "production-mea"
	APIURL     string // base of every REST path, without a trailing slash
	WebhookURL string // base of the token endpoint for webhooks
}

// The environments (vendor's documentation of hosts). Do not change them.
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

// Environments returns all environments, Production first, in a new slice.
func Environments() []Environment {
	return []Environment{Production, Staging, ProductionMEA, StagingMEA}
}

// LookupEnvironment returns the environment with this name, and whether there is
// one. Case matters.
func LookupEnvironment(name string) (Environment, bool) {
	for _, e := range Environments() {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// TokenURL returns the URL of a tenant's token endpoint for the REST API.
func (e Environment) TokenURL(tenant string) string {
	return e.APIURL + "/oauth2/token/" + segment(tenant)
}

// WebhookTokenURL returns the URL of a tenant's token endpoint for webhooks.
func (e Environment) WebhookTokenURL(tenant string) string {
	return e.WebhookURL + "/oauth2/token/" + segment(tenant)
}

// segment escapes s as one path segment. Unlike url.PathEscape it also escapes
// "+", "&", "=" and the like, because some gateways read "+" as a space.
func segment(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

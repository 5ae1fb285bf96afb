package cli

import (
	"strings"
	"testing"
)

func TestTheTargetThatFlagsDescribe(t *testing.T) {
	const tenant = "eu-west-2_AbcdEfghI"
	for _, test := range []struct {
		flags targetFlags
		want  string
	}{
		{targetFlags{}, ""},
		{targetFlags{Tenant: tenant}, ""},
		{targetFlags{Env: "sandbox"}, "sandbox"},
		{targetFlags{Env: "sandbox", Tenant: tenant}, "sandbox"},
		{targetFlags{Env: "production", Tenant: tenant}, "production/" + tenant},
		{targetFlags{Env: "staging-mea"}, "staging-mea"},
		{targetFlags{BaseURL: "https://public.api.learn.link", Tenant: tenant}, "production/" + tenant},
		{targetFlags{BaseURL: "https://Public.API.learn.link:443/", Tenant: tenant}, "production/" + tenant},
		{targetFlags{BaseURL: "https://public.api.learn.link.", Tenant: tenant}, "production/" + tenant},
		{targetFlags{BaseURL: "https://public.api.learnstaging.link//"}, "staging"},
		{targetFlags{Env: "production", BaseURL: "https://public.api.learnstaging.link", Tenant: tenant}, "staging/" + tenant},
		{targetFlags{BaseURL: "https://public.api.learn.link:8443", Tenant: tenant}, "public.api.learn.link:8443/" + tenant},
		{targetFlags{BaseURL: "http://127.0.0.1:8080", Tenant: "tenant"}, "127.0.0.1:8080/tenant"},
		{targetFlags{BaseURL: "http://127.0.0.1:80", Tenant: "tenant"}, "127.0.0.1/tenant"},
		{targetFlags{BaseURL: "http://LOCALHOST:8080/"}, "localhost:8080"},
		{targetFlags{BaseURL: "http://[::1]:8080/", Tenant: "t"}, "[::1]:8080/t"},
		{targetFlags{BaseURL: "http://[::1]", Tenant: "t"}, "[::1]/t"},
		{targetFlags{BaseURL: "https://gateway.example.com/thrive/", Tenant: "t"}, "gateway.example.com/thrive/t"},
		{targetFlags{Env: "production", Tenant: "a/b\x1b é"}, "production/a%2Fb%1B%20%C3%A9"},
	} {
		got, err := test.flags.target()
		if err != nil || got != test.want {
			t.Errorf("%+v: got %q, %v, want %q", test.flags, got, err, test.want)
		}
	}
	for want, flags := range map[string]targetFlags{
		"is not an environment":    {Env: "prod"},
		"--base-url: ":             {BaseURL: "http://example.com"},
		"a simulator of its own":   {Env: "sandbox", BaseURL: "http://127.0.0.1:1"},
		"not a usable URL: it hol": {Env: "production", BaseURL: "https://a:b@example.com"},
	} {
		if got, err := flags.target(); err == nil || exitCode(err) != exitUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %q, %v", flags, got, err)
		}
	}
}

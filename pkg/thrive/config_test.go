package thrive_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

func TestCheckURL(t *testing.T) {
	tests := map[string]struct {
		raw  string
		want error
	}{
		"https is accepted":                             {"https://public.api.learn.link", nil},
		"https with port and path is accepted":          {"https://proxy.example:8443/thrive/", nil},
		"http to localhost is accepted":                 {"http://localhost:8080", nil},
		"http to LOCALHOST is accepted":                 {"http://LOCALHOST", nil},
		"http to 127.0.0.1 is accepted":                 {"http://127.0.0.1:1", nil},
		"http to all of 127.0.0.0/8 is accepted":        {"http://127.9.9.9", nil},
		"http to ::1 is accepted":                       {"http://[::1]:80", nil},
		"http elsewhere is insecure":                    {"http://public.api.learn.link", thrive.ErrInsecureURL},
		"a name that starts with localhost is insecure": {"http://localhost.example.com", thrive.ErrInsecureURL},
		"127.0.0.1 as a subdomain is insecure":          {"http://127.0.0.1.example.com", thrive.ErrInsecureURL},
		"the unspecified address is insecure":           {"http://0.0.0.0", thrive.ErrInsecureURL},
		"another scheme is insecure":                    {"ftp://localhost", thrive.ErrInsecureURL},
		"nothing is invalid":                            {"", thrive.ErrInvalidURL},
		"a bare host is invalid":                        {"public.api.learn.link", thrive.ErrInvalidURL},
		"a port without a host is invalid":              {"https://:443", thrive.ErrInvalidURL},
		"user info is invalid":                          {"https://me:hunter2@host", thrive.ErrInvalidURL},
		"user info without a scheme is invalid":         {"me:hunter2@host", thrive.ErrInvalidURL},
		"user info in a malformed URL is invalid":       {"https://me:hunter2@ho st", thrive.ErrInvalidURL},
		"a query is invalid":                            {"https://host/?key=hunter2", thrive.ErrInvalidURL},
		"an empty query is invalid":                     {"https://host/?", thrive.ErrInvalidURL},
		"a fragment is invalid":                         {"https://host/#hunter2", thrive.ErrInvalidURL},
		"an empty fragment is invalid":                  {"https://host/#", thrive.ErrInvalidURL},
		"a control character is invalid":                {"https://host/\n", thrive.ErrInvalidURL},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := thrive.CheckURL(tt.raw)
			if !errors.Is(err, tt.want) {
				t.Fatalf("CheckURL(%q) = %v, want %v", tt.raw, err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the address: %v", err)
			}
		})
	}
}

func TestNewClientRefuses(t *testing.T) {
	const base = "https://public.api.learn.link"
	good := oauth(base)
	with := func(change func(*thrive.ClientCredentials)) thrive.ClientCredentials {
		c := good
		change(&c)
		return c
	}
	tests := map[string]struct {
		cfg  thrive.Config
		want error // nil: any
	}{
		"an insecure base URL": {thrive.Config{BaseURL: "http://host", Credentials: basic}, thrive.ErrInsecureURL},
		"no base URL":          {thrive.Config{Credentials: basic}, thrive.ErrInvalidURL},
		"no credentials":       {thrive.Config{BaseURL: base}, nil},
		"a negative timeout":   {thrive.Config{BaseURL: base, Credentials: basic, Timeout: -1}, nil},
		"a negative pool":      {thrive.Config{BaseURL: base, Credentials: basic, MaxConnections: -1}, nil},
		"a broken user agent":  {thrive.Config{BaseURL: base, Credentials: basic, UserAgent: "a\r\nb"}, nil},
		"no tenant":            {thrive.Config{BaseURL: base, Credentials: thrive.Basic{Secret: "x"}}, nil},
		"a tenant with a colon": {thrive.Config{BaseURL: base,
			Credentials: thrive.Basic{Tenant: "a:b", Secret: "x"}}, nil},
		"no secret": {thrive.Config{BaseURL: base, Credentials: thrive.Basic{Tenant: "a"}}, nil},
		"no client ID": {thrive.Config{BaseURL: base,
			Credentials: with(func(c *thrive.ClientCredentials) { c.ClientID = "" })}, nil},
		"no client secret": {thrive.Config{BaseURL: base,
			Credentials: with(func(c *thrive.ClientCredentials) { c.ClientSecret = "" })}, nil},
		"an insecure token URL": {thrive.Config{BaseURL: base,
			Credentials: with(func(c *thrive.ClientCredentials) { c.TokenURL = "http://host" })}, thrive.ErrInsecureURL},
		"no token URL": {thrive.Config{BaseURL: base,
			Credentials: with(func(c *thrive.ClientCredentials) { c.TokenURL = "" })}, thrive.ErrInvalidURL},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := thrive.NewClient(tt.cfg)
			if err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Errorf("NewClient = %v, want an error that matches %v", err, tt.want)
			}
		})
	}
}

func TestEnvironments(t *testing.T) {
	const tenant = "eu-west-2_AbcdEfghI"
	hosts := map[string][2]string{
		"production":     {"https://public.api.learn.link", "https://user.api.learn.link"},
		"staging":        {"https://public.api.learnstaging.link", "https://user.api.learnstaging.link"},
		"production-mea": {"https://public.api.mea.learn.tech", "https://user.api.mea.learn.tech"},
		"staging-mea":    {"https://public.api.meastaging.learn.tech", "https://user.api.meastaging.learn.tech"},
	}
	for name, host := range hosts {
		e, ok := thrive.LookupEnvironment(name)
		if !ok || e.Name != name || e.APIURL != host[0] {
			t.Errorf("LookupEnvironment(%q) = %+v, %v", name, e, ok)
		}
		if got, want := e.TokenURL(tenant), host[0]+"/oauth2/token/"+tenant; got != want {
			t.Errorf("%s: TokenURL = %s, want %s", name, got, want)
		}
		// Some gateways read a plain "+" in a path as a space.
		if got, want := e.WebhookTokenURL("a/b c+d;é"), host[1]+"/oauth2/token/a%2Fb%20c%2Bd%3B%C3%A9"; got != want {
			t.Errorf("%s: WebhookTokenURL = %s, want %s", name, got, want)
		}
		if err := thrive.CheckURL(e.TokenURL(tenant)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := len(thrive.Environments()); got != len(hosts) {
		t.Errorf("%d environments, want %d", got, len(hosts))
	}
	if e, ok := thrive.LookupEnvironment("Production"); ok {
		t.Errorf("a name in another case finds %v", e)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	const value = "hunter2"
	secret := thrive.Secret(value)
	if string(secret) != value {
		t.Fatal("an explicit conversion must give the value")
	}
	creds := thrive.ClientCredentials{ClientID: "id", ClientSecret: secret, TokenURL: "http://localhost"}
	client := newClient(t, thrive.Config{BaseURL: "http://localhost", Credentials: creds})
	basicClient := newClient(t, thrive.Config{BaseURL: "http://localhost",
		Credentials: thrive.Basic{Tenant: "t", Secret: secret}})

	printed := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.2s", "% x"} {
		for _, v := range []any{secret, &creds, creds, thrive.Basic{Secret: secret},
			thrive.Config{Credentials: creds}, client, basicClient} {
			printed[fmt.Sprintf("%s of %T", verb, v)] = fmt.Sprintf(verb, v)
		}
	}
	asJSON, err := json.Marshal(map[string]any{"a": secret, "b": creds})
	if err != nil {
		t.Fatal(err)
	}
	printed["JSON"] = string(asJSON)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "creds", creds)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "creds", creds)
	printed["slog"] = log.String()
	printed["String"] = secret.String()
	printed["GoString"] = secret.GoString()

	leaks := []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value),
		fmt.Sprintf("% x", value), "dDpodW50ZXIy"}
	for how, text := range printed {
		for _, leak := range leaks {
			if strings.Contains(text, leak) {
				t.Errorf("%s shows the secret: %s", how, text)
			}
		}
	}
	if got := fmt.Sprintf("%v|%s|%#v|%x", secret, secret, secret, secret); got != strings.Repeat("[redacted]|", 3)+"[redacted]" {
		t.Errorf("printed as %s", got)
	}
}

func TestClassOf(t *testing.T) {
	tests := map[string]struct {
		err  error
		want thrive.Class
	}{
		"of nil is final":                    {nil, thrive.Final},
		"of any other error is final":        {errors.New("x"), thrive.Final},
		"of an Error is its own":             {&thrive.Error{Class: thrive.Throttled}, thrive.Throttled},
		"of a wrapped Error is its own, too": {fmt.Errorf("x: %w", &thrive.Error{Class: thrive.Refused}), thrive.Refused},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := thrive.ClassOf(tt.err); got != tt.want {
				t.Errorf("ClassOf = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestClassNames(t *testing.T) {
	want := map[thrive.Class]string{thrive.Final: "final", thrive.Transient: "transient",
		thrive.Throttled: "throttled", thrive.Refused: "refused", thrive.Forbidden: "forbidden", 9: "class 9"}
	for class, name := range want {
		if got := class.String(); got != name {
			t.Errorf("Class(%d) = %q, want %q", class, got, name)
		}
	}
}

func TestErrorText(t *testing.T) {
	tests := map[string]struct {
		err  thrive.Error
		want string
	}{
		"status, phrase and message":   {thrive.Error{Status: 400, Phrase: "Bad Request", Message: "no"}, "400 Bad Request: no"},
		"without a message":            {thrive.Error{Status: 500, Phrase: "Oops"}, "500 Oops"},
		"without a phrase":             {thrive.Error{Status: 599}, "599"},
		"without a message, the cause": {thrive.Error{Err: errors.New("gone\nnow")}, "gone now"},
		"without anything, the class":  {thrive.Error{Class: thrive.Transient, RetryAfter: time.Second}, "transient failure"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("Error() = %q, want %q", got, tt.want)
			}
		})
	}
}

package cli

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/pkg/thrive"
)

// sandboxEnv is the name of the environment that is the simulator.
const sandboxEnv = "sandbox"

// target is the tenant that a run calls.
type target struct {
	name        string // for people
	baseURL     string
	credentials thrive.Credentials
	sandbox     *sandbox // nil unless --env sandbox
}

// close ends the simulator, if there is one.
func (t *target) close() {
	if t.sandbox != nil {
		t.sandbox.close()
	}
}

// target finds out whom to call, and as whom. It sends nothing.
func (a *app) target(f *targetFlags) (*target, error) {
	if f.Env == sandboxEnv {
		if f.BaseURL != "" {
			return nil, usagef("--env sandbox starts a simulator of its own: leave out --base-url")
		}
		return sandboxTarget()
	}
	t := &target{name: f.Env, baseURL: f.BaseURL}
	tokenURL := f.TokenURL
	if f.Env != "" {
		env, ok := thrive.LookupEnvironment(f.Env)
		if !ok {
			return nil, usagef("--env %q is not an environment; it is production, staging, production-mea, staging-mea or sandbox", f.Env)
		}
		if t.baseURL == "" {
			t.baseURL = env.APIURL
		}
		if tokenURL == "" && f.Tenant != "" {
			tokenURL = env.TokenURL(f.Tenant)
		}
	}
	if t.baseURL == "" {
		return nil, usagef("--env is needed: production, staging, production-mea, staging-mea, or sandbox to try it out")
	}
	if err := thrive.CheckURL(t.baseURL); err != nil {
		return nil, usagef("--base-url: %w", err)
	}
	if f.BaseURL != "" || t.name == "" {
		t.name = t.baseURL // what is called counts, not what it is called
	}
	if f.Tenant != "" {
		t.name += ", tenant " + f.Tenant
	}
	var err error
	t.credentials, err = a.credentials(f, tokenURL)
	return t, err
}

// credentials reads the one kind of credentials that is given.
func (a *app) credentials(f *targetFlags, tokenURL string) (thrive.Credentials, error) {
	apiSecret, err := a.secret("--api-secret-file", f.APISecretFile, "OFFBOARD_API_SECRET")
	if err != nil {
		return nil, err
	}
	clientSecret, err := a.secret("--client-secret-file", f.ClientSecretFile, "OFFBOARD_CLIENT_SECRET")
	if err != nil {
		return nil, err
	}
	oauth := f.ClientID != "" || clientSecret != ""
	switch {
	case apiSecret != "" && oauth:
		return nil, usagef("both an API secret and OAuth credentials are given; give one of them")
	case apiSecret != "":
		if f.Tenant == "" {
			return nil, usagef("--tenant is needed: with an API secret it is the user name")
		}
		return thrive.Basic{Tenant: f.Tenant, Secret: apiSecret}, nil
	case !oauth:
		return nil, usagef("credentials are needed: --tenant and --api-secret-file, or --client-id and --client-secret-file")
	case f.ClientID == "":
		return nil, usagef("--client-id is needed to go with the client secret")
	case clientSecret == "":
		return nil, usagef("--client-secret-file is needed to go with --client-id")
	case tokenURL == "":
		return nil, usagef("--token-url is needed, or --tenant together with --env")
	}
	if err := thrive.CheckURL(tokenURL); err != nil {
		return nil, usagef("--token-url: %w", err)
	}
	return thrive.ClientCredentials{ClientID: f.ClientID, ClientSecret: clientSecret, TokenURL: tokenURL, Scopes: strings.Fields(f.Scope)}, nil
}

// secret reads a secret from the file of a flag or from a variable.
func (a *app) secret(flag, path, name string) (thrive.Secret, error) {
	value, set := a.LookupEnv(name)
	switch {
	case path == "":
		return thrive.Secret(value), nil
	case set && value != "":
		return "", usagef("%s and $%s are both given; give one of them", flag, name)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", usagef("%s: %w", flag, err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case secret == "":
		return "", usagef("%s: %s is empty", flag, path)
	case strings.ContainsAny(secret, "\r\n"):
		return "", usagef("%s: %s has more than one line; it is to hold the secret alone", flag, path)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o004 != 0 {
		a.log.Warn("everybody on this machine can read the secret", "file", path, "mend", "chmod 600 "+quote(path))
	}
	return thrive.Secret(secret), nil
}

// client returns a client for the target that keeps to the pace.
func (t *target) client(f *paceFlags, pace *pace.Pace, version string) (*thrive.Client, error) {
	return thrive.NewClient(thrive.Config{
		BaseURL:        t.baseURL,
		Credentials:    t.credentials,
		Timeout:        f.Timeout,
		MaxConnections: f.Concurrency,
		UserAgent:      "offboard/" + version,
		AwaitTurn:      pace.Wait,
	})
}

// suspender puts the answers of the API into the words of the engine.
type suspender struct{ client *thrive.Client }

// Suspend sends one request.
func (s suspender) Suspend(ctx context.Context, l leaver.Leaver) batch.Answer {
	user, err := s.client.SuspendUser(ctx, l.Ref, l.EndDate.Time())
	if err != nil {
		return answerTo(err)
	}
	answer := batch.Answer{HTTPStatus: user.Response.Status, RequestID: user.Response.RequestID, Outcome: leaver.Unconfirmed}
	switch {
	case user.Suspended():
		answer.Outcome = leaver.Suspended
	case user.Active == nil:
		answer.Reason = "the answer does not say whether the account is active"
	default:
		answer.Reason = "the answer says that the account is still active"
	}
	return answer
}

// answerTo says what an error of the API means for the leaver and the run.
func answerTo(err error) batch.Answer {
	var e *thrive.Error
	if !errors.As(err, &e) {
		if errors.Is(err, thrive.ErrInvalidRef) {
			return batch.Answer{Outcome: leaver.Rejected, Reason: err.Error()}
		}
		// The caller has cut the request off: nobody knows what became of it.
		return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Transient, Reason: "cut off before the answer came"}
	}
	answer := batch.Answer{HTTPStatus: e.Status, RequestID: e.RequestID, Reason: e.Error(), RetryAfter: e.RetryAfter}
	switch e.Class {
	case thrive.Transient:
		answer.Outcome, answer.Verdict = leaver.Failed, batch.Transient
	case thrive.Throttled:
		answer.Outcome, answer.Verdict = leaver.Failed, batch.Throttled
	case thrive.Refused:
		answer.Outcome, answer.Verdict = leaver.Rejected, batch.Refused
	case thrive.Final:
		answer.Outcome = leaver.Rejected
		if e.Status == http.StatusNotFound {
			answer.Outcome = leaver.NotFound
		}
	}
	if e.Status >= 200 && e.Status <= 299 {
		answer.Outcome = leaver.Unconfirmed
	}
	return answer
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"offboard/internal/batch"
	"offboard/pkg/thrive"
)

// pingCommand says what credentials may do. It sends nothing that changes anything: a
// request for a token, if that is how they work, and one that reads one user.
type pingCommand struct {
	targetFlags
	Timeout time.Duration `group:"tenant" default:"30s" help:"Maximum time for one request."`
}

// Help returns the second part of the help of the command.
func (*pingCommand) Help() string {
	return "Nothing is changed: one user is read, and with OAuth a token is asked for. Whether these credentials may suspend can be told from the scopes of a token, if the token endpoint names them, and else only by a suspension."
}

// Validate checks the flags.
func (c *pingCommand) Validate() error {
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout must be longer than 0, such as 30s, not %s", c.Timeout)
	}
	return nil
}

// Run asks, and writes what was found out, also if that is not everything.
func (c *pingCommand) Run(a *app) error {
	t, err := a.target(a.intake, &c.targetFlags, "api/write")
	if err != nil {
		return err
	}
	defer t.close()
	p, heard := pinged{target: t.name}, &warnings{}
	client, err := thrive.NewClient(thrive.Config{
		BaseURL: t.BaseURL, Credentials: t.Credentials, Timeout: c.Timeout, UserAgent: t.UserAgent,
		Warn: heard.add,
	})
	if err != nil {
		return usageError{err}
	}
	defer client.Close()
	if oauth, ok := t.Credentials.(thrive.ClientCredentials); ok {
		p.oauth = &oauth
		if c.Tenant == "" {
			p.target += ", the tenant of " + oauth.TokenURL
		}
	}
	p.ask(a.intake, client)
	if cause := context.Cause(a.intake); cause != nil {
		return cause // what is missing is no fault of the service
	}
	if p.token == nil { // its text says what the warnings do
		heard.logTo(a.log)
	}
	_, err = io.WriteString(a.Stdout, wrap(p.text(), widthOf(a.Stdout)))
	return errors.Join(p.failure(), err)
}

// warnings are what a client has said about its token. A request for a token may still go
// on when the command is interrupted, so they have a lock.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

func (w *warnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, text)
}

func (w *warnings) logTo(log *slog.Logger) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range w.texts {
		log.Warn(text)
	}
}

// pinged is what was found out about credentials.
type pinged struct {
	target string
	oauth  *thrive.ClientCredentials // nil: an API secret

	scopes thrive.Fact[[]string] // of the token
	token  error                 // why there is none
	read   error                 // why no user could be read
	users  thrive.Fact[int]      // in the list
}

// ask sends the requests.
func (p *pinged) ask(ctx context.Context, client *thrive.Client) {
	grant, err := client.Grant(ctx)
	if err != nil {
		p.token = err
		return
	}
	p.scopes = grant.Scopes
	page, err := client.Users(ctx, 1, 1)
	p.read, p.users = err, page.Pagination.TotalResults
}

// text returns a line about each question.
func (p *pinged) text() string {
	text := fmt.Appendf(nil, "In %s\nCredentials: %s\n", printable(p.target, 1000), p.credentials())
	if p.oauth != nil && p.token == nil {
		text = fmt.Appendf(text, "Scopes of the token: %s\n", p.granted())
	}
	return string(fmt.Appendf(text, "Reading users: %s\nSuspending: %s\n", p.reading(), p.suspending()))
}

func (p *pinged) credentials() string {
	kind := "the API secret"
	if p.oauth != nil {
		kind = "the OAuth client " + printable(p.oauth.ClientID, 200)
	}
	switch {
	case p.refused():
		return kind + " is refused"
	case p.token == nil && (p.oauth != nil || p.read == nil): // a token is proof enough
		return kind + " is accepted"
	}
	return notKnown + "; no answer tells whether " + kind + " is accepted"
}

// granted returns the scopes that the token endpoint has named.
func (p *pinged) granted() string {
	scopes, ok := p.scopes.Get()
	switch {
	case !ok:
		return "not known; the token endpoint does not name them, and " + p.asked() + " was asked for"
	case len(scopes) == 0:
		return "none"
	}
	return printable(strings.Join(scopes, ", "), 400)
}

// asked returns the scopes that were asked for.
func (p *pinged) asked() string {
	if len(p.oauth.Scopes) == 0 {
		return "none"
	}
	return printable(strings.Join(p.oauth.Scopes, " "), 400)
}

func (p *pinged) reading() string {
	switch total, ok := p.users.Get(); {
	case p.refused():
		return "not allowed"
	case p.token != nil:
		return notKnown
	case p.read == nil && ok:
		return "allowed; the list has " + count(total, "user")
	case p.read == nil:
		return "allowed"
	case !forbidden(p.read):
		return notKnown
	case p.lacks(thrive.ScopeRead):
		return "not allowed; it needs the scope api/read or api/all, as in --scope api/all"
	}
	return "not allowed"
}

func (p *pinged) suspending() string {
	const onlySo = "only a suspension would show it"
	_, named := p.scopes.Get()
	switch {
	case p.refused():
		return "not allowed"
	case p.token != nil, p.oauth == nil, !named:
		return notKnown + "; " + onlySo
	case p.lacks(thrive.ScopeWrite):
		return "not allowed; it needs the scope api/write or api/all, as in --scope api/write"
	}
	return "allowed by the scopes of the token; beyond that, " + onlySo
}

const notKnown = "not known"

// lacks reports whether a token has neither a scope nor the one for everything. If the
// token endpoint names no scopes they are those that were asked for (RFC 6749, section
// 5.1). An API secret has no scopes, so it lacks none.
func (p *pinged) lacks(scope string) bool {
	if p.oauth == nil {
		return false
	}
	scopes := p.scopes.Or(p.oauth.Scopes)
	return !slices.Contains(scopes, scope) && !slices.Contains(scopes, thrive.ScopeAll)
}

func (p *pinged) refused() bool { return refused(p.token) || refused(p.read) }

func refused(err error) bool   { return err != nil && thrive.ClassOf(err) == thrive.Refused }
func forbidden(err error) bool { return err != nil && thrive.ClassOf(err) == thrive.Forbidden }

// failure returns the error of the command. A token that may suspend but not read is as
// good as a run needs it.
func (p *pinged) failure() error {
	switch err := p.read; {
	case p.token != nil:
		return p.tokenFailure()
	case err == nil:
		return nil
	case refused(err) && p.oauth != nil:
		return fmt.Errorf("%w: %w; the token is new, so check that --tenant, --token-url and --env belong together", batch.ErrRefused, err)
	case refused(err):
		return fmt.Errorf("%w: %w; check the API secret, --tenant and --env: a tenant and its secret belong to one environment", batch.ErrRefused, err)
	case forbidden(err) && p.lacks(thrive.ScopeRead) && !p.lacks(thrive.ScopeWrite):
		return nil
	case forbidden(err) && p.lacks(thrive.ScopeRead):
		return fmt.Errorf("%w: the token may neither read users nor suspend: %w; ask for another scope, such as --scope api/all", batch.ErrRefused, err)
	case forbidden(err):
		return fmt.Errorf("%w: reading users is forbidden: %w; ask the vendor what these credentials may do, or whether the route is retired", batch.ErrRefused, err)
	}
	return trouble(p.read)
}

func (p *pinged) tokenFailure() error {
	if refused(p.token) {
		return fmt.Errorf("%w: %w; check --client-id, the client secret, --scope, --tenant and --env: a tenant and its clients belong to one environment", batch.ErrRefused, p.token)
	}
	return trouble(p.token)
}

// trouble returns the error for a failure that says nothing about the credentials.
func trouble(err error) error {
	e, ok := errors.AsType[*thrive.Error](err)
	switch {
	case !ok:
		return err
	case e.Status == http.StatusNotFound:
		return fmt.Errorf("the list of users is not there: %w; the vendor may have retired this route, or the tenant has another address: check --env, --base-url and --tenant", err)
	case e.Class == thrive.Throttled:
		return fmt.Errorf("the service takes no more requests now: %w; try again later", err)
	case e.Unreachable() || e.Status == 0 && e.Err != nil: // the latter also for a name or a certificate that is wrong
		return fmt.Errorf("the service cannot be reached: %w; check the network, the proxy and the address, or try again later", err)
	case e.Class == thrive.Transient:
		return fmt.Errorf("the service has trouble: %w; try again later", err)
	}
	return fmt.Errorf("the address does not answer as the API does: %w; check --base-url", err)
}

package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus/push"
)

// job is the value of the label job in a Pushgateway.
const job = "offboard"

// Gateway is a Pushgateway.
type Gateway struct {
	Client             push.HTTPDoer
	URL                string // without user name and password
	HasUser            bool
	UserName, Password string
}

// Push pushes the metrics of a run. Their group is the job offboard and the target: neither a
// pod nor a machine is in it, so that each run replaces what the last one has pushed, metric by
// metric. The error is one of the client, unless the URL cannot be used.
func Push(ctx context.Context, to Gateway, r Run) error {
	p := push.New(to.URL, job).Gatherer(r.gatherer(nil)).Client(to.Client)
	for name, value := range r.labels() {
		p = p.Grouping(name, value)
	}
	if to.HasUser {
		p = p.BasicAuth(to.UserName, to.Password)
	}
	return p.AddContext(ctx)
}

package run

import (
	"offboard/internal/pace"
	"offboard/pkg/thrive"
)

// connection is the client of a target and the pace of its calls. A check and the run
// behind it share one, so that the ceiling holds for both together.
type connection struct {
	client *thrive.Client
	pace   *pace.Pace
}

// connect returns a connection. It sends nothing. The error is a *TargetError.
func connect(t Target, c Conduct) (*connection, error) {
	pace := pace.New(c.Rate)
	client, err := thrive.NewClient(thrive.Config{
		BaseURL:        t.BaseURL,
		Credentials:    t.Credentials,
		Timeout:        c.Timeout,
		MaxConnections: c.Concurrency,
		UserAgent:      t.UserAgent,
		AwaitTurn:      pace.Wait,
		Warn:           func(text string) { c.Log.Warn(text) },
	})
	if err != nil {
		return nil, &TargetError{err}
	}
	return &connection{client, pace}, nil
}

// connect opens the connection of the run, unless it is open. It returns what the run's part
// of the plan may do of a conduct.
func (r *Run) connect(t Target, c Conduct) (Conduct, error) {
	c = r.Part.conduct(c)
	if r.connection != nil {
		return c, nil
	}
	var err error
	r.connection, err = connect(t, c)
	return c, err
}

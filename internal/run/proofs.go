package run

import (
	"iter"

	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// proofs are rows whose leaver is done since an earlier run, and whose line is written
// again. The line of the earlier run has the answer of the service, or what the tenant
// said, so that it is written as it was.
type proofs struct {
	rows  map[string]leaver.Result
	order []string
}

// maxProofs is how many rows wait for their lines, which are read from the report.
const maxProofs = 10_000

// want takes a decision, if it is one that a line of the report proves.
func (p *proofs) want(d plan.Decision) bool {
	if !d.Outcome.Closed() || isProof(d.Result) {
		return false
	}
	if p.rows == nil {
		p.rows = map[string]leaver.Result{}
	}
	p.rows[d.Ref], p.order = d.Result, append(p.order, d.Ref)
	return true
}

// isProof tells whether a line has what was learned when the leaver was done: for one who
// was suspended, that is the answer to a request.
func isProof(line leaver.Result) bool {
	return line.Attempts > 0 || line.Outcome == leaver.AlreadyInactive && !line.FinishedAt.IsZero()
}

// yield passes the rows on, with what the report says of them, and forgets them.
func (p *proofs) yield(lines iter.Seq2[leaver.Result, error], yield func(leaver.Result, error) bool) bool {
	if len(p.order) == 0 {
		return true
	}
	for line, err := range lines {
		if err != nil {
			return yield(line, err) && false
		}
		row, wanted := p.rows[line.Ref]
		if wanted && line.Outcome == row.Outcome && isProof(line) && line.EndDate.Key() == row.EndDate.Key() {
			row.HTTPStatus, row.Attempts, row.Duration = line.HTTPStatus, line.Attempts, line.Duration
			row.FinishedAt, row.RequestID, row.Reason = line.FinishedAt, line.RequestID, line.Reason
			p.rows[line.Ref] = row
		}
	}
	for _, ref := range p.order {
		if !yield(p.rows[ref], nil) {
			return false
		}
	}
	*p = proofs{}
	return true
}

package report

import (
	"container/heap"
	"errors"
	"fmt"
	"iter"
	"time"

	"offboard/internal/leaver"
)

// ErrNoTime is the error of Merge for a line of several reports whose time cannot be
// read, because a spreadsheet has rewritten it: nobody can tell which line is later.
var ErrNoTime = errors.New("the column finishedAt of this line has no time that can be read, and several reports are read in the order of time")

// Merge reads the lines of several reports as those of one, in the order of time: each
// report in its own order, and of the next lines the one that was finished first; of the
// same time that of the first report. An error ends the sequence; it matches ErrNoTime
// if there are several reports, and a line without a time.
func Merge(reports ...iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	if len(reports) == 1 {
		return reports[0]
	}
	return func(yield func(leaver.Result, error) bool) {
		var heads queue
		defer func() {
			for _, h := range heads {
				h.stop()
			}
		}()
		for i, lines := range reports {
			h := &head{report: i}
			h.next, h.stop = iter.Pull2(lines)
			if h.advance() {
				heads = append(heads, h)
			}
		}
		heap.Init(&heads)
		for len(heads) > 0 {
			h := heads[0]
			if !yield(h.line, h.err) || h.err != nil {
				return
			}
			if h.advance() {
				heap.Fix(&heads, 0)
			} else {
				heap.Pop(&heads)
			}
		}
	}
}

// head is the next line of a report.
type head struct {
	report int // its position among the others
	line   leaver.Result
	err    error
	time   time.Time // of the line, and not before that of an earlier one
	next   func() (leaver.Result, error, bool)
	stop   func()
}

// advance reads the next line. It returns false at the end of the report.
func (h *head) advance() (ok bool) {
	h.line, h.err, ok = h.next()
	switch at := h.line.FinishedAt; {
	case !ok || h.err != nil:
	case at.IsZero():
		h.err = fmt.Errorf("%s %s: %w", h.line.Place, h.line.Ref, ErrNoTime)
	case at.After(h.time):
		h.time = at
	}
	return ok
}

// queue is a heap of reports, by their next lines.
type queue []*head

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if c := q[i].time.Compare(q[j].time); c != 0 {
		return c < 0
	}
	return q[i].report < q[j].report
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*head)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

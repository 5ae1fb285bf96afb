package run

import (
	"iter"

	"offboard/internal/leaver"
)

// aheadBy is how many rows are read at once, and aheadPages how many times as many are
// ahead of their use.
const (
	aheadBy    = 256
	aheadPages = 3
)

// readRow is a row that was read, or an error.
type readRow struct {
	row leaver.Result
	err error
}

// ahead reads rows in another goroutine than the one that uses them, so that two cores
// share the work.
func ahead(rows iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		// The goroutine receives empty pages and sends them filled, until no row is left or
		// stopped is closed. It closes filled at its end.
		empty, filled, stopped := make(chan []readRow, aheadPages), make(chan []readRow, aheadPages), make(chan struct{})
		for range aheadPages {
			empty <- make([]readRow, 0, aheadBy)
		}
		go fill(rows, empty, filled, stopped)
		defer func() {
			close(stopped)
			for range filled { // until the goroutine has ended: its file may be closed then
			}
		}()
		for page := range filled {
			for _, r := range page {
				if !yield(r.row, r.err) {
					return
				}
			}
			empty <- page[:0]
		}
	}
}

// fill is the goroutine of ahead.
func fill(rows iter.Seq2[leaver.Result, error], empty <-chan []readRow, filled chan<- []readRow, stopped <-chan struct{}) {
	defer close(filled)
	page := <-empty
	for row, err := range rows {
		if page = append(page, readRow{row, err}); len(page) < aheadBy && err == nil {
			continue
		}
		filled <- page // there is room for all pages
		select {
		case page = <-empty:
		case <-stopped:
			return
		}
	}
	filled <- page
}

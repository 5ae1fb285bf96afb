package input

import (
	"errors"
	"fmt"
	"iter"

	"github.com/gocarina/gocsv"
)

// A page is full when it has this many records, or when this much memory stays in use
// with them.
const (
	pageRecords = 256
	pageBytes   = 1 << 20
)

// page collects the texts of records. gocsv decodes a page at once into the tagged
// fields of the struct F, which is much faster than record by record. R is what else
// is kept of a record, such as its line: gocsv knows texts only.
type page[R, F any] struct {
	rows    [][]string // a header with the tags of F, then the texts of each record
	records []R
	fields  []F // of the page that was decoded last
	size    int // bytes of memory that stay in use with the records
}

// newPage returns an empty page. The names are the csv tags of F.
func newPage[R, F any](names ...string) *page[R, F] {
	return &page[R, F]{rows: [][]string{names}}
}

// add takes a record, the bytes of memory that stay in use with its texts, and the
// texts in the order of the names. It returns true when the page is full.
func (p *page[R, F]) add(record R, size int, texts ...string) (full bool) {
	p.records = append(p.records, record)
	n := len(p.rows)
	if n == cap(p.rows) || p.rows[:n+1][n] == nil {
		p.rows = append(p.rows, make([]string, len(texts)))
	}
	p.rows = p.rows[:n+1] // the slices of an earlier page are used again
	copy(p.rows[n], texts)
	p.size += size
	return len(p.records) >= pageRecords || p.size >= pageBytes
}

// GetCSVRows implements gocsv.SimpleDecoder.
func (p *page[R, F]) GetCSVRows() ([][]string, error) { return p.rows, nil }

// decode returns the records with their fields, and empties the page.
func (p *page[R, F]) decode() iter.Seq2[R, F] {
	return func(yield func(R, F) bool) {
		if len(p.records) > 0 {
			if err := gocsv.UnmarshalDecoder(p, &p.fields); err != nil {
				// All fields are strings, and every record has all of them.
				panic(fmt.Errorf("input: decoding a page: %w", err))
			}
		}
		records := p.records
		p.records, p.rows, p.size = p.records[:0], p.rows[:1], 0
		for i, record := range records {
			if !yield(record, p.fields[i]) {
				return
			}
		}
	}
}

// errStop ends a reading whose caller wants no more rows.
var errStop = errors.New("stop")

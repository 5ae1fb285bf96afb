package input

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/leaver"
	"offboard/internal/table"
)

// Survey reads the input from its beginning and fills the survey, which is complete
// when the sequence has ended. It is the first reading, so the reasons of its rows
// do not say what would help, and no doubts: it has their Facts, which Survey.Doubts
// takes once the survey is complete, and not their Kept texts. It also has rows that were
// left out (Row.LeftOut).
//
// A record that cannot be used is a row with a Fault. An error ends the sequence. It
// names the input, and the line if one is the reason: the rest of the file cannot be
// told apart into records, columns or keys contradict each other, a key that was
// asked for is in no object, or the file cannot be read.
func (s *Source) Survey(v *Survey) iter.Seq2[leaver.Row, error] {
	return func(yield func(leaver.Row, error) bool) {
		*v = s.newSurvey()
		g := s.newReading(v)
		g.proposal = dates.NewProposal(s.options.Zone, s.options.Now)
		g.read(yield)
		v.settle(g)
	}
}

// Rows reads the input again, with the same rows and errors. v is the survey that the
// first reading filled: the reasons of rows say which flag would help, where the
// survey has found one. Rows have their doubts, and what was seen, and the texts of
// Options.Keep and Options.Match. Of a malformed row these are empty, except in a sheet.
func (s *Source) Rows(v Survey) iter.Seq2[leaver.Row, error] {
	return func(yield func(leaver.Row, error) bool) {
		g := s.newReading(&Survey{})
		g.advice, g.known, g.status.known = v.dates.advice(), &v, &v.status
		// The first objects may lack a key: reasons name it as the later ones spell it.
		g.names[refCell] = cmp.Or(g.names[refCell], v.Ref)
		g.names[endDateCell] = cmp.Or(v.EndDate, g.names[endDateCell])
		g.read(yield)
	}
}

// ErrNoRows is for an input that has a header, or is a list, and no rows.
var ErrNoRows = errors.New("there are no rows; if nobody has left, there is nothing to run")

// reading is one pass over a source.
type reading struct {
	source *Source
	survey *Survey // what this reading notices
	known  *Survey // what the first reading has noticed; nil in that reading

	proposal *dates.Proposal // of formats for dates; nil except in the first reading
	advice   string          // for rows whose end date cannot be read; "" in the first reading

	records  int
	names    [firstCondition]string // of the columns or keys that are read; "": none so far
	found    []bool                 // by condition: some object has its key
	kept     keptTexts
	refFound bool            // an object that was left out has a key for the ref
	dates    map[string]date // by text: many leavers have the same end date
	status   statusReader
}

// slot is what a page keeps of a record beside its texts. It is small, because most
// records have nothing but texts.
type slot struct {
	row, lines   int
	facts        leaver.Facts
	leftOut      bool
	active       string   // what does not say that the person has left; "": nothing
	ref, endDate *cell    // nil: a text
	trouble      *trouble // nil: none
}

// trouble is what is wrong with a record.
type trouble struct {
	fault       string
	otherHeader error // as in headers
}

// fields are the texts of a record that gocsv decodes.
type fields struct {
	Ref     string `csv:"ref"`
	EndDate string `csv:"endDate"`
}

func (s *Source) newReading(v *Survey) *reading {
	if g, ok := s.format.(*grid); ok {
		v.patterns.shapes.columns, v.patterns.shapes.ref = g.around(), g.ref
	}
	g := &reading{source: s, survey: v, names: s.format.columnNames(), found: make([]bool, len(s.options.Where)), dates: map[string]date{},
		status: statusReader{source: s, survey: &v.status}}
	if s.Format == JSONL {
		g.kept.found = make([]bool, len(s.options.Keep)+len(s.options.Match))
	}
	return g
}

func (g *reading) read(yield func(leaver.Row, error) bool) {
	page := newPage[slot, fields]("ref", "endDate")
	flush := func() error {
		kept := g.kept.page()
		for slot, fields := range page.decode() {
			row, err := g.finish(slot, fields)
			if err != nil {
				return err
			}
			if row.LeftOut && row.Ref == "" {
				continue
			}
			row.Kept = kept()
			if !yield(row, nil) {
				return errStop
			}
		}
		return nil
	}
	err := g.collect(page, flush)
	if err == nil {
		err = g.complete()
	}
	if err != nil && !errors.Is(err, errStop) {
		yield(leaver.Row{}, g.source.named(err))
	}
}

// collect fills one page after the other, and flushes each. Before it returns an
// error it flushes the last page, so that the rows in front of the error are read.
func (g *reading) collect(page *page[slot, fields], flush func() error) error {
	for r, err := range g.source.format.records() {
		var s slot
		wanted := true
		if err == nil {
			wanted, err = g.take(r, &s)
		}
		if err != nil {
			if broken := flush(); broken != nil {
				return broken
			}
			return err
		}
		if wanted {
			g.keep(r)
		}
		if wanted && page.add(s, r.size, r.cells[refCell].Text, r.cells[endDateCell].Text) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// take tells whether a record is wanted: whether it meets the conditions. If it does,
// take fills the slot, with the reason if the record cannot be used.
func (g *reading) take(r *record, s *slot) (wanted bool, err error) {
	g.records++
	fault := r.fault
	if fault == "" {
		g.noteKept(r)
		if wanted, fault = g.meets(r); !wanted {
			g.refFound = g.refFound || r.names[refCell] != ""
			g.survey.LeftOut++
			return g.leaveOut(r, s), nil
		}
		if err := cmp.Or(g.agreeAll(r), g.nested(r), g.checkRivals(r)); err != nil {
			return true, err
		}
		g.survey.broken.note(r)
		g.noteOtherDates(r)
		if r.grid != nil {
			s.facts = g.survey.rows.note(r, &g.survey.patterns)
		}
		if fault == "" && g.mayBeTotal(r) {
			if filled, isTotal := r.total(); isTotal {
				// The number in the place of the ref is a sum or a count.
				fault = fmt.Sprintf("this looks like a line of totals: it has nothing but %s; if it is a leaver, fill in the end date", quoted(filled))
			}
		}
		if fault == "" {
			g.employment(r, s)
		}
	}
	if r.fault != "" && r.grid != nil {
		g.survey.rows.noteStray(r, len(g.source.Header))
	}
	s.keep(r)
	if fault != "" || r.headers.other != nil {
		s.trouble = &trouble{fault, r.headers.other}
	}
	return true, nil
}

// keep sets what a slot keeps of each record.
func (s *slot) keep(r *record) {
	s.row, s.lines = r.row, r.lines
	s.ref, s.endDate = r.cells[refCell].keep(), r.cells[endDateCell].keep()
}

// agreeAll compares the keys of a record with those of the records before it.
func (g *reading) agreeAll(r *record) error {
	return cmp.Or(g.agree(r, refCell, g.source.options.RefColumn, "--ref-column"),
		g.agree(r, endDateCell, g.source.options.EndDateColumn, "--end-date-column"))
}

// mayBeTotal tells whether a record of a grid has no end date, and a number or nothing
// in the place of the ref.
func (g *reading) mayBeTotal(r *record) bool {
	return g.source.Format != JSONL && strings.TrimSpace(r.cells[endDateCell].Text) == "" && strings.Trim(r.cells[refCell].Text, " 0123456789") == ""
}

// agree compares the key of a cell with the one that was read of the objects before:
// objects that have employeeId, and others that have ref, may mean two things by
// them. It fails if the keys differ and none was asked for.
func (g *reading) agree(r *record, i int, asked, flag string) error {
	key, taken := r.names[i], &g.names[i]
	switch {
	case key == "" || key == *taken:
	case *taken == "":
		*taken = cmp.Or(asked, key)
	case asked == "" && table.NormalName(key) != table.NormalName(*taken):
		return fmt.Errorf("some objects have the key %q and others %q; name the one that is meant with %s", *taken, key, flag)
	}
	return nil
}

// complete fails at the end of the input if it has no records, no object has a key
// that is needed, or the end date is not read and there are dates.
func (g *reading) complete() error {
	s, o := g.source, g.source.options
	switch {
	case g.records == 0:
		return ErrNoRows
	case s.Format == JSONL:
		if err := g.allKeys(); err != nil {
			return err
		}
	}
	if err := g.survey.dates.rivals.check(s.Field(), g.names[endDateCell]); err != nil {
		return err
	}
	if g.names[endDateCell] == "" && o.EndDateColumn == "" {
		return cmp.Or(g.known, g.survey).dates.others.check(s.Field())
	}
	return nil
}

// allKeys fails if no object has a key that is needed.
func (g *reading) allKeys() error {
	s, o := g.source, g.source.options
	switch {
	case g.names[refCell] == "" && !g.refFound:
		return s.noKey(cmp.Or(o.RefColumn, refName), "--ref-column")
	case g.names[endDateCell] == "" && o.EndDateColumn != "" && o.EndDateColumn != NoEndDates && g.names[refCell] != "":
		// Without end dates everybody would seem to have left.
		return s.noKey(o.EndDateColumn, "--end-date-column")
	}
	for i, c := range o.Where {
		if !g.found[i] {
			return s.noKey(c.Column, "--where")
		}
	}
	for i, found := range g.kept.found {
		if !found {
			return s.noKey(o.keptName(i))
		}
	}
	return nil
}

// noKey is the error about a key that no object has.
func (s *Source) noKey(name, flag string) error {
	has := ""
	if len(s.paths) > 0 {
		has = "the first one has " + quoted(s.paths) + "; "
	}
	return fmt.Errorf("no object has the key %q; %sname the key with %s, or its path, such as employee.number", name, has, flag)
}

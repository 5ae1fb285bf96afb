package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"offboard/internal/leaver"
)

// pageRow is a row as a page shows it. Its texts are copies, because those of a line keep
// the whole line in memory.
type pageRow struct {
	Ref, EndDate, Place, Reason string
	Kept                        []string // texts of columns of the input
	Status                      int      // 0: there was no answer
}

// row returns a row as the page shows it.
func (p *Page) row(r leaver.Result) pageRow {
	row := pageRow{
		Ref: pageText(r.Ref, 500), EndDate: pageText(r.EndDate.Text, 100), Place: pageText(r.Place.String(), 160),
		Status: r.HTTPStatus, Reason: pageText(r.Reason, 400),
	}
	if p.plan == nil {
		return row
	}
	for _, text := range r.Kept[:min(len(p.plan.Kept), len(r.Kept))] {
		row.Kept = append(row.Kept, pageText(text, 200))
	}
	return row
}

// size returns how many bytes the row takes in a page, at most.
func (r pageRow) size() int {
	const tags = len("<tr><td><td><td><td>404<td>\n")
	size := tags + escapedLen(r.Ref) + escapedLen(r.EndDate) + escapedLen(r.Place) + escapedLen(r.Reason)
	for _, text := range r.Kept {
		size += len("<td>") + escapedLen(text)
	}
	return size
}

// pageTable has the rows of one outcome.
type pageTable struct {
	Outcome leaver.Outcome
	Name    string
	Note    string   // how many of all there are
	Kept    []string // names of columns of the input
	Called  bool     // the rows have a status
	Reasons bool     // some row has a reason
	Rows    []pageRow
}

// tables returns the tables of rows that are listed, which take so many bytes at most.
// Outcomes with few rows have all of them, and the others get the same share of the rest.
func (p *Page) tables(room int) []pageTable {
	type need struct {
		outcome leaver.Outcome
		bytes   int
	}
	const head = 800 // bytes of a table without its rows
	var needs []need
	for o, rows := range p.kept {
		n := need{o, head}
		for _, r := range rows {
			n.bytes += r.size()
		}
		needs = append(needs, n)
	}
	slices.SortFunc(needs, func(a, b need) int {
		return cmp.Or(cmp.Compare(a.bytes, b.bytes), cmp.Compare(a.outcome, b.outcome))
	})
	shares := map[leaver.Outcome]int{}
	for i, n := range needs {
		share := min(n.bytes, room/(len(needs)-i))
		shares[n.outcome] = share - head
		room -= share
	}
	var tables []pageTable
	for _, o := range p.subject().order {
		if len(p.kept[o]) > 0 {
			tables = append(tables, p.table(o, shares[o]))
		}
	}
	return tables
}

// table returns the table of an outcome, whose rows take so many bytes at most.
func (p *Page) table(o leaver.Outcome, room int) pageTable {
	t := pageTable{Outcome: o, Name: p.subject().name(o), Called: p.plan == nil}
	if p.plan != nil {
		t.Kept = shortenedTexts(p.plan.Kept)
	}
	for _, r := range p.kept[o] {
		if room -= r.size(); room < 0 {
			break
		}
		t.Rows, t.Reasons = append(t.Rows, r), t.Reasons || r.Reason != ""
	}
	all, shown := p.tally[o], len(t.Rows)
	switch {
	case shown == all && all == 1:
		t.Note = "the only row"
	case shown == all:
		t.Note = fmt.Sprintf("all %s rows", grouped(all))
	case shown == maxPageRows:
		t.Note = fmt.Sprintf("the first %s of %s rows; %s", grouped(shown), grouped(all), p.Words.Rest)
	default:
		t.Note = fmt.Sprintf("the first %s of %s rows, because a page has a limited size; %s", grouped(shown), grouped(all), p.Words.Rest)
	}
	return t
}

// pageText returns a copy of a text that is safe to show: characters that cannot be seen,
// and those that change the direction of a text, are replaced. It takes so many bytes in a
// page at most, and ends with "…" if it was cut.
func pageText(text string, most int) string {
	var b strings.Builder
	size := 0
	for _, r := range text {
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		if size += escapedRune(r); size > most {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escapedLen returns how many bytes a text takes in a page.
func escapedLen(text string) int {
	n := 0
	for _, r := range text {
		n += escapedRune(r)
	}
	return n
}

func escapedRune(r rune) int {
	switch r {
	case '<', '>':
		return len("&lt;")
	case '&', '"', '\'', '+':
		return len("&#34;")
	}
	return utf8.RuneLen(r)
}

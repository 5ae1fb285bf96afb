package input

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"offboard/internal/dates"
	"offboard/internal/leaver"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// What the name of a column says is in its words (see wordsOf). A missing word costs a message that
// would have helped; a word too many, an error where none is.
var (
	// endWords speak of an end, endBeginnings do as the beginning of a word, and endEndings
	// as its end: Vertragsende, validUntil.
	endWords = []string{"end", "ends", "ended", "ending", "exit", "exits", "until", "till", "bis", "last", "valid", "left", "fin", "baja", "sortie", "salida", "saida", "uscita", "depart", "departure", "departed", "term",
		"letzter", "letzte", "dernier"}
	endBeginnings = []string{"leav", "terminat", "expir", "austritt", "kundig", "kuendig", "uitdienst", "separat", "offboard",
		"abgang", "ausscheid", "cessaz"}
	endEndings = []string{"ende", "einde", "enddate", "austritt", "until", "contractend"}
	// dateWords are those of any date, and dateEndings their ends: Geburtsdatum, Arbeitstag.
	dateWords   = []string{"date", "dates", "fecha", "day"}
	dateEndings = []string{"datum", "enddate", "stag"}
	// otherWords are those of numbers and texts that are no dates: Last Salary, Exit Code.
	otherWords = []string{"id", "no", "nr", "num", "number", "code", "center", "centre", "cost", "zip", "post", "postcode", "postal", "plz", "phone", "tel", "mobile", "fax",
		"salary", "pay", "amount", "rate", "total", "price", "budget", "balance", "hours", "grade", "name", "reason", "type", "by", "user", "manager", "account", "badge", "room", "desk"}
	// employmentWords are, beside those of an end, the only ones of a name that speaks of the
	// end of an employment: not so Benefits End Date, Exit Interview Date, Leave Start Date.
	employmentWords = []string{"employment", "employed", "employee", "contract", "assignment", "job", "position", "service", "work", "worked", "working", "garden", "gardening",
		"actual", "effective", "final", "official", "planned", "expected", "projected", "scheduled", "confirmed", "revised", "new", "corrected", "extended", "day", "date", "dt", "of", "in", "at", "on", "the", "company",
		"de", "du", "contrat", "contrato", "data"}
)

// isEndWord tells whether a word speaks of an end.
func isEndWord(word string) bool {
	return slices.Contains(endWords, word) ||
		slices.ContainsFunc(endBeginnings, func(b string) bool { return strings.HasPrefix(word, b) }) ||
		slices.ContainsFunc(endEndings, func(e string) bool { return strings.HasSuffix(word, e) }) && word != "mitarbeitende"
}

// isDateWord tells whether a word speaks of a date.
func isDateWord(word string) bool {
	return slices.Contains(dateWords, word) || slices.ContainsFunc(dateEndings, func(e string) bool { return strings.HasSuffix(word, e) })
}

// speaksOfDates tells whether a name says that a column has dates, so that its numbers
// may be some.
func speaksOfDates(name string) bool {
	words := wordsOf(name)
	return (isTo(words) || slices.ContainsFunc(words, func(w string) bool { return isEndWord(w) || isDateWord(w) })) &&
		!slices.ContainsFunc(words, func(w string) bool { return slices.Contains(otherWords, w) })
}

// isTo tells whether the words are "to", or as in Valid To and Employed To, and not in
// Reports To.
func isTo(words []string) bool {
	last := len(words) - 1
	return last >= 0 && words[last] == "to" &&
		!slices.ContainsFunc(words[:last], func(w string) bool { return w != "valid" && !slices.Contains(employmentWords, w) })
}

// endsEmployment tells whether a name says that a column has the end of an employment:
// it has no other words, and more than one if the one could be that of anything.
func endsEmployment(name string) bool {
	words := wordsOf(name)
	ends, lasts, days := 0, 0, 0
	for _, w := range words {
		switch {
		case w == "last" || w == "letzter" || w == "letzte" || w == "dernier" || w == "final":
			lasts++
		case isDateWord(w) && !isEndWord(w), lasts > 0 && (w == "tag" || w == "jour"):
			days++
		case slices.Contains(employmentWords, w):
			if strings.HasPrefix(w, "work") {
				days++
			}
		case w == "to":
		case w == "valid" || strings.HasPrefix(w, "kundig") || strings.HasPrefix(w, "kuendig") || !isEndWord(w):
			return false // of a card, of a notice, of anything else
		default:
			ends++
		}
	}
	if lasts > 0 && ends == 0 {
		return days > 0 // and not Last Position
	}
	return ends > 0 || isTo(words) && len(words) > 1
}

// absenceWords are the only words of the names of a day on which somebody returns.
var absenceWords = []string{"return", "returns", "returned", "returning", "to", "work", "from", "leave", "date", "day", "of", "on", "first", "expected", "actual", "planned"}

// isAbsence tells whether a name is one of a list of absences: the day of the return, or
// the kind of a leave.
func isAbsence(name string) bool {
	words := wordsOf(name)
	is := func(word string) bool { return slices.Contains(words, word) }
	if len(words) > 1 && (is("leave") || is("absence")) && (is("type") || is("start")) {
		return true
	}
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "return") }) &&
		!slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(absenceWords, w) })
}

// checkAbsences fails if the end date was found by a name that lists of absences use,
// too, among the names of such a list: those people come back.
func checkAbsences(names []string, endDate string) error {
	if normal := table.NormalName(endDate); normal != "leavedate" && normal != endDateName {
		return nil
	}
	at := slices.IndexFunc(names, func(name string) bool { return name != endDate && isAbsence(name) })
	if at < 0 {
		return nil
	}
	return fmt.Errorf("%q beside %q may be the beginning or the end of an absence, after which people come back; if it says when people leave for good, name it with --end-date-column", endDate, names[at])
}

// rivals are the positions of other names than that of the end date that speak of the
// end of an employment, too.
func rivals(names []string, endDate int) (found []int) {
	for i, name := range names {
		if i != endDate && endsEmployment(name) {
			found = append(found, i)
		}
	}
	return found
}

// checkRivals fails if the end date of a record was found by its name, has passed
// earlier than another column says whose name speaks of the end of an employment, too:
// either could be meant.
func (g *reading) checkRivals(r *record) error {
	if len(r.rivals) == 0 {
		return nil
	}
	first := firstCondition + len(g.source.options.Where)
	if strings.TrimSpace(r.cells[endDateCell].Text) == "" {
		g.survey.dates.rivals.note(g.source, r, r.cells[first:])
		return nil
	}
	g.survey.dates.rivals.dated = true
	var d date // it is read if it is needed
	for i, name := range r.rivals {
		c := r.cells[first+i]
		if isEarlierDay(c, r.cells[endDateCell]) && g.source.options.Dates.IsZero() || c.Kind == r.cells[endDateCell].Kind && c.Text == r.cells[endDateCell].Text || strings.TrimSpace(c.Text) == "" {
			continue
		}
		if d.Text == "" {
			if d = g.source.dateIn(r.cells[endDateCell]); d.err != nil {
				return nil
			}
		}
		if at := g.source.dayOf(c); at.Sub(d.Time()) >= 24*time.Hour {
			return lineErrorf(r.row, "2 %ss could be meant by %q: %s, and the second one says %s, which is later; name one with --end-date-column",
				g.source.Field(), spelt(endDateName), quoted([]string{r.names[endDateCell], name}), leaver.Excerpt(strings.TrimSpace(c.Text), 40))
		}
	}
	return nil
}

// rivalDates is what was seen of the columns that may be the end date, too.
type rivalDates struct {
	dated bool   // some row has an end date
	name  string // a column that has dates where no row so far has an end date
}

// note looks for a date in a row without an end date.
func (n *rivalDates) note(s *Source, r *record, cells []cell) {
	for i, name := range r.rivals {
		if !n.dated && n.name == "" && !s.dayOf(cells[i]).IsZero() {
			n.name = name
		}
	}
}

// check fails if no row has an end date, and another column has dates.
func (n *rivalDates) check(field, endDate string) error {
	if n.dated || n.name == "" {
		return nil
	}
	return fmt.Errorf("2 %ss could be meant by %q: %s, and the first one is blank everywhere; name one with --end-date-column", field, spelt(endDateName), quoted([]string{endDate, n.name}))
}

// isEarlierDay tells quickly whether a text is not later than another one, both of them
// YYYY-MM-DD.
func isEarlierDay(c, than cell) bool {
	isDay := func(c cell) bool {
		return c.Kind == xlsx.Text && len(c.Text) == 10 && c.Text[4] == '-' && c.Text[7] == '-'
	}
	return isDay(c) && isDay(than) && c.Text <= than.Text
}

// dayOf returns the day in a cell of any form; the zero time if there is none, or if it
// stands for no date.
func (s *Source) dayOf(c cell) time.Time {
	const none = 2100 // systems write a year from then on, such as 4712 or 9999
	d := s.dateIn(c)
	at := d.Time()
	if d.err != nil && !errors.Is(d.err, leaver.ErrNoDate) && c.fault == "" {
		at, _ = dates.Spot(d.Text, true)
	}
	if at.Year() >= none {
		return time.Time{}
	}
	return at
}

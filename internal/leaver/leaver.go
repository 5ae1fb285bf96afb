// Package leaver owns the vocabulary of offboard: what a leaver, a row, an
// end date, an outcome and a result are, and the rules that make a ref or an
// end date unusable. It does no I/O, knows no API and never reads the clock.
package leaver

import (
	"fmt"
	"strings"
	"time"
)

// MaxRef is the number of characters that a ref has at most, from the
// vendor's documentation of the API.
const MaxRef = 113

// Leaver is a person to suspend.
type Leaver struct {
	// Ref is the organisation's own identifier for the person, without white
	// space around it. Refs are compared byte by byte.
	Ref string
	// EndDate is the day or the moment at which the person left; the zero
	// value means that it is not known.
	EndDate EndDate
}

// Place says where a record of an input is: its source, and its line or row
// there, counted from 1, the header included.
type Place struct {
	Source string
	Row    int
}

// String returns the place as source:row, which editors understand.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.Source, p.Row) }

// Order is the place of a file among the files of a folder, which are read one after the
// other. A later file corrects the earlier ones. The zero value is that of what is no file
// of a folder: a file that was named, and a line of a report.
type Order struct {
	Folder uint32 // its number in the run, from 1 on
	File   uint32 // its number in the folder: a later file has a larger one
}

// Corrects tells whether what stands in a file of this order corrects what stands in one
// of another order.
func (o Order) Corrects(other Order) bool {
	return o.Folder != 0 && o.Folder == other.Folder && o.File > other.File
}

// Row is one record of an input.
type Row struct {
	Leaver
	Place
	// Order is that of the file that the row stands in.
	Order Order
	// Fault says why the row cannot be used; it is empty for a usable row.
	// A faulty row has its Ref and EndDate.Text as they were found.
	Fault string
	// Excluded says where a list names the leaver of the row as one who is never
	// suspended; "" if none does.
	Excluded string
	// Facts are what was seen in the row when its source was read for the first time.
	// Which doubts they are is known when the whole source was read.
	Facts Facts
	// Doubts are what speaks against suspending the leaver, and Seen says in words
	// what was seen. A row of a first reading has none yet.
	Doubts Doubts
	Seen   string
	// LeftOut tells that a condition has left the row out. Such a row is no leaver. If its
	// Facts turn out to say that the person may still be employed, it speaks against
	// suspending another row of the same ref.
	LeftOut bool
	// Kept are the texts of the columns that travel into the report, in the order in
	// which they were asked for, and behind them those of the columns that must agree with
	// the account; nil if there are none.
	Kept []string
	// Finding is what the tenant says about the account; nil if it was not asked, or if
	// nothing that it says settles the row.
	Finding *Finding
}

// Finding is an outcome that a leaver gets from what the tenant says about the account,
// without a call that suspends.
type Finding struct {
	Outcome Outcome
	Reason  string
}

// NewRow reads the texts of a record. White space around them is trimmed, and
// what makes them unusable becomes the row's Fault. A date without a zone is
// read in zone.
func NewRow(place Place, ref, endDate string, zone *time.Location) Row {
	date, err := ParseEndDate(strings.TrimSpace(endDate), zone)
	return RowOf(place, ref, date, err)
}

// RowOf is NewRow for an end date that was read already, with the error of that
// reading. If both the ref and the end date are unusable, the Fault is about the
// ref.
func RowOf(place Place, ref string, endDate EndDate, err error) Row {
	row := Row{Place: place}
	row.Ref, row.EndDate = TrimRef(ref), endDate
	switch refErr := CheckRef(row.Ref); {
	case refErr != nil:
		row.Fault = refErr.Error()
	case err != nil:
		row.Fault = err.Error()
	}
	return row
}

// Result is what became of a row. A row that was not attempted yet is a Result
// whose Outcome is Pending, so an input is like a report in which every row is
// pending.
type Result struct {
	Row
	Outcome    Outcome
	HTTPStatus int           // of the last response; 0 if there was none
	Attempts   int           // requests sent for this row in its run
	Duration   time.Duration // spent in those requests
	FinishedAt time.Time     // when the outcome was known; zero if that was not noted
	RequestID  string        // the server's identifier of the last request
	Reason     string        // why the leaver is not suspended, for a person
	// Target is where the run suspends that a line of a report is from, such as
	// production/eu-west-2_AbcdEfghI. It is "" for a row that is no line of a report.
	Target string
	// Changed tells of a line of a report that somebody has changed it: its row cannot be
	// used.
	Changed bool
	// Earlier is the outcome that the report has for this leaver from an earlier run,
	// which called for them; "" if there is none.
	Earlier Outcome
	// Noted tells of a pending row that the report says already that its leaver is pending,
	// or how an earlier call for them ended: a line that says pending is not needed.
	Noted bool
}

// Known tells whether the report has this outcome for the leaver from an earlier run
// already: this run has learned nothing new.
func (r Result) Known() bool { return r.Earlier != "" && r.Outcome == r.Earlier }

// Overdue tells for how long a leaver has been overdue: the end date has passed, and nobody
// has suspended them. A line that speaks of its row says nothing about its leaver; so whom a
// list excludes is not overdue.
func (r Result) Overdue(now time.Time) (since time.Duration, is bool) {
	passes := r.EndDate.PassesAt()
	if r.Outcome.AboutRow() || r.Outcome.Closed() || passes.IsZero() || now.Before(passes) {
		return 0, false
	}
	return now.Sub(passes), true
}

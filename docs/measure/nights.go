package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"offboard/internal/report"
)

const reportHeader = "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error,target,check\n"

// timeInReport is how a report writes a time.
const timeInReport = "2006-01-02T15:04:05.000Z"

// reports measures summaries: of a million lines, and of a year of nights.
func reports(b *bench) error {
	const n = 1_000_000
	path := filepath.Join(b.dir, "leavers.report.csv")
	at := time.Date(2024, 7, 1, 2, 0, 0, 0, time.UTC)
	err := write(path, n, reportHeader, func(ref string, i int) string {
		at = at.Add(100 * time.Millisecond)
		return fmt.Sprintf("%s,%s,suspended,leavers.csv,%d,200,1,90,%s,7d444840-9dc0-11d1-b245-5ffdce74fad2,,sandbox,%s\n",
			ref, endDate, i+2, at.Format(timeInReport), report.Check("sandbox", ref, endDate))
	})
	if err != nil {
		return err
	}
	nights, err := writeNights(filepath.Join(b.dir, "nights"), time.Now())
	if err != nil {
		return err
	}
	return errors.Join(
		b.summary("`report` of 1,000,000 lines", 3, 96, path),
		b.summary(fmt.Sprintf("`report` of a year of nights (%d files, %d lines)", yearOfNights, yearOfNights*perNight), 0, 0, nights...))
}

// summary measures report, with the most seconds and MiB that it may take; 0: there is no
// aim.
func (b *bench) summary(name string, seconds, mebibytes float64, paths ...string) error {
	sum := func(program string) (usage, error) {
		return measure(b.dir, nil, program, append([]string{"report"}, paths...)...)
	}
	if b.base != "" {
		return b.compare(name, sum)
	}
	var times, peaks sample
	for range b.runs {
		u, err := sum(b.offboard)
		if err != nil {
			return err
		}
		times, peaks = append(times, u.wall.Seconds()), append(peaks, float64(u.peak)/1024)
	}
	b.aim(name+": time", times, seconds, 2, " s")
	b.aim(name+": peak memory", peaks, mebibytes, 0, " MiB")
	return nil
}

// yearOfNights is a made-up year of a nightly job, with a report for every night.
const (
	yearOfNights = 250 // Monday to Friday
	perNight     = 400 // lines of each report
)

// writeNights writes the reports of a year of nights that ends at a day, and returns their
// paths. Most leavers are suspended in the night after their last day. Some rows cannot be
// used, some leavers nobody knows, some are held, and some wait for their end date. In one
// night the service is down: a later night does what was left.
func writeNights(folder string, last time.Time) (paths []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	y := year{}
	for night, at := range nightsBefore(last) {
		path := filepath.Join(folder, at.Format("2006-01-02")+".report.csv")
		f, err := os.Create(path)
		if err != nil {
			return nil, err
		}
		y.begin(bufio.NewWriter(f), night, at)
		y.night()
		if err := y.w.Flush(); err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// nightsBefore returns the nights before a day, Monday to Friday, at two o'clock.
func nightsBefore(last time.Time) []time.Time {
	nights := make([]time.Time, yearOfNights)
	at := time.Date(last.Year(), last.Month(), last.Day(), 2, 0, 0, 0, time.UTC)
	for i := len(nights) - 1; i >= 0; {
		at = at.AddDate(0, 0, -1)
		if day := at.Weekday(); day != time.Saturday && day != time.Sunday {
			nights[i] = at
			i--
		}
	}
	return nights
}

// year is what the nights share.
type year struct {
	w       *bufio.Writer
	number  int       // of the night
	at      time.Time // of the next answer
	row     int
	leavers int         // so far
	again   []leaverRow // who are tried again in the next night
	later   [][]leaverRow
}

type leaverRow struct{ ref, endDate string }

func (y *year) begin(w *bufio.Writer, number int, at time.Time) {
	y.w, y.number, y.at, y.row = w, number, at, 1
	_, _ = w.WriteString(reportHeader) // Flush returns the error
}

// night writes the lines of a night.
func (y *year) night() {
	const outage, wait = 120, 10 // the night without a service, and how many nights a later end date takes
	again := y.again
	y.again = nil
	for _, l := range again {
		y.line(l, "suspended", 200, 1, "")
	}
	if y.number >= wait {
		for _, l := range y.later[y.number-wait] {
			y.line(l, "suspended", 200, 1, "")
		}
	}
	var later []leaverRow
	for range 9 {
		l := y.newLeaver(-12)
		later = append(later, l)
		y.line(l, "not_due", 0, 0, "the end date "+l.endDate+" has not passed")
	}
	y.later = append(y.later, later)
	for y.row <= perNight {
		y.leaver(y.number == outage && y.row > perNight/2)
	}
}

// newLeaver returns a leaver whose last day was so many days ago.
func (y *year) newLeaver(daysAgo int) leaverRow {
	y.leavers++
	return leaverRow{refOf(y.leavers), y.at.AddDate(0, 0, -daysAgo).Format(time.DateOnly)}
}

// leaver writes the line of a leaver who is new in this night.
func (y *year) leaver(down bool) {
	ago := 1
	switch n := y.leavers; {
	case n%40 == 0:
		ago = 3 + n/40%60 // somebody was late to say it
	case y.at.Weekday() == time.Monday:
		ago = 1 + n%3
	}
	l := y.newLeaver(ago)
	switch n := y.leavers; {
	case down:
		y.again = append(y.again, l)
		y.line(l, "pending", 0, 0, "")
	case n%97 == 0:
		y.line(l, "not_found", 404, 1, "404 Not Found: no user with this ref")
	case n%211 == 0:
		y.again = append(y.again, l)
		y.line(l, "failed", 503, 5, "503 Service Unavailable")
	case n%307 == 0:
		l.ref = "Total " + l.ref
		y.line(l, "held", 0, 0, "odd-ref: its ref has letters where the others have digits")
	case n%401 == 0:
		y.line(l, "rejected", 409, 1, "409 Conflict: the user owns a legal entity")
	case n%503 == 0:
		l.endDate = "31/31/2025"
		y.line(l, "invalid", 0, 0, `"the end date ""31/31/2025"" is neither YYYY-MM-DD nor RFC 3339"`)
	case n%601 == 0:
		y.line(l, "already_inactive", 0, 0, "")
	case n%701 == 0:
		y.line(l, "duplicate", 0, 0, "the same leaver as another row")
	default:
		y.line(l, "suspended", 200, 1, "")
	}
}

// line writes a line.
func (y *year) line(l leaverRow, outcome string, status, attempts int, reason string) {
	const target = "production/" + tenant
	y.row++
	answered, id := "", ""
	if attempts > 0 {
		y.at = y.at.Add(100 * time.Millisecond)
		answered, id = fmt.Sprint(status), fmt.Sprintf("7d444840-9dc0-11d1-b245-%04d%08d", y.number, y.row)
	}
	fmt.Fprintf(y.w, "%s,%s,%s,leavers.csv,%d,%s,%d,%d,%s,%s,%s,%s,%s\n", l.ref, l.endDate, outcome, y.number*perNight+y.row, answered,
		attempts, 90*attempts, y.at.Format(timeInReport), id, reason, target, report.Check(target, l.ref, l.endDate))
}

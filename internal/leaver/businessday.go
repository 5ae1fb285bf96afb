package leaver

import "time"

// OneBusinessDayAfter returns the moment at which one business day has gone by since
// another moment. Business days are Monday to Friday in the zone of that moment; holidays
// are not known. A weekend does not count:
//
//	Tuesday 00:00    Wednesday 00:00: all of Tuesday
//	Tuesday 17:00    Wednesday 17:00
//	Friday 00:00     Saturday 00:00: all of Friday
//	Friday 17:00     Monday 17:00
//	Saturday, any    Tuesday 00:00: all of Monday
//
// Hours are those that clocks show, so that a day on which clocks change is one day, too.
func OneBusinessDayAfter(at time.Time) time.Time {
	zone := at.Location()
	year, month, day := at.Date()
	if skipped := beforeMonday(at.Weekday()); skipped > 0 {
		return dayStart(year, month, day+skipped+1, zone)
	}
	if beginsDay(at) {
		return dayStart(year, month, day+1, zone)
	}
	next := day + 1
	if at.Weekday() == time.Friday {
		next += 2
	}
	hour, minute, second := at.Clock()
	return time.Date(year, month, next, hour, minute, second, at.Nanosecond(), zone)
}

// beforeMonday returns how many days it is from a day of the weekend to Monday; 0 for any
// other day.
func beforeMonday(day time.Weekday) int {
	switch day {
	case time.Saturday:
		return 2
	case time.Sunday:
		return 1
	}
	return 0
}

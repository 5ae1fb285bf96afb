package report

import "time"

// delays counts durations in memory that does not grow: by the minute up to a week, by the
// hour up to a year, and by the day beyond.
type delays struct {
	n       int
	buckets [minutesOfWeek + hoursOfYear + daysOfCentury]uint32
}

const (
	week = 7 * 24 * time.Hour
	year = 366 * 24 * time.Hour

	minutesOfWeek = int(week / time.Minute)
	hoursOfYear   = int((year - week) / time.Hour)
	daysOfCentury = 100 * 366 // anything longer counts as the longest of these
)

// add counts a duration, which is not negative.
func (d *delays) add(delay time.Duration) {
	at := 0
	switch {
	case delay < week:
		at = int(delay / time.Minute)
	case delay < year:
		at = minutesOfWeek + int((delay-week)/time.Hour)
	default:
		at = minutesOfWeek + hoursOfYear + int((delay-year)/(24*time.Hour))
	}
	d.buckets[min(at, len(d.buckets)-1)]++
	d.n++
}

// median returns the duration in the middle; of two, the shorter one. It is at most a minute
// too short up to a week, an hour up to a year, and a day beyond. It returns 0 if there are
// no durations.
func (d *delays) median() time.Duration {
	before := 0
	for at, n := range d.buckets {
		if before += int(n); 2*before >= d.n && n > 0 {
			return bucketStart(at)
		}
	}
	return 0
}

// bucketStart returns the shortest duration that is counted at a place of the buckets.
func bucketStart(at int) time.Duration {
	switch {
	case at < minutesOfWeek:
		return time.Duration(at) * time.Minute
	case at < minutesOfWeek+hoursOfYear:
		return week + time.Duration(at-minutesOfWeek)*time.Hour
	}
	return year + time.Duration(at-minutesOfWeek-hoursOfYear)*24*time.Hour
}

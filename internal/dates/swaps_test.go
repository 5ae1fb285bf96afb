package dates

import (
	"math/rand/v2"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// entry is an end date of a column, and the day that a person meant.
type entry struct {
	leaver.EndDate
	isCell bool
	meant  time.Time
}

func watch(column []entry) *Swaps {
	var s Swaps
	for _, e := range column {
		s.Add(e.EndDate, e.isCell)
	}
	return &s
}

func day(t testing.TB, at time.Time) leaver.EndDate {
	t.Helper()
	d, err := leaver.ParseEndDate(at.Format(dayLayout), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// imports turn the days that were meant into a column.
var imports = map[string]func(t testing.TB, random *rand.Rand, meant time.Time) entry{
	"dates": func(t testing.TB, _ *rand.Rand, meant time.Time) entry { return entry{day(t, meant), true, meant} },
	"texts": func(t testing.TB, _ *rand.Rand, meant time.Time) entry { return entry{day(t, meant), false, meant} },
	"texts that are not read": func(t testing.TB, _ *rand.Rand, meant time.Time) entry {
		return entry{leaver.EndDate{Text: meant.Format("02/01/2006")}, false, meant}
	},
	"dates beside texts": func(t testing.TB, random *rand.Rand, meant time.Time) entry {
		return entry{day(t, meant), random.IntN(3) > 0, meant}
	},
	"dates beside texts that are not read": func(t testing.TB, random *rand.Rand, meant time.Time) entry {
		if random.IntN(3) > 0 {
			return entry{day(t, meant), true, meant}
		}
		return entry{leaver.EndDate{Text: meant.Format("2.1.2006")}, false, meant}
	},
	"swapped dates beside texts": func(t testing.TB, _ *rand.Rand, meant time.Time) entry {
		if meant.Day() > 12 {
			return entry{leaver.EndDate{Text: meant.Format("02/01/2006")}, false, meant}
		}
		return entry{day(t, swapped(meant)), true, meant}
	},
	"swapped dates beside texts with the month first": func(t testing.TB, _ *rand.Rand, meant time.Time) entry {
		if meant.Day() > 12 {
			return entry{leaver.EndDate{Text: meant.Format("1/2/06")}, false, meant}
		}
		return entry{day(t, swapped(meant)), true, meant}
	},
	"swapped dates beside texts that are read": func(t testing.TB, _ *rand.Rand, meant time.Time) entry {
		return entry{day(t, swapped(meant)), meant.Day() <= 12, meant}
	},
	"swapped texts beside texts that are not read": func(t testing.TB, _ *rand.Rand, meant time.Time) entry {
		if meant.Day() > 12 {
			return entry{leaver.EndDate{Text: meant.Format("02/01/2006")}, false, meant}
		}
		return entry{day(t, swapped(meant)), false, meant}
	},
	"swapped dates alone": func(t testing.TB, _ *rand.Rand, meant time.Time) entry {
		return entry{day(t, swapped(meant)), true, meant}
	},
}

func swapped(at time.Time) time.Time {
	if at.Day() > 12 {
		return at
	}
	return time.Date(at.Year(), time.Month(at.Day()), int(at.Month()), 0, 0, 0, 0, time.UTC)
}

// habits are when people leave.
var habits = map[string]func(random *rand.Rand) time.Time{
	"any day of two years":   func(r *rand.Rand) time.Time { return date(2023, time.January, 1+r.IntN(730)) },
	"any day of a quarter":   func(r *rand.Rand) time.Time { return date(2024, time.April, 1+r.IntN(91)) },
	"any day of a month":     func(r *rand.Rand) time.Time { return date(2024, time.June, 1+r.IntN(30)) },
	"this month until now":   func(r *rand.Rand) time.Time { return date(2024, time.November, 1+r.IntN(12)) },
	"the last of the month":  func(r *rand.Rand) time.Time { return date(2024, time.Month(2+r.IntN(12)), 0) },
	"the first of the month": func(r *rand.Rand) time.Time { return date(2024, time.Month(1+r.IntN(12)), 1) },
	"the 1st or the 15th":    func(r *rand.Rand) time.Time { return date(2024, time.Month(1+r.IntN(12)), 1+14*r.IntN(2)) },
	"the first or the last":  func(r *rand.Rand) time.Time { return date(2024, time.Month(1+r.IntN(12)), r.IntN(2)) },
	"the first Friday": func(r *rand.Rand) time.Time {
		first := date(2022, time.Month(1+r.IntN(36)), 1)
		return first.AddDate(0, 0, (int(time.Friday)-int(first.Weekday())+7)%7)
	},
	"the first ten days": func(r *rand.Rand) time.Time { return date(2024, time.Month(1+r.IntN(12)), 1+r.IntN(10)) },
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

var sizes = []int{1, 2, 3, 5, 8, 10, 12, 15, 20, 30, 50, 100, 300, 1000, 5000}

func column(t testing.TB, random *rand.Rand, how, when string, size int) []entry {
	all := make([]entry, size)
	for i := range all {
		all[i] = imports[how](t, random, habits[when](random))
	}
	return all
}

// Texts of a local form beside cells of the kind date are what is left by a program that
// swaps dates, so a small column of both may be a false alarm.
func TestCleanColumnsAreNotSwapped(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	columns, alarms := 0, 0
	for _, how := range []string{"dates", "texts", "texts that are not read", "dates beside texts", "dates beside texts that are not read"} {
		for when := range habits {
			for _, size := range sizes {
				if how == "dates beside texts that are not read" && size < 30 {
					continue
				}
				for range max(1, 1000/size) {
					columns++
					if watch(column(t, random, how, when, size)).Found() {
						alarms++
						t.Logf("false alarm: %s, %s, %d rows", how, when, size)
					}
				}
			}
		}
	}
	if alarms > columns/20_000 {
		t.Errorf("%d false alarms in %d columns", alarms, columns)
	}
}

func TestSwappedColumnsAreFound(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for how, from := range map[string]struct{ may, must int }{ // so many rows
		"swapped dates beside texts":                      {4, 30},
		"swapped dates beside texts with the month first": {4, 30},
		"swapped dates beside texts that are read":        {10, 30},
		"swapped texts beside texts that are not read":    {10, 30},
	} {
		for _, when := range []string{"any day of two years", "any day of a quarter", "any day of a month"} {
			for _, size := range sizes {
				all := column(t, random, how, when, size)
				s := watch(all)
				if found := s.Found(); found != (size >= from.must) && (size >= from.must || size < from.may) {
					t.Errorf("%s, %s, %d rows: found is %t", how, when, size, found)
				}
				if !s.Found() {
					continue
				}
				for _, e := range all {
					want := !e.Time().IsZero() && !e.Time().Equal(e.meant)
					if got := Swappable(e.EndDate) && s.Doubts(e.isCell); got != want {
						t.Fatalf("%s, %s: %+v is in doubt: %t, want %t", how, when, e, got, want)
					}
				}
			}
		}
	}
}

func TestSwappedDatesAloneAreFoundInManyRows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range sizes {
		var all []entry
		for len(all) < size { // the rows with other days are lost
			if meant := habits["any day of two years"](random); meant.Day() <= 12 {
				all = append(all, imports["swapped dates alone"](t, random, meant))
			}
		}
		s := watch(all)
		if s.Found() != (size >= 50) && (size < 20 || size >= 50) {
			t.Errorf("%d rows: found is %t", size, s.Found())
		}
		for _, e := range all {
			if got, want := Swappable(e.EndDate) && s.Doubts(true), s.Found() && !e.Time().Equal(e.meant); got != want {
				t.Fatalf("%d rows: %+v is in doubt: %t, want %t", size, e, got, want)
			}
		}
	}
}

// TestTheNumbersFromWhichSwapsDecides adds dates and texts one by one.
func TestTheNumbersFromWhichSwapsDecides(t *testing.T) {
	add := func(s *Swaps, dates, texts int) {
		for i := range dates {
			s.Add(day(t, date(2024, time.Month(i%12+1), 5)), true)
		}
		for i := range texts {
			s.Add(leaver.EndDate{Text: date(2024, time.Month(i%12+1), 20).Format("02/01/2006")}, false)
		}
	}
	for _, tt := range []struct {
		dates, texts int
		want         bool
	}{{2, 2, true}, {5, 4, true}, {2, 12, true}, {12, 2, true}, {1, 12, false}, {12, 1, false}, {12, 0, false}, {0, 12, false}} {
		var s Swaps
		add(&s, tt.dates, tt.texts)
		if s.Found() != tt.want {
			t.Errorf("%d dates and %d texts: found is %t", tt.dates, tt.texts, s.Found())
		}
	}
	// Texts that are YYYY-MM-DD say less, as programs leave no such text.
	for _, tt := range []struct {
		dates, texts int
		want         bool
	}{{3, 7, true}, {7, 3, true}, {5, 5, true}, {3, 6, false}, {2, 12, false}, {12, 2, false}} {
		var s Swaps
		add(&s, tt.dates, 0)
		for i := range tt.texts {
			s.Add(day(t, date(2024, time.Month(i%12+1), 20)), false)
		}
		if s.Found() != tt.want {
			t.Errorf("%d dates and %d texts that are read: found is %t", tt.dates, tt.texts, s.Found())
		}
	}
	for name, repeat := range map[string]func(s *Swaps){
		"a text again":                  func(s *Swaps) { s.Again() },
		"a text in a form asked for":    func(s *Swaps) { s.AddLocal(day(t, date(2024, 6, 30))) },
		"a text that could not be read": func(s *Swaps) { s.Add(leaver.EndDate{Text: "30/06/2024"}, false) },
	} {
		var s Swaps
		add(&s, 2, 1)
		if s.Found() {
			t.Fatal("one text is enough")
		}
		if repeat(&s); !s.Found() {
			t.Errorf("%s: not found", name)
		}
	}
	for name, last := range map[string]struct {
		text   string
		isCell bool
	}{
		"a date with a day above 12":    {"2024-06-13", true},
		"a text with two low numbers":   {"05/06/2024", false},
		"a text in the other order":     {"06/13/2024", false},
		"a text that was read, and low": {"2024-06-05", false},
	} {
		var s Swaps
		add(&s, 12, 12)
		if !s.Found() {
			t.Fatal("swapped dates are not found")
		}
		d, _ := leaver.ParseEndDate(last.text, time.UTC)
		s.Add(d, last.isCell)
		if s.Found() {
			t.Errorf("%s: found", name)
		}
	}
	var s Swaps
	add(&s, 12, 12)
	for _, text := range []string{"", "soon", "N/A", "30", "30/", "30/06", "30/06/", "45473", "99/99/2024", "31/13/2024", "1.2", "-/-/-"} {
		s.Add(leaver.EndDate{Text: text}, false)
	}
	if !s.Found() {
		t.Error("texts that are no dates change the result")
	}
}

func TestADayOfTheMonthThatIsAHabitIsNotSwapped(t *testing.T) {
	for name, tt := range map[string]struct {
		dates, texts []time.Time
		want         bool
	}{
		"the first of each month, and the last as text":     {every12(1), every12(28), false},
		"the first of each month, and texts of January":     {every12(1), []time.Time{date(2024, 1, 13), date(2024, 1, 20), date(2024, 1, 31)}, true},
		"the sixth of each month, and the last as text":     {every12(6), every12(28), true},
		"five months of twelve days":                        {between(5, 1, 12), nil, false},
		"six months of twelve days":                         {between(6, 1, 12), nil, true},
		"twelve months of seven days, of which one is late": {between(12, 6, 12), nil, false},
		"twelve months of eight days, of which one is late": {between(12, 5, 12), nil, true},
		"twelve months of ten days":                         {between(12, 1, 10), nil, false},
		"twelve months of thirteen days":                    {between(12, 1, 13), nil, false},
	} {
		var s Swaps
		for _, at := range tt.dates {
			s.Add(day(t, at), true)
		}
		for _, at := range tt.texts {
			s.Add(leaver.EndDate{Text: at.Format("02/01/2006")}, false)
		}
		if s.Found() != tt.want {
			t.Errorf("%s: found is %t", name, s.Found())
		}
	}
}

func every12(day int) []time.Time { return between(12, day, day) }

// between returns the days from first to last of so many months.
func between(months, first, last int) (all []time.Time) {
	for month := range months {
		for day := first; day <= last; day++ {
			all = append(all, date(2024, time.Month(month+1), day))
		}
	}
	return all
}

package plan

import "offboard/internal/leaver"

// place is a leaver.Place with the number of its source.
type place struct{ source, row uint32 }

// sources gives the sources of rows numbers.
type sources struct {
	hasReports bool // rows of the input are lines of reports
	numbers    map[string]uint32
	names      []string // by number
	last       uint32
}

// place returns a place with the number of its source.
func (s *sources) place(at leaver.Place) place {
	// Nearly always it is the source of the row before.
	if int(s.last) < len(s.names) && s.names[s.last] == at.Source {
		return place{s.last, uint32(at.Row)}
	}
	number, known := s.numbers[at.Source]
	if !known {
		number = uint32(len(s.names))
		s.names = append(s.names, at.Source)
		s.numbers[at.Source] = number
	}
	s.last = number
	return place{number, uint32(at.Row)}
}

// full is the inverse of place.
func (s *sources) full(at place) leaver.Place {
	return leaver.Place{Source: s.names[at.source], Row: int(at.row)}
}

// endDates gives end dates numbers. Lists of leavers have few different ones.
type endDates struct {
	numbers map[leaver.DateKey]uint32
	keys    []leaver.DateKey // by number
	dues    []flags          // by number: farAhead, notDue, or none
}

// number returns the number of an end date. due returns the flags of a new one.
func (e *endDates) number(d leaver.EndDate, due func(leaver.EndDate) flags) uint32 {
	number, known := e.numbers[d.Key()]
	if !known {
		number = uint32(len(e.keys))
		e.keys = append(e.keys, d.Key())
		e.dues = append(e.dues, due(d))
		e.numbers[d.Key()] = number
	}
	return number
}

package run

import (
	"fmt"
	"iter"
	"path"
	"strings"
	"time"

	"offboard/internal/compact"
	"offboard/internal/input"
	"offboard/internal/leaver"
)

// statements are what files of folders have said in earlier runs against suspending a leaver,
// by the report. A file that is left for the next run, that cannot be read, or that was taken
// out of its folder does not take it back: an earlier file must not have somebody suspended
// whom the run before knew to be still there. Only a later file does that.
type statements struct {
	keys    compact.Keys
	said    *compact.Table[compact.Key, statement]
	sources []string          // by number
	numbers map[string]uint32 // of the sources
	folders Folders
	now     time.Time
}

// statement is what a line of the report says of a leaver whose row is in a file of a folder.
type statement struct {
	endDate leaver.DateKey
	source  uint32 // its number
	row     uint32
	doubts  leaver.Doubts // of a leaver who is held; 0: the end date has not passed
}

// words say what the row has said.
func (s statement) words() string {
	if s.doubts == 0 {
		return "had an end date that has not passed"
	}
	return "was held (" + s.doubts.String() + ")"
}

// stay are the doubts which say that somebody is still there, or not when they leave.
var stay = leaver.DoubtsOf(leaver.NoEndDate, leaver.StillActive, leaver.ActiveElsewhere)

func newStatements(keys compact.Keys, folders Folders, now time.Time) *statements {
	return &statements{
		keys: keys, said: compact.NewTable[compact.Key, statement](compact.Key.Hash),
		numbers: map[string]uint32{}, folders: folders, now: now,
	}
}

// isIn tells whether a source is a file of one of the folders.
func (s *statements) isIn(source string) bool {
	for _, f := range s.folders {
		if path.Dir(source) == f.Name {
			return true
		}
	}
	return false
}

// add takes the next line of the report.
func (s *statements) add(line leaver.Result) {
	if len(s.folders) == 0 || line.Outcome.AboutRow() || line.Changed {
		return
	}
	k := s.keys.Of(line.Ref)
	said := statement{endDate: line.EndDate.Key(), row: uint32(line.Place.Row)}
	switch {
	case !s.isIn(line.Source):
		s.said.Remove(k)
		return
	case line.Outcome == leaver.Held && line.Doubts&stay != 0:
		said.doubts = line.Doubts & stay
	case line.Outcome == leaver.NotDue && !line.EndDate.Passed(s.now):
	default:
		s.said.Remove(k)
		return
	}
	number, known := s.numbers[line.Source]
	if !known {
		number = uint32(len(s.sources))
		s.sources = append(s.sources, strings.Clone(line.Source))
		s.numbers[s.sources[number]] = number
	}
	said.source = number
	s.said.Put(k, said)
}

// doubted returns the rows of an input with a doubt where a statement speaks against them.
func (s *statements) doubted(in *Input, rows iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	if in.inFolder == (leaver.Order{}) || s.said.Len() == 0 {
		return rows
	}
	return func(yield func(leaver.Result, error) bool) {
		for row, err := range rows {
			if err == nil && !row.LeftOut && row.Fault == "" {
				s.doubt(&row, in.Options.EndDateColumn == input.NoEndDates)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// doubt gives a row a doubt if a statement speaks against it. undated tells that nobody needs
// an end date.
func (s *statements) doubt(row *leaver.Result, undated bool) {
	said, known := s.said.Get(s.keys.Of(row.Ref))
	if !known {
		return
	}
	source, same := s.sources[said.source], said.endDate == row.EndDate.Key()
	var doubts leaver.Doubts
	switch {
	case source > row.Source && path.Dir(source) == path.Dir(row.Source):
		if said.doubts != 0 || !same {
			doubts = leaver.DoubtsOf(leaver.ActiveElsewhere)
		}
	case source == row.Source && same:
		// What the file itself says is seen anew; what another one has said is not.
		doubts = said.doubts & leaver.DoubtsOf(leaver.ActiveElsewhere, leaver.NoEndDate)
		if undated {
			doubts = doubts.Without(leaver.DoubtsOf(leaver.NoEndDate))
		}
	}
	if doubts = doubts.Without(row.Doubts); doubts == 0 {
		return
	}
	seen := "an earlier run has held this row, and no later file says that the person has left"
	if source != row.Source {
		seen = fmt.Sprintf("%s %s in an earlier run, and is not there now", leaver.Place{Source: source, Row: int(said.row)}, said.words())
	}
	var texts []string
	for range doubts.Kinds() {
		texts = append(texts, seen)
	}
	all, parts := joined(row.Doubts, row.Seen, doubts, texts)
	row.Doubts, row.Seen = all, strings.Join(parts, "; ")
}

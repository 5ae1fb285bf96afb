package table

import (
	"slices"
	"strings"
)

// isBlank tells whether a row has nothing but delimiters and white space. A row that a
// spreadsheet program has deleted looks so, with any number of delimiters.
func isBlank(fields []string) bool {
	for _, field := range fields {
		if field != "" && strings.Trim(strings.TrimSpace(field), ",;|\t ") != "" {
			return false
		}
	}
	return len(fields) > 0
}

// rowShape is how the rows of a table differ from its header.
type rowShape struct {
	width   int      // fields of the header
	longer  bool     // rows may have empty fields behind those of the header
	shorter bool     // rows may lack the last field, which has no name
	example []string // the fields of an ordinary row; nil: none was read yet
}

// shapeOf finds the shape of a table by its first records: most rows have a delimiter at
// the end that the header has not, or the other way round.
func shapeOf(records []Record) rowShape {
	if len(records) == 0 || len(records[0].Fields) == 0 {
		return rowShape{}
	}
	header := records[0].Fields
	width, rows, longer, shorter := len(header), 0, 0, 0
	for _, r := range records[1:] {
		n := len(r.Fields)
		if n == 0 || isBlank(r.Fields) {
			continue
		}
		rows++
		switch {
		case n > width && isBlank(r.Fields[width:]):
			longer++
		case n == width-1:
			shorter++
		}
	}
	unnamed := width > 1 && isBlank(header[width-1:])
	return rowShape{width: width, longer: 2*longer > rows, shorter: unnamed && 2*shorter > rows}
}

// isOrdinary tells of nearly all rows, and quickly, that there is nothing to do: they have
// one line, as many fields as the header, and a letter or digit at the beginning.
func (s *rowShape) isOrdinary(r *Record) bool {
	if len(r.Fields) != s.width || r.Lines > 1 || s.example == nil || r.Fields[0] == "" {
		return false
	}
	c := r.Fields[0][0]
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// fit makes the fields of a row as many as those of the header, if the row may have a
// delimiter more or less, and tells whether it may be several rows.
func (s *rowShape) fit(r *Record, comma rune) {
	switch n := len(r.Fields); {
	case n == 0 || s.width == 0:
		return // it is malformed
	case s.longer && n > s.width && isBlank(r.Fields[s.width:]):
		r.Fields, r.Fault = r.Fields[:s.width], ""
	case s.shorter && n == s.width-1:
		r.Fields, r.Fault = append(r.Fields, ""), ""
	}
	switch {
	case r.Fault != "":
	case r.Lines > 1:
		r.Joined = s.joins(r.Fields, comma)
	case s.example == nil:
		s.example = slices.Clone(r.Fields)
	}
}

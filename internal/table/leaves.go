package table

import "bytes"

// Leaves visits all values within the value that are neither lists nor objects, or the
// value itself if it is such, with their paths. The path of a value in a list is that of
// the list. The value must be valid JSON, as those of an Object are. Nothing is
// allocated; path and leaf are valid until visit returns.
func (v Value) Leaves(path []byte, visit func(path []byte, leaf Value)) {
	s := leafScanner{rest: v, path: path, visit: visit}
	s.value()
}

// leafScanner goes through valid JSON once.
type leafScanner struct {
	rest  []byte
	path  []byte
	visit func(path []byte, leaf Value)
}

// value goes through the value in front.
func (s *leafScanner) value() {
	switch s.skipSpace(); s.front() {
	case 0:
	case '{':
		s.members()
	case '[':
		s.elements()
	case '"':
		s.visit(s.path, s.text())
	default:
		n := bytes.IndexAny(s.rest, ",]} \t\r\n")
		if n < 0 {
			n = len(s.rest)
		}
		s.visit(s.path, s.rest[:n])
		s.rest = s.rest[n:]
	}
}

// members goes through an object.
func (s *leafScanner) members() {
	above := len(s.path)
	for s.rest = s.rest[1:]; s.next('}'); {
		key := Value(s.text())
		if above > 0 {
			s.path = append(s.path, '.')
		}
		if inner := key[1 : len(key)-1]; bytes.IndexByte(inner, '\\') < 0 {
			s.path = append(s.path, inner...)
		} else {
			s.path = append(s.path, key.Text()...)
		}
		if s.skipSpace(); s.front() == ':' {
			s.rest = s.rest[1:]
		}
		s.value()
		s.path = s.path[:above]
	}
}

// elements goes through a list.
func (s *leafScanner) elements() {
	for s.rest = s.rest[1:]; s.next(']'); {
		s.value()
	}
}

// next tells whether a member or an element follows, and skips what stands before it, or
// else the bracket at the end.
func (s *leafScanner) next(end byte) bool {
	s.skipSpace()
	if s.front() == ',' {
		s.rest = s.rest[1:]
		s.skipSpace()
	}
	switch char := s.front(); {
	case char == end:
		s.rest = s.rest[1:]
		return false
	case char == 0 || end == '}' && char != '"' || char == '}' || char == ']' || char == ',':
		s.rest = nil // not valid JSON
		return false
	}
	return true
}

// text takes a string, with its quotes.
func (s *leafScanner) text() []byte {
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			text := s.rest[:i+1]
			s.rest = s.rest[i+1:]
			return text
		}
	}
	s.rest = nil // not valid JSON
	return []byte(`""`)
}

func (s *leafScanner) skipSpace() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t' || s.rest[0] == '\r' || s.rest[0] == '\n') {
		s.rest = s.rest[1:]
	}
}

// front returns the first byte; 0 at the end.
func (s *leafScanner) front() byte {
	if len(s.rest) == 0 {
		return 0
	}
	return s.rest[0]
}

package cli

import "offboard/internal/leaver"

// alikeReasons counts rows of which the reasons are alike: they differ in nothing but texts in
// quotes and numbers.
type alikeReasons struct {
	counts map[string]int
	gist   []byte // memory for that of a row
}

// isOneOf tells whether a reason is one of the first ones of those that are alike, and
// counts it if it is. kind tells apart reasons that are never alike.
func (l *alikeReasons) isOneOf(first int, kind, reason string) bool {
	l.gist = appendGist(append(l.gist[:0], kind...), reason)
	n, known := l.counts[string(l.gist)]
	if n >= first {
		return false
	}
	if !known && l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[string(l.gist)] = n + 1
	return true
}

// appendGist appends what a reason has in common with others: all but texts in quotes and
// numbers.
func appendGist(gist []byte, reason string) []byte {
	for i := 0; i < len(reason); {
		switch c := reason[i]; {
		case c >= '0' && c <= '9':
			i++
		case c == '"' && leaver.QuotedLen(reason[i:]) > 0:
			i += leaver.QuotedLen(reason[i:])
		default:
			gist = append(gist, c)
			i++
		}
	}
	return gist
}

package cli

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
		case c == '"' && quotedLen(reason[i:]) > 0:
			i += quotedLen(reason[i:])
		default:
			gist = append(gist, c)
			i++
		}
	}
	return gist
}

// quotedLen returns the length of the text in quotes with which a text begins; 0 if the
// quote is not closed.
func quotedLen(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

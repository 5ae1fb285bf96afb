package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// whiteSpaceLimit is how many bytes of white space may stand between two values of a
// JSON text. The decoder keeps them in memory.
const whiteSpaceLimit = 16 << 20

// jsonStream reads a JSON text token by token, or value by value. Neither may be longer
// than the limit.
type jsonStream struct {
	tokens *jsontext.Decoder
	guard  *guard
	limit  int
}

func newJSONStream(text io.Reader, limit int) *jsonStream {
	s := &jsonStream{guard: &guard{r: bufio.NewReaderSize(text, 64<<10)}, limit: limit}
	s.tokens = newDecoder(s.guard)
	return s
}

// peek returns the kind of the next token; jsontext.KindInvalid if there is none, and
// then token and value return the reason.
func (s *jsonStream) peek() jsontext.Kind {
	s.guard.left = whiteSpaceLimit
	return s.tokens.PeekKind()
}

// token reads the next token, which is valid until the next call of any method.
func (s *jsonStream) token() (jsontext.Token, error) {
	s.peek()
	s.guard.left = s.limit
	return s.tokens.ReadToken()
}

// value reads the next value, which is valid until the next call of any method.
func (s *jsonStream) value() (jsontext.Value, error) {
	s.peek()
	s.guard.left = s.limit
	return s.tokens.ReadValue()
}

// skip reads the next value to its end. Unlike value it can skip one of any length.
func (s *jsonStream) skip() error {
	depth := s.tokens.StackDepth()
	for {
		if _, err := s.token(); err != nil || s.tokens.StackDepth() <= depth {
			return err
		}
	}
}

// errNoArray is the error about a path that leads to no array. It means that the text
// has changed since the path was found.
var errNoArray = errors.New("the list is no longer where it was; was the file changed while it was read?")

// enter reads to the first element of the array at a path of keys.
func (s *jsonStream) enter(path []string) error {
	for _, key := range path {
		if s.peek() != jsontext.KindBeginObject {
			return s.wrong()
		}
		if _, err := s.token(); err != nil {
			return err
		}
		for {
			if s.peek() == jsontext.KindEndObject {
				return errNoArray
			}
			name, err := s.token()
			if err != nil {
				return err
			}
			if name.String() == key {
				break
			}
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
	if s.peek() != jsontext.KindBeginArray {
		return s.wrong()
	}
	_, err := s.token()
	return err
}

// wrong returns the error about a value of another kind than is expected.
func (s *jsonStream) wrong() error {
	if _, err := s.token(); err != nil {
		return err
	}
	return errNoArray
}

// finish reads from behind the last element of the array to the end of the text.
func (s *jsonStream) finish() error {
	for s.tokens.StackDepth() > 0 {
		if _, err := s.token(); err != nil {
			return err
		}
	}
	return s.atEnd()
}

// atEnd fails if anything but white space follows.
func (s *jsonStream) atEnd() error {
	if s.peek() == jsontext.KindInvalid {
		if _, err := s.token(); errors.Is(err, io.EOF) {
			return nil
		} else if _, ok := errors.AsType[*jsontext.SyntacticError](err); !ok {
			return err
		}
	}
	return errMoreFollows
}

// errMoreFollows is the error about a text that goes on behind its only value.
var errMoreFollows = errors.New("more than one JSON value")

// located returns an error with the line and the byte of the text that are its reason.
func (s *jsonStream) located(text *Text, err error) error {
	if s.guard.failed != nil {
		return s.guard.failed // jsontext can take it for a fault of the text
	}
	offset := s.tokens.InputOffset()
	var reason error
	syntax, malformed := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, errLongRecord):
		offset += s.gap()
		reason = fmt.Errorf("the JSON value that begins at byte %d is longer than %d bytes", offset+1, s.limit)
	case errors.Is(err, errMoreFollows):
		offset += s.gap()
		reason = fmt.Errorf("the JSON ends, and something follows it at byte %d; delete it, or put it into a file of its own", offset+1)
	case malformed && errors.Is(err, io.ErrUnexpectedEOF):
		line, end, err := text.end()
		if err != nil {
			return err
		}
		return errorAt(line, "the JSON is cut off: it ends at byte %d, where brackets are still open; export it again", end)
	case malformed:
		offset = syntax.ByteOffset
		reason = fmt.Errorf("this is not valid JSON from byte %d on: %w; correct it there, or export it again", offset+1, syntax.Err)
	default:
		if inner := errors.Unwrap(err); inner != nil {
			return inner // without the words that jsontext adds to an error of reading
		}
		return err
	}
	line, err := text.lineAt(offset)
	if err != nil {
		return err
	}
	return &LineError{Line: line, Err: reason}
}

// gap returns how many bytes of white space and commas stand in front of the next value.
func (s *jsonStream) gap() int64 {
	rest := s.tokens.UnreadBuffer()
	return int64(len(rest) - len(bytes.TrimLeft(rest, " \t\r\n,:")))
}

// lineAt returns the number of the line in which the byte at an offset stands.
func (t *Text) lineAt(offset int64) (int, error) {
	r, err := t.Reader()
	if err != nil {
		return 0, err
	}
	lines := lineCounter(1)
	_, err = io.CopyN(&lines, r, offset)
	return int(lines), ignoreEOF(err)
}

// end returns the number of the line in which the last character stands that is not
// white space, and how many bytes there are up to it: an editor shows no line behind the
// last line break.
func (t *Text) end() (line int, bytes int64, err error) {
	r, err := t.Reader()
	if err != nil {
		return 0, 0, err
	}
	e := endFinder{lines: 1, line: 1}
	_, err = io.Copy(&e, r)
	return int(e.line), e.end, err
}

// endFinder finds the last character that is not white space in what is written to it.
type endFinder struct {
	lines, line lineCounter // so far, and at the character
	read, end   int64       // bytes so far, and up to the character
}

func (e *endFinder) Write(p []byte) (int, error) {
	upTo := len(bytes.TrimRight(p, " \t\r\n"))
	if upTo > 0 {
		e.line, e.end = e.lines, e.read+int64(upTo)
		_, _ = e.line.Write(p[:upTo]) // it cannot fail
	}
	_, _ = e.lines.Write(p)
	e.read += int64(len(p))
	return len(p), nil
}

// lineCounter counts the line breaks that are written to it.
type lineCounter int

func (c *lineCounter) Write(p []byte) (int, error) {
	*c += lineCounter(bytes.Count(p, []byte("\n")))
	return len(p), nil
}

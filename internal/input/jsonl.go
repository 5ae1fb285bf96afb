package input

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"offboard/internal/leaver"
)

// readKeys reads the first object of a JSONL input, for its keys.
func (s *Source) readKeys(head *bufio.Reader) error {
	lines := lineReader{r: head}
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil // nothing in it: no rows
		case errors.Is(err, errLongRecord):
			return nil // a faulty row; Rows says so
		case err != nil:
			return err
		case len(line) == 0:
			continue
		case line[0] != '{':
			return fmt.Errorf("line %d: this is not JSON lines: a line is one object, {\"ref\": …}", lines.line)
		}
		members, err := readObject(line)
		if err == nil {
			for _, m := range members {
				s.Header = append(s.Header, m.key)
			}
		}
		return nil
	}
}

func (s *Source) jsonlRows(yield func(leaver.Row, error) bool) {
	text, err := s.text()
	if err != nil {
		yield(leaver.Row{}, err)
		return
	}
	lines := lineReader{r: bufio.NewReaderSize(text, 64<<10)}
	objects, refs := 0, 0
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errLongRecord) {
			yield(leaver.Row{}, fmt.Errorf("%s: %w", s.Name, err))
			return
		}
		if err == nil && len(line) == 0 {
			continue
		}
		row := leaver.Row{Place: leaver.Place{Source: s.Name, Row: lines.line}}
		if err != nil {
			row.Fault = fmt.Sprintf("the line is longer than %d bytes", recordLimit)
		} else {
			found := s.fill(&row, line)
			objects++
			if found {
				refs++
			}
		}
		if !yield(row, nil) {
			return
		}
	}
	if objects > 0 && refs == 0 {
		yield(leaver.Row{}, s.noRefKey())
	}
}

func (s *Source) noRefKey() error {
	name := s.options.RefColumn
	if name == "" {
		name = refName
	}
	if len(s.Header) == 0 {
		return fmt.Errorf("%s: no line holds an object with the key %q", s.Name, name)
	}
	return fmt.Errorf("%s: no object has the key %q; the first one has %s; name the key with --ref-column", s.Name, name, list(s.Header))
}

// fill reads the row from a line, and tells whether it has a ref key at all.
//
// What cannot be read must stay unusable on its way through a report: a ref
// is left empty, and an end date keeps the JSON that is not a date.
func (s *Source) fill(row *leaver.Row, line []byte) bool {
	members, err := readObject(line)
	if err != nil {
		row.Fault = err.Error()
		return false
	}
	ref, refErr := findMember(members, s.options.RefColumn, refName)
	endDate, endErr := findMember(members, s.options.EndDateColumn, endDateName)
	refText, endText := "", string(endDate.value)
	if refErr == nil {
		refText, refErr = ref.text(true)
	}
	if endErr == nil {
		endText, endErr = endDate.text(false)
	}
	*row = leaver.NewRow(row.Place, refText, endText, s.options.Zone)
	switch {
	case refErr != nil:
		row.Fault = refErr.Error()
	case endErr != nil:
		row.Fault = endErr.Error()
	}
	return ref.key != ""
}

// member is one key of an object, with its value as it stands there.
type member struct {
	key   string
	value json.RawMessage
}

// readObject reads the keys of an object one by one, because a map would
// silently keep the last of two that are the same.
func readObject(line []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	t, err := d.Token()
	if err != nil {
		return nil, errors.New("the line is not valid JSON")
	}
	if t != json.Delim('{') {
		return nil, errors.New(`the line is not an object, {"ref": …}`)
	}
	members := make([]member, 0, 4)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("the line is not valid JSON from byte %d on", d.InputOffset()+1)
		}
		m := member{key: t.(string)} // inside an object the decoder gives nothing else
		if err := d.Decode(&m.value); err != nil {
			return nil, fmt.Errorf("the line is not valid JSON from byte %d on", d.InputOffset()+1)
		}
		members = append(members, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("the object is not closed on its line")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value stands on the line")
	}
	return members, nil
}

// findMember returns the member that was asked for by name, or that has the
// usual name; the zero member if there is none. If there are several, it
// returns their values one behind the other, and an error.
func findMember(members []member, asked, usual string) (member, error) {
	name := asked
	if name == "" {
		name = usual
	}
	var found member
	n := 0
	for _, m := range members {
		if normalise(m.key) == normalise(name) {
			found = member{m.key, append(found.value, m.value...)}
			n++
		}
	}
	if n > 1 {
		return found, fmt.Errorf("%d keys could be meant by %q", n, name)
	}
	return found, nil
}

// text returns the value as text. A missing key, null and "" are the same. A
// whole number can be a ref: its digits, as they stand in the file. Of what is
// neither it returns the JSON, for an end date to keep, and an error.
func (m member) text(number bool) (string, error) {
	switch {
	case len(m.value) == 0 || string(m.value) == "null":
		return "", nil
	case m.value[0] == '"':
		var s string
		if err := json.Unmarshal(m.value, &s); err != nil {
			return string(m.value), fmt.Errorf("the value of %q is not valid JSON", m.key)
		}
		return s, nil
	case number && digits(m.value):
		return string(m.value), nil
	}
	if number {
		return "", fmt.Errorf("the value of %q is neither text nor a whole number", m.key)
	}
	return string(m.value), fmt.Errorf("the value of %q is neither text nor null", m.key)
}

func digits(value []byte) bool {
	for _, b := range value {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(value) > 0
}

// lineReader reads lines of at most recordLimit bytes.
type lineReader struct {
	r    *bufio.Reader
	long []byte // a line that does not fit into the reader's buffer
	line int    // the number of the line that next returned
}

// next returns the next line without white space around it; the bytes are
// good until the next call. A line that is too long is skipped and returned
// as errLongRecord.
func (l *lineReader) next() ([]byte, error) {
	part, err := l.r.ReadSlice('\n')
	if len(part) == 0 && err != nil {
		return nil, err
	}
	l.line++
	if !errors.Is(err, bufio.ErrBufferFull) {
		return bytes.TrimSpace(part), ignoreEOF(err)
	}
	l.long = append(l.long[:0], part...)
	size := len(part)
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = l.r.ReadSlice('\n')
		size += len(part)
		if size <= recordLimit {
			l.long = append(l.long, part...)
		}
	}
	if err := ignoreEOF(err); err != nil {
		return nil, err
	}
	if size > recordLimit {
		return nil, errLongRecord
	}
	return bytes.TrimSpace(l.long), nil
}

// ignoreEOF is for a last line without a line break: it is a line.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

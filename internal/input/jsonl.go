package input

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

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
			return lineError{lines.line, errors.New("this is not JSON lines: a line is one object, {\"ref\": …}")}
		}
		if o, err := readObject(line); err == nil {
			s.Header = o.keys
			o.walk("", 1, func(path string, _ member) { s.paths = append(s.paths, path) })
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
	objects := 0
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
			objects++
			wanted, err := s.fill(&row, line)
			if err != nil {
				yield(leaver.Row{}, err)
				return
			}
			if !wanted {
				s.seen.leftOut++
				continue
			}
		}
		if !yield(row, nil) {
			return
		}
	}
	switch {
	case objects == 0:
	case s.seen.ref == "" && !s.seen.refLeftOut:
		yield(leaver.Row{}, s.noKey(nameOr(s.options.RefColumn, refName), "--ref-column"))
	case s.seen.endDate == "" && s.options.EndDateColumn != "" && s.seen.ref != "":
		// Nobody must count as gone because a flag names no key.
		yield(leaver.Row{}, s.noKey(s.options.EndDateColumn, "--end-date-column"))
	default:
		for i, c := range s.options.Where {
			if !s.seen.held[i].there {
				yield(leaver.Row{}, s.noKey(c.Column, "--where"))
				return
			}
		}
	}
}

func (s *Source) noKey(name, flag string) error {
	has := ""
	if len(s.paths) > 0 {
		has = "the first one has " + list(s.paths) + "; "
	}
	return fmt.Errorf("%s: no object has the key %q; %sname the key with %s, or its path, such as employee.number", s.Name, name, has, flag)
}

// oneKeyEach refuses options by which the ref and the end date are one key.
func oneKeyEach(o Options) error {
	ref, endDate := nameOr(o.RefColumn, refName), nameOr(o.EndDateColumn, endDateName)
	if normalise(ref) == normalise(endDate) {
		return fmt.Errorf("--ref-column and --end-date-column both name the key %q", ref)
	}
	return nil
}

// fill reads the row from a line, and tells whether it meets the conditions. An
// error says that the objects do not agree on their keys.
//
// What cannot be read must stay unusable on its way through a report: a ref
// is left empty, and an end date keeps the JSON that is not a date.
func (s *Source) fill(row *leaver.Row, line []byte) (wanted bool, _ error) {
	o, err := readObject(line)
	if err != nil {
		row.Fault = err.Error()
		return true, nil
	}
	wanted, doubt := s.wantedObject(o)
	ref, refErr := o.find(s.options.RefColumn, refName, "--ref-column")
	if !wanted {
		s.seen.refLeftOut = s.seen.refLeftOut || ref.value != nil
		return false, nil
	}
	endDate, endErr := o.find(s.options.EndDateColumn, endDateName, "--end-date-column")
	err = errors.Join(
		s.agree(&s.seen.ref, ref, s.options.RefColumn, "--ref-column"),
		s.agree(&s.seen.endDate, endDate, s.options.EndDateColumn, "--end-date-column"))
	if err != nil {
		return true, err
	}
	if endDate.value == nil && s.seen.unread.next() {
		s.noteObject(o)
	}
	if doubt != "" {
		*row = leaver.Row{Place: row.Place, Fault: doubt} // in a report it is nobody
		return true, nil
	}
	refText, endText := "", string(endDate.value)
	if refErr == nil {
		refText, refErr = ref.text(true)
	}
	if endErr == nil {
		// A number may be a day, in a format that somebody has to name.
		if endText, endErr = endDate.text(true); endErr != nil {
			endText = string(endDate.value)
		}
	}
	*row = s.newRow(row.Place, refText, endText)
	key := s.seen.endDate
	switch {
	case refErr != nil:
		row.Fault = refErr.Error()
		return true, nil
	case leaver.CheckRef(row.Ref) != nil:
		key = nameOr(s.seen.ref, nameOr(s.options.RefColumn, refName))
	case endErr != nil:
		row.Fault = endErr.Error()
		return true, nil
	}
	if row.Fault != "" {
		row.Fault = fmt.Sprintf("key %q: %s", key, row.Fault)
	}
	return true, nil
}

// agree holds the key of a member against the one that was taken before: an
// object that lacks it must not give another one instead.
func (s *Source) agree(taken *string, m member, asked, flag string) error {
	switch {
	case m.value == nil:
	case *taken == "":
		*taken = nameOr(asked, m.key)
	case asked == "" && normalise(m.key) != normalise(*taken):
		return fmt.Errorf("%s: some objects have the key %q and others %q; name the one that is meant with %s", s.Name, *taken, m.key, flag)
	}
	return nil
}

// noteObject notes which values of an object look like dates.
func (s *Source) noteObject(o object) {
	o.walk("", 1, func(path string, m member) {
		if text, err := m.text(false); err == nil {
			s.seen.unread.note(path, text, false, s.options.Zone)
		}
	})
}

// object is a JSON object, with its values as they stand there.
type object struct {
	keys   []string
	values [][]byte
}

// member is one key of an object with its value.
type member struct {
	key   string
	value []byte
}

// readObject reads the keys of an object one by one, because a map would
// silently keep the last of two that are the same.
func readObject(line []byte) (object, error) {
	o := object{make([]string, 0, 8), make([][]byte, 0, 8)}
	d := json.NewDecoder(bytes.NewReader(line))
	t, err := d.Token()
	if err != nil {
		return o, errors.New("the line is not valid JSON")
	}
	if t != json.Delim('{') {
		return o, errors.New(`the line is not an object, {"ref": …}`)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return o, fmt.Errorf("the line is not valid JSON from byte %d on", d.InputOffset()+1)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return o, fmt.Errorf("the line is not valid JSON from byte %d on", d.InputOffset()+1)
		}
		o.keys = append(o.keys, t.(string)) // inside an object the decoder gives nothing else
		o.values = append(o.values, value)
	}
	if _, err := d.Token(); err != nil {
		return o, errors.New("the object is not closed on its line")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("more than one value stands on the line")
	}
	return o, nil
}

// find returns the member that is meant by the name that was asked for, or
// else by the usual one; the zero member if there is none. If there are
// several, it returns their values as a list that is no date, and an error.
func (o object) find(asked, usual, flag string) (member, error) {
	found := match(o.keys, asked, usual)
	switch len(found) {
	case 0:
		return o.inside(asked, usual, flag)
	case 1:
		return member{o.keys[found[0]], o.values[found[0]]}, nil
	}
	values := make([][]byte, len(found))
	for i, at := range found {
		values[i] = o.values[at]
	}
	return member{o.keys[found[0]], bytes.Join(values, []byte(", "))},
		fmt.Errorf("%d keys could be meant by %q: %s; name one with %s, or rename the others", len(found), nameOr(asked, usual), list(pick(o.keys, found)), flag)
}

// inside finds a member by a path through objects, such as employee.number.
func (o object) inside(path, usual, flag string) (member, error) {
	outer, rest, found := strings.Cut(path, ".")
	if !found || outer == "" || rest == "" {
		return member{}, nil
	}
	m, err := o.find(outer, "", flag)
	switch {
	case err != nil || len(m.value) == 0 || string(m.value) == "null":
		return member{}, err
	case m.value[0] == '[':
		return m, fmt.Errorf("the value of %q is a list, and of its objects no one is meant; if they are the leavers, save the list alone", m.key)
	case m.value[0] != '{':
		// What is meant may stand in it all the same: it is not nothing.
		return m, fmt.Errorf("the value of %q is no object, so it has no %q", m.key, rest)
	}
	inner, err := readObject(m.value)
	if err != nil {
		return member{}, err
	}
	return inner.find(rest, usual, flag)
}

// deepest is how far objects within objects are looked into.
const deepest = 8

// walk visits the members that are no objects, and those of the objects in it,
// with their paths.
func (o object) walk(above string, depth int, visit func(path string, m member)) {
	for i, key := range o.keys {
		m := member{key, o.values[i]}
		if m.value[0] == '{' && depth < deepest {
			if inner, err := readObject(m.value); err == nil && len(inner.keys) > 0 {
				inner.walk(above+key+".", depth+1, visit)
				continue
			}
		}
		visit(above+key, m)
	}
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
	case number && digitsOnly(string(m.value)):
		return string(m.value), nil
	}
	if number {
		return "", fmt.Errorf("the value of %q, %s, is neither text nor a whole number", m.key, cut(m.value))
	}
	return string(m.value), fmt.Errorf("the value of %q, %s, is neither text nor null", m.key, cut(m.value))
}

// cut returns the beginning of a value, for messages.
func cut(value []byte) string {
	const most = 40
	if len(value) <= most {
		return string(value)
	}
	return strings.ToValidUTF8(string(value[:most]), "") + "…"
}

// digitsOnly tells whether a text is a whole number, zeros in front included.
func digitsOnly(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
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

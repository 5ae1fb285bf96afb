package plan

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"strconv"

	"offboard/internal/leaver"
)

// Digest stands for the decisions of a plan in their order. Two plans with the same digest
// do the same with the same rows.
type Digest struct {
	// Rows is how many rows there are, and Decisions the SHA-256 of all decisions, in
	// hexadecimal digits.
	Rows      int    `json:"rows"`
	Decisions string `json:"decisions"`
	// Each has three bytes for each decision, in base64: they do not prove anything, but
	// tell which rows differ.
	Each string `json:"each"`
}

// marks are how many bytes of Digest.Each stand for a decision.
const marks = 3

// Digester makes a Digest.
type Digester struct {
	all  hash.Hash
	each []byte
	text []byte // of rows that are not hashed yet
}

// NewDigester returns a Digester for about so many rows.
func NewDigester(rows int) *Digester {
	return &Digester{all: sha256.New(), each: make([]byte, 0, marks*rows)}
}

// Add takes the next decision.
func (d *Digester) Add(decision Decision) {
	at := len(d.text)
	d.text = appendDecision(d.text, decision)
	d.each = appendMark(d.each, d.text[at:])
	if len(d.text) > hashed {
		d.flush()
	}
}

// hashed is how many bytes are hashed at once.
const hashed = 32 << 10

func (d *Digester) flush() {
	_, _ = d.all.Write(d.text) // it never fails
	d.text = d.text[:0]
}

// appendDecision appends a decision as a text: what is done, with whom, and where the row
// stands. The words of a reason may be those of another version, so only the kinds of doubt
// are a part of it.
func appendDecision(b []byte, d Decision) []byte {
	ref, endDate := d.Normal()
	doubts := leaver.Doubts(0)
	if d.Outcome == leaver.Held {
		doubts, _ = leaver.ParseHeldReason(d.Reason)
	}
	for _, text := range [...]string{ref, endDate, string(d.Outcome), d.Source} {
		b = strconv.AppendInt(b, int64(len(text)), 10)
		b = append(append(b, ':'), text...)
	}
	b = strconv.AppendInt(b, int64(d.Place.Row), 10)
	return append(strconv.AppendUint(append(b, '/'), uint64(doubts), 10), '\n')
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendMark(b, text []byte) []byte {
	sum := crc32.Checksum(text, castagnoli)
	return append(b, byte(sum), byte(sum>>8), byte(sum>>16))
}

// Sum returns the digest of the decisions so far.
func (d *Digester) Sum() Digest {
	d.flush()
	return Digest{Rows: len(d.each) / marks, Decisions: hex.EncodeToString(d.all.Sum(nil)), Each: base64.StdEncoding.EncodeToString(d.each)}
}

// Comparison compares decisions with a digest, one after the other.
type Comparison struct {
	digest   Digest
	each     []byte
	own      *Digester
	differ   int
	examples []leaver.Place
}

// errEach is the error for a digest that does not have as many marks as rows.
var errEach = errors.New("the digest of the decisions is damaged")

// Compare returns a comparison with a digest.
func (d Digest) Compare() (*Comparison, error) {
	each, err := base64.StdEncoding.DecodeString(d.Each)
	if err != nil || len(each) != marks*d.Rows {
		return nil, errEach
	}
	return &Comparison{digest: d, each: each, own: NewDigester(d.Rows)}, nil
}

// mostExamples is how many rows that differ a *DifferentError names.
const mostExamples = 10

// Add takes the next decision.
func (c *Comparison) Add(d Decision) {
	at := len(c.own.each)
	c.own.Add(d)
	if own := c.own.each[at:]; at >= len(c.each) || string(own) != string(c.each[at:at+marks]) {
		if c.differ++; len(c.examples) < mostExamples {
			c.examples = append(c.examples, d.Place)
		}
	}
}

// Err returns a *DifferentError if the decisions are not those of the digest.
func (c *Comparison) Err() error {
	own := c.own.Sum()
	if own.Decisions == c.digest.Decisions && own.Rows == c.digest.Rows {
		return nil
	}
	return &DifferentError{Rows: own.Rows, Was: c.digest.Rows, Differ: c.differ, Examples: c.examples}
}

// DifferentError says that decisions are others than those of a digest.
type DifferentError struct {
	Rows, Was int // how many decisions there are now, and in the digest
	// Differ is how many rows have another decision than the row with the same number in
	// the digest, and Examples the places of the first ones.
	Differ   int
	Examples []leaver.Place
}

// Error says how many rows differ, and which.
func (e *DifferentError) Error() string {
	text := fmt.Sprintf("%d rows differ", e.Differ)
	if e.Differ == 1 {
		text = "1 row differs"
	}
	if e.Rows != e.Was {
		text = fmt.Sprintf("there are %d rows, and there were %d; %s", e.Rows, e.Was, text)
	}
	for i, at := range e.Examples {
		text += map[bool]string{true: ": ", false: ", "}[i == 0] + at.String()
	}
	if more := e.Differ - len(e.Examples); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

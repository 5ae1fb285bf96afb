package report

import (
	"io"
	"time"

	"offboard/internal/leaver"
)

// Copy writes lines of reports as a CSV report. It is for lines that were read: they keep
// their times, and one that somebody has changed stays one that somebody has changed.
type Copy struct {
	w    io.Writer
	form form
	line line
	text []byte // whole lines that are not written yet
}

// copySize is how many bytes are written at once.
const copySize = 32 << 10

// NewCopy returns a copy with these columns that are kept, in the order of leaver.Row.Kept
// of its lines. They are valid by CheckKeep. Its header is written first.
func NewCopy(w io.Writer, keep []string) *Copy {
	names := cleanNames(keep)
	own := ownLayout(names...)
	f := form{encode: own.appendCSV, order: Order(names, keep), now: func() time.Time { return time.Time{} }}
	return &Copy{w: w, form: f, text: own.appendHeader(nil)}
}

// Add adds a line.
func (c *Copy) Add(r leaver.Result) error {
	if r.Target != "" { // a line that was changed has none
		c.form.target = r.Target
	}
	c.text = c.form.append(c.text, &c.line, r)
	if len(c.text) < copySize {
		return nil
	}
	return c.Flush()
}

// Flush writes what was added.
func (c *Copy) Flush() error {
	_, err := c.w.Write(c.text)
	c.text = c.text[:0]
	return err
}

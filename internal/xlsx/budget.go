package xlsx

import "io"

// budget counts what a workbook unpacks to: the bytes of its parts, and what is kept of
// them on disk. Few bytes of an archive can stand for very many, and one shared text for
// that of each cell of a sheet.
type budget struct{ limit, spent int64 } // a limit of 0 is none

// spend counts n bytes. It fails with a *LimitError beyond the limit.
func (b *budget) spend(n int) error {
	b.spent += int64(n)
	if b.limit > 0 && b.spent > b.limit {
		return &LimitError{b.limit}
	}
	return nil
}

// counted is a part that is open, whose bytes are counted as they are read.
type counted struct {
	io.ReadCloser
	budget *budget
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if over := c.budget.spend(n); over != nil {
		return 0, over
	}
	return n, err
}

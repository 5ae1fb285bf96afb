package xlsx

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
)

// partLimit is the size in bytes of the largest part that is read into memory.
// Cells, and the texts that they share, are not read so.
const partLimit = 16 << 20

var (
	errNoPart = errors.New("this part is missing")
	errTooBig = errors.New("it is too long")
)

// relation says that one part of a workbook belongs to another one.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"` // a name in the archive, once it was read
}

// is tells whether the relation is of a kind, in either of the two namespaces
// that the standard has had.
func (r relation) is(kind string) bool { return path.Base(r.Type) == kind }

// relations returns what belongs to a part, or with "" to the whole workbook.
func (w *Workbook) relations(part string) ([]relation, error) {
	var all struct {
		Relations []relation `xml:"Relationship"`
	}
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	if err := w.decode(name, &all); err != nil && !errors.Is(err, errNoPart) {
		return nil, err
	}
	for i, r := range all.Relations {
		target := unescaped(r.Target)
		if !path.IsAbs(target) {
			target = path.Join("/", path.Dir(part), target)
		}
		all.Relations[i].Target = path.Clean(target)[1:]
	}
	return all.Relations, nil
}

// unescaped replaces what programs write in names of parts that are read as URLs,
// such as %20, and the backslashes that some write.
func unescaped(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// open opens a part. Case makes no difference in the names of parts.
func (w *Workbook) open(name string) (io.ReadCloser, error) {
	var found *zip.File
	for _, f := range w.archive.File {
		switch {
		case !strings.EqualFold(path.Join("/", unescaped(f.Name))[1:], name):
		case found != nil:
			return nil, damaged(name, errors.New("the archive has this part twice"))
		default:
			found = f
		}
	}
	if found == nil {
		return nil, damaged(name, errNoPart)
	}
	part, err := found.Open()
	if err != nil {
		return nil, damaged(name, err)
	}
	return counted{part, &w.budget}, nil
}

// decode reads a whole part.
func (w *Workbook) decode(name string, to any) error {
	part, err := w.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	input := &limitedReader{r: part, limit: partLimit}
	err = newDecoder(input).Decode(to)
	if err == nil {
		// The checksum is compared at the end of the part.
		_, err = io.Copy(io.Discard, input)
	}
	return damaged(name, err)
}

// limitedReader fails where more than the limit is read. (That of package io ends
// there, as if nothing followed.)
type limitedReader struct {
	r     io.Reader
	limit int
	used  int // bytes since the last call of renew
}

func (r *limitedReader) renew() { r.used = 0 }

func (r *limitedReader) Read(p []byte) (int, error) {
	if r.used >= r.limit {
		return 0, fmt.Errorf("%w: more than %d bytes", errTooBig, r.limit)
	}
	n, err := r.r.Read(p)
	r.used += n
	return n, err
}

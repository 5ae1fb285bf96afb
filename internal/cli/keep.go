package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// columnNames is the value of --keep. A name can have any character, so that names are
// told apart as the fields of a CSV record are.
type columnNames []string

// Decode implements kong.MapperValue: it appends the names of one value of the flag.
func (n *columnNames) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("column", &text); err != nil {
		return err
	}
	names, err := parseColumnNames(text)
	if err != nil {
		return err
	}
	*n = append(*n, names...)
	return nil
}

// parseColumnNames reads names with commas between them. A name that has a comma or a
// quote is in quotes, as in CSV.
func parseColumnNames(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	names, err := r.Read()
	if err == nil || errors.Is(err, io.EOF) {
		if _, more := r.Read(); !errors.Is(more, io.EOF) {
			err = errors.New("several lines")
		}
	}
	switch {
	case errors.Is(err, io.EOF):
		names = []string{""}
	case err != nil:
		return nil, fmt.Errorf("the columns %q cannot be told apart; put a name with a comma or a quote in quotes, as in CSV", text)
	}
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	if slices.Contains(names, "") {
		return nil, fmt.Errorf("%q has a name that is empty; give the names of columns, such as Surname,Email", text)
	}
	return names, nil
}

// join returns names as parseColumnNames reads them.
func (columnNames) join(names []string) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return strings.Join(texts, ",")
}

// check fails if a name is there twice: the report could not tell the columns apart.
func (n columnNames) check() error {
	for i, name := range n {
		if slices.Contains(n[:i], name) {
			return fmt.Errorf("--keep names the column %q twice", name)
		}
	}
	return nil
}

package cli

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/alecthomas/kong"

	"offboard/internal/leaver"
	"offboard/internal/run"
)

// casesDay is the day of testdata/cases/wanted.txt.
var casesDay = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// exportFolders have the files of testdata/cases/wanted.txt. Two of them are those of
// the packages that read them.
var exportFolders = []string{"testdata/cases", "../input/testdata/kinds", "../xlsx/testdata"}

// exportCase is a line of testdata/cases/wanted.txt.
type exportCase struct {
	file    string
	flags   []string
	suspend []string // refs
	others  []string // "2 invalid", "1 odd-ref"; and "warning: …"
	fails   string   // a part of the error; "": none
}

// TestExportsThatPeopleReport plans each file of exportFolders, and compares who would be suspended with what a careful administrator wants.
func TestExportsThatPeopleReport(t *testing.T) {
	left := map[string]bool{}
	for _, name := range exportFiles(t) {
		left[name] = true
	}
	for i, c := range readExportCases(t) {
		delete(left, c.file)
		text := c.text(t)
		for neighbour, change := range neighbours {
			if changed := change(text); changed != text && !strings.HasSuffix(c.file, ".xlsx") || neighbour == "as it is" {
				t.Run(fmt.Sprintf("%d %s, %s", i, c.file, neighbour), func(t *testing.T) { c.run(t, changed) })
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("wanted.txt lacks %q", slices.Sorted(maps.Keys(left)))
	}
}

// exportFiles returns the names of the files that need a line.
func exportFiles(t *testing.T) (names []string) {
	t.Helper()
	for _, folder := range exportFolders {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if name := f.Name(); !f.IsDir() && name != "wanted.txt" {
				names = append(names, name)
			}
		}
	}
	return names
}

func readExportCases(t *testing.T) (all []exportCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/cases/wanted.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 5 {
			t.Fatalf("not five fields: %s", line)
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		c := exportCase{file: f[0], suspend: strings.Fields(f[2])}
		if f[1] != "" {
			c.flags = words(t, f[1])
		}
		if part, isError := strings.CutPrefix(f[3], "error:"); isError {
			c.fails = cmp.Or(strings.TrimSpace(part), ":")
		} else if f[3] != "" {
			c.others = strings.Split(f[3], ", ")
		}
		all = append(all, c)
	}
	return all
}

// neighbours are changes of a file of text that change nothing of its meaning.
var neighbours = map[string]func(string) string{
	"as it is":               func(text string) string { return text },
	"with a byte order mark": func(text string) string { return "\ufeff" + text },
	"with a blank line":      func(text string) string { return text + "\n" },
	"with other line ends": func(text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	},
	"in UTF-16": func(text string) string {
		encoded := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(text)) {
			encoded = binary.LittleEndian.AppendUint16(encoded, unit)
		}
		return string(encoded)
	},
}

// text returns the bytes of the file.
func (c exportCase) text(t *testing.T) string {
	t.Helper()
	for _, folder := range exportFolders {
		text, err := os.ReadFile(filepath.Join(folder, c.file))
		if err == nil {
			return string(text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	t.Fatalf("no file %s", c.file)
	return ""
}

// run compares the plan of a text, in a file of this name, with what is wanted.
func (c exportCase) run(t *testing.T, text string) {
	path := filepath.Join(t.TempDir(), c.file)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	suspend, others, err := rehearse(t, append([]string{"plan", path}, c.flags...)...)
	good := err == nil && slices.Equal(suspend, c.suspend) && c.agrees(others)
	if c.fails != "" {
		good = err != nil && strings.Contains(err.Error(), c.fails)
	}
	if !good {
		t.Errorf("got  %q %q, error %v\nwant %q %q, error %q", suspend, others, err, c.suspend, c.others, c.fails)
	}
}

// agrees tells whether what a plan says of the other rows is what is wanted. A warning
// is wanted by a part of its text; further ones do no harm.
func (c exportCase) agrees(others []string) bool {
	isWarning := func(s string) bool { return strings.HasPrefix(s, "warning: ") }
	for _, want := range c.others {
		if !slices.ContainsFunc(others, func(got string) bool {
			return got == want || isWarning(want) && strings.Contains(got, strings.TrimPrefix(want, "warning: "))
		}) {
			return false
		}
	}
	return !slices.ContainsFunc(others, func(got string) bool { return !isWarning(got) && !slices.Contains(c.others, got) })
}

// rehearse returns the refs that a command line would suspend on casesDay, in their
// order, and what it says of the other rows.
func rehearse(t *testing.T, args ...string) (suspend, others []string, err error) {
	t.Helper()
	var c commands
	parser, err := kong.New(&c, kong.Name("offboard"), kong.ExplicitGroups(groups()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	a := &app{now: func() time.Time { return casesDay }}
	settings := a.runSettings(&c.Plan.inputFlags, &c.Plan.planFlags, &checkFlags{}, "")
	settings.Report = filepath.Join(t.TempDir(), "report.csv")
	r, err := run.Rehearse(t.Context(), settings)
	if err != nil {
		return nil, nil, explainRun(err)
	}
	defer r.Close()
	kinds := map[string]int{}
	for d, err := range r.Decisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		switch held, _ := leaver.ParseHeldReason(d.Reason); {
		case d.Outcome == leaver.Pending:
			suspend = append(suspend, d.Ref)
		case d.Outcome == leaver.Held:
			for _, kind := range held.Kinds() {
				kinds[kind.String()]++
			}
		default:
			kinds[string(d.Outcome)]++
		}
	}
	for kind, n := range kinds {
		others = append(others, fmt.Sprintf("%d %s", n, kind))
	}
	for _, in := range r.Inputs {
		for _, w := range in.Export.Warnings(in.Survey) {
			others = append(others, "warning: "+w)
		}
	}
	return suspend, others, nil
}

package report

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

func TestWhatIsCutOffIsKeptBesideTheReport(t *testing.T) {
	for _, f := range bothFormats {
		whole := written(t, f, suspended("a", 2))
		for name, torn := range map[string]string{
			"half a line":                  written(t, f, suspended("a", 2), suspended("b", 3))[len(whole) : len(whole)+12],
			"NULs of a power cut":          strings.Repeat("\x00", 512),
			"garbage":                      "\x80\xff\x00\x01garbage",
			"half a character":             `{"ref":"M` + "\xc3",
			"half a character of a CSV":    "M\xc3",
			"a quote that is never closed": `"M`,
		} {
			t.Run(string(f)+": "+name, func(t *testing.T) {
				path := place(t, pathOf(f), whole+torn)
				for _, ref := range []string{"b", "c"} {
					if err := goOn(path, true, suspended(ref, 3)); err != nil {
						t.Fatal(err)
					}
				}
				if got := refs(readBack(t, path)); got != "a b c" {
					t.Errorf("read back %s", got)
				}
				if got := content(t, path+".torn"); got != torn+"\n" {
					t.Errorf("kept %q, want %q", got, torn)
				}
				if info, err := os.Stat(path + ".torn"); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("mode %v, %v", info.Mode(), err)
				}
			})
		}
	}
}

func TestNothingIsKeptOfAReportThatIsWhole(t *testing.T) {
	for name, text := range map[string]string{
		"whole lines":         written(t, CSV, suspended("a", 2)),
		"no last line break":  strings.TrimSuffix(written(t, CSV, suspended("a", 2)), "\n"),
		"the blanks of a run": written(t, CSV, suspended("a", 2)) + strings.Repeat(" ", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			path := place(t, "a.csv", text)
			if err := goOn(path, true, suspended("b", 3)); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path + ".torn"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was kept: %v", err)
			}
		})
	}
}

func TestAQuoteThatIsNeverClosedDoesNotFillMemory(t *testing.T) {
	text := written(t, CSV, suspended("a", 2)) + "\"b,,pending,in.csv,3,,,,,,\n" + strings.Repeat("c,,pending,in.csv,4,,,,,,\n", 100_000)
	path := place(t, "a.csv", text)
	r, err := Open(path, true, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for _, err = range r.Lines() {
		n++
	}
	if n != 2 || !errors.Is(err, errLongLine) || !strings.Contains(err.Error(), "a.csv:3: ") {
		t.Errorf("%d lines, then %v", n, err)
	}
}

func TestAReportThatWasTidiedUpStaysOne(t *testing.T) {
	text := written(t, CSV, suspended("a", 2))
	text = strings.Replace(text, "ref,endDate,outcome", "Ref,End Date,OUTCOME", 1) + ",,,,,,,,,,\n"
	path := place(t, "a.csv", text)
	if err := goOn(path, true, suspended("b", 3)); err != nil {
		t.Fatal(err)
	}
	if got := refs(readBack(t, path)); got != "a b" {
		t.Errorf("read back %s", got)
	}
}

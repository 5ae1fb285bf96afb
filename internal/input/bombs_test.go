package input_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/input"
	"offboard/internal/table"
)

// wideSheet is a workbook with a header in the columns ref and, if it is not "", another
// one; below it are leavers. Those from a row on have a cell in the last column.
func wideSheet(t *testing.T, other string, leavers, wideFrom int) string {
	t.Helper()
	var rows strings.Builder
	rows.WriteString(`<row><c t="inlineStr"><is><t>ref</t></is></c>`)
	if other != "" {
		fmt.Fprintf(&rows, `<c r="%s1" t="inlineStr"><is><t>Note</t></is></c>`, other)
	}
	rows.WriteString(`</row>`)
	for row := 2; row < leavers+2; row++ {
		fmt.Fprintf(&rows, `<row><c><v>%d</v></c>`, 100_000+row)
		if row >= wideFrom {
			fmt.Fprintf(&rows, `<c r="XFD%d"><v>1</v></c>`, row)
		}
		rows.WriteString(`</row>`)
	}
	return sheetWorkbook(t, rows.String(), "")
}

// sheetWorkbook is a workbook with these rows and these shared texts.
func sheetWorkbook(t *testing.T, rows, shared string) string {
	t.Helper()
	return workbook(t, map[string]string{
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
		"xl/sharedStrings.xml":     `<sst>` + shared + `</sst>`,
	})
}

// opened opens a file with the usual bounds.
func opened(t *testing.T, path string) *table.File {
	t.Helper()
	f, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRowsFarWiderThanTheHeaderAreFaultsAndCostNothing(t *testing.T) {
	const leavers, wideFrom = 30_000, 20_000
	survey := func(text string) (good, wide int, took time.Duration) {
		start := time.Now()
		s, err := input.Open(opened(t, file(t, "wide.xlsx", text)), input.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var survey input.Survey
		for row, err := range s.Survey(&survey) {
			switch {
			case err != nil:
				t.Fatal(err)
			case row.Fault == "":
				good++
			case strings.Contains(row.Fault, `the row has cells beyond the last column of the header, "ref"`):
				wide++
			default:
				t.Fatalf("row %d: %s", row.Place.Row, row.Fault)
			}
		}
		return good, wide, time.Since(start)
	}
	_, _, narrow := survey(wideSheet(t, "", leavers, leavers+2))
	good, wide, took := survey(wideSheet(t, "", leavers, wideFrom))
	if good != wideFrom-2 || wide != leavers-good {
		t.Errorf("%d rows are good and %d are too wide", good, wide)
	}
	if took > 10*narrow {
		t.Errorf("it took %s, and %s without the wide rows", took, narrow)
	}
}

func TestBlankCellsBelowAWideHeaderCount(t *testing.T) {
	text := wideSheet(t, "XFD", 20_000, 1<<20)
	path := file(t, "wide.xlsx", text)
	_, err := input.Open(opened(t, path), input.Options{})
	var large *table.UnpackedError
	if !errors.As(err, &large) || large.Size != int64(len(text)) || !strings.Contains(err.Error(), "wide.xlsx: this file of ") {
		t.Fatalf("the error is %v", err)
	}
	f, err := table.Opening{MaxUnpacked: 1 << 30}.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := input.Open(f, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	// As many columns as real sheets have are no matter.
	s, err = input.Open(opened(t, file(t, "usual.xlsx", wideSheet(t, "IV", 20_000, 1<<20))), input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
}

func TestAnInputThatUnpacksToTooMuchIsNamed(t *testing.T) {
	const most = 1 << 20
	shared := strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 1000)
	for name, text := range map[string]string{
		"breaks.csv.gz": gzipped(t, "ref\nE1\n"+strings.Repeat("\n", 2*most)),
		"list.json.gz":  gzipped(t, `[{"ref":"E1"}`+strings.Repeat(`,{"ref":"E2"}`, most/8)+"]"),
		"lines.json.gz": gzipped(t, strings.Repeat("{\"ref\":\"E2\"}\n", most/8)),
		"book.xlsx":     sheetWorkbook(t, shared, "<si><t>"+strings.Repeat("x", 10_000)+"</t></si>"),
		"book.xlsx.gz":  gzipped(t, sheetWorkbook(t, shared, "<si><t>"+strings.Repeat("x", 10_000)+"</t></si>")),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := table.Opening{MaxUnpacked: most}.Open(file(t, name, text))
			if err != nil {
				t.Fatal(err)
			}
			s, err := input.Open(f, input.Options{})
			if err == nil {
				defer s.Close()
				var survey input.Survey
				for _, err = range s.Survey(&survey) {
				}
			}
			var large *table.UnpackedError
			if !errors.As(err, &large) || *large != (table.UnpackedError{Size: int64(len(text)), Limit: most}) || !strings.Contains(err.Error(), name+": this file of ") || strings.Contains(err.Error(), "--") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

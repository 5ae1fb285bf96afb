package view

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// everyOutcome returns three lines of each outcome.
func everyOutcome() (lines []leaver.Result) {
	for i := range 3 {
		for _, o := range leaver.Outcomes() {
			lines = append(lines, lineOf(fmt.Sprintf("%s-%d", o, i), "2024-06-30", o, "why"))
		}
	}
	return lines
}

func TestEachOutcomeThatNeedsSomebodyHasASheet(t *testing.T) {
	path, w := written(t, Book{Reports: []string{"june.report.csv"}, Lines: linesOf(everyOutcome()...)})
	want := []string{"Summary", "held", "invalid", "not_found", "rejected", "unconfirmed", "failed", "pending", "All rows"}
	f := opened(t, path)
	if !slices.Equal(f.GetSheetList(), want) || !slices.Equal(w.Sheets, want) || w.Rows != 36 {
		t.Errorf("the sheets are %q, and %+v was said", f.GetSheetList(), w)
	}
	for _, sheet := range want[1:8] {
		if refs := textsOf(t, path, sheet, 0); !slices.Equal(refs, []string{sheet + "-0", sheet + "-1", sheet + "-2"}) {
			t.Errorf("sheet %s has %q", sheet, refs)
		}
	}
	if refs := textsOf(t, path, "All rows", 0); len(refs) != 36 || refs[0] != "suspended-0" || refs[35] != "pending-2" {
		t.Errorf("all rows are %q", refs)
	}
	if f.GetActiveSheetIndex() != 0 {
		t.Error("another sheet than the first one is shown first")
	}
	for name, text := range partsOf(t, path) {
		if strings.HasPrefix(name, "xl/worksheets/") && strings.Contains(text, `tabSelected="true"`) && name != sheetPart(1) {
			t.Errorf("%s is selected, too: what is typed would go into several sheets", name)
		}
	}
}

func TestSheetsHaveAFrozenHeaderAFilterAndWidths(t *testing.T) {
	lines := everyOutcome()
	for i := range lines {
		lines[i].Kept = []string{"Ann"}
	}
	path, _ := written(t, Book{Kept: []string{"Surname"}, Lines: linesOf(lines...)})
	f, parts := opened(t, path), partsOf(t, path)
	header := []string{"Ref", "End date (times in UTC)", "Outcome", "Source", "Row", "HTTP status", "Attempts", "Duration (ms)", "Finished at (UTC)", "Request ID", "Reason", "Target", "Surname"}
	for i, sheet := range f.GetSheetList()[1:] {
		rows := 4
		if sheet == "All rows" {
			rows = 37
		}
		if got, err := f.GetRows(sheet); err != nil || !slices.Equal(got[0], header) || len(got) != rows || got[1][12] != "Ann" {
			t.Errorf("%s: the rows are %q, %v", sheet, got, err)
		}
		if panes, err := f.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit != 1 || panes.XSplit != 0 || panes.TopLeftCell != "A2" {
			t.Errorf("%s: the panes are %+v, %v", sheet, panes, err)
		}
		text, area := parts[sheetPart(i+2)], fmt.Sprintf("A1:M%d", rows)
		for _, part := range []string{`<autoFilter ref="` + strings.NewReplacer("A1", "$A$1", "M", "$M$").Replace(area) + `"`, `<dimension ref="` + area + `"`} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %s", sheet, part)
			}
		}
		if name := fmt.Sprintf("&#39;%s&#39;!$A$1:$M$%d<", sheet, rows); !strings.Contains(parts["xl/workbook.xml"], name) {
			t.Errorf("the workbook does not say that the filter of %s is %s", sheet, name)
		}
		if style := styleOf(t, f, sheet, "A1"); style.Font == nil || !style.Font.Bold {
			t.Errorf("%s: the header is not bold", sheet)
		}
		if style := styleOf(t, f, sheet, "K2"); style.Alignment == nil || !style.Alignment.WrapText {
			t.Errorf("%s: reasons are not wrapped", sheet)
		}
		for column, least := range map[string]float64{"A": 20, "B": 19, "I": 19, "K": 60, "M": 20} {
			if width, err := f.GetColWidth(sheet, column); err != nil || width < least {
				t.Errorf("%s: column %s has the width %v, %v", sheet, column, width, err)
			}
		}
	}
}

func TestTheSummarySaysWhatTheOutcomesMeanAndWhatToDo(t *testing.T) {
	path, _ := written(t, Book{Reports: []string{"june.report.csv", "=may.csv"}, Lines: linesOf(everyOutcome()...)})
	var text strings.Builder
	for _, row := range rowsOf(t, path, "Summary") {
		for _, cell := range row {
			text.WriteString("|" + cell.Kind.String() + " " + cell.Text)
		}
		text.WriteByte('\n')
	}
	for _, line := range []string{
		"|text Target|text sandbox\n", "|text Rows|number 36\n", "|text First outcome (UTC)|date 46024.1278356481\n", "|text Copied (UTC)|date 46024.1278356481\n",
		"|text Reports|number 2\n", "|text june.report.csv\n", "|text =may.csv\n",
		"|text not_found|number 3|text Thrive has no user with this ref.|text Check the ref, and whether the person has an account at all.|text not_found, All rows\n",
		"|text suspended|number 3|text The account is inactive: Thrive has said so.|text Nothing.|text All rows\n",
	} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("the summary has no line %q; it is\n%s", line, text.String())
		}
	}
	for _, o := range leaver.Outcomes() {
		if w := wordsOf[o]; w.meaning == "" || w.remedy == "" || strings.HasPrefix(w.remedy, "Nothing") != o.Fine() {
			t.Errorf("the words of %s are %q", o, w)
		}
	}
	wantNoFormula(t, path)
}

func TestRowsWithLongTextsAreHigher(t *testing.T) {
	tests := []struct {
		reason string
		height float64
	}{
		{"", 15}, {"short", 15}, {strings.Repeat("x", 68), 15}, {strings.Repeat("x", 69), 30}, {strings.Repeat("é", 500), 8 * 15},
		{"two\nlines", 30}, {strings.Repeat("\n", 100), 409}, {strings.Repeat("x", 32_767), 409},
	}
	var lines []leaver.Result
	for _, tt := range tests {
		lines = append(lines, lineOf("E1", "", leaver.Failed, tt.reason))
	}
	path, _ := written(t, Book{Kept: []string{"City", strings.Repeat("x", 60)}, Lines: linesOf(append(lines, everyOutcome()...)...)})
	f := opened(t, path)
	if height, err := f.GetRowHeight("failed", 1); err != nil || height != 45 {
		t.Errorf("the height of the header is %v, %v", height, err)
	}
	for i, tt := range tests {
		if height, err := f.GetRowHeight("failed", i+2); err != nil || height != tt.height {
			t.Errorf("%.10q: the height is %v, %v, want %v", tt.reason, height, err, tt.height)
		}
	}
	for i, row := range rowsOf(t, path, summarySheet) {
		if row[0].Text != "held" {
			continue
		}
		// The sheet has empty rows, which our reader leaves out.
		if height, err := f.GetRowHeight(summarySheet, i+1+2); err != nil || height != 45 {
			t.Errorf("the row of held has the height %v, %v", height, err)
		}
	}
}

func TestRowsThatAreTooManyForASheetGoOnInAnother(t *testing.T) {
	var lines []leaver.Result
	for i := range 10 {
		o := leaver.NotFound
		if i%2 == 0 {
			o = leaver.Suspended
		}
		lines = append(lines, lineOf(strconv.Itoa(i), "", o, ""))
	}
	bytes := mostBytes(&lines[0])
	for name, tt := range map[string]struct {
		limits limits
		sheets []string
		rows   []int
	}{
		"three rows a sheet":        {limits{3, 1 << 30}, []string{"not_found", "not_found 2", "All rows", "All rows 2", "All rows 3", "All rows 4"}, []int{3, 2, 3, 3, 3, 1}},
		"five rows a sheet":         {limits{5, 1 << 30}, []string{"not_found", "All rows", "All rows 2"}, []int{5, 5, 5}},
		"ten rows a sheet":          {limits{10, 1 << 30}, []string{"not_found", "All rows"}, []int{5, 10}},
		"the bytes of four rows":    {limits{1 << 20, 4 * bytes}, []string{"not_found", "not_found 2", "All rows", "All rows 2", "All rows 3"}, []int{4, 1, 4, 4, 2}},
		"less than one row is one":  {limits{1 << 20, 1}, append(sheetNames("not_found", make([]*size, 5)), sheetNames("All rows", make([]*size, 10))...), slices.Repeat([]int{1}, 15)},
		"the limits of the format":  {limits{}, []string{"not_found", "All rows"}, []int{5, 10}},
		"one row less than it has":  {limits{9, 1 << 30}, []string{"not_found", "All rows", "All rows 2"}, []int{5, 9, 1}},
		"one byte less than it has": {limits{1 << 20, 10*bytes - 1}, []string{"not_found", "All rows", "All rows 2"}, []int{5, 9, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			path, w := written(t, Book{Lines: linesOf(lines...), limits: tt.limits})
			if !slices.Equal(w.Sheets[1:], tt.sheets) || !slices.Equal(opened(t, path).GetSheetList(), w.Sheets) {
				t.Fatalf("the sheets are %q, want %q", w.Sheets[1:], tt.sheets)
			}
			refs := map[string][]string{}
			for i, sheet := range tt.sheets {
				found := textsOf(t, path, sheet, 0)
				if len(found) != tt.rows[i] {
					t.Errorf("%s has %d rows, want %d", sheet, len(found), tt.rows[i])
				}
				table, _, _ := strings.Cut(strings.TrimPrefix(sheet, "All "), " ")
				refs[table] = append(refs[table], found...)
			}
			if !slices.Equal(refs["rows"], strings.Fields("0 1 2 3 4 5 6 7 8 9")) || !slices.Equal(refs["not_found"], strings.Fields("1 3 5 7 9")) {
				t.Errorf("the refs are %q", refs)
			}
			notes := strings.Join(textsOf(t, path, "Summary", 0), "\n")
			if strings.Contains(notes, "All rows goes on in All rows 2") != slices.Contains(tt.sheets, "All rows 2") {
				t.Errorf("the summary says\n%s", notes)
			}
		})
	}
	if limitsOfFormat.rows != 1_048_575 {
		t.Errorf("a sheet has %d rows below its header", limitsOfFormat.rows)
	}
}

func TestTheEstimateOfBytesIsNeverTooLow(t *testing.T) {
	for name, text := range map[string]string{
		"no texts": "", "short texts": "x", "spaces": " x ", "quotes": strings.Repeat(`"`, 4000), "what is escaped twice": strings.Repeat("_x0041_", 500),
		"white space": strings.Repeat("\t\r", 2000), "what XML cannot have": strings.Repeat("\x00", 4000), "invalid UTF-8": strings.Repeat("\xff", 4000),
	} {
		t.Run(name, func(t *testing.T) {
			line := lineOf(text, text, leaver.Suspended, text)
			line.Ref, line.Source, line.RequestID, line.Target, line.Kept = text, text, text, text, slices.Repeat([]string{text}, 16)
			line.Row.Place.Row, line.HTTPStatus, line.Attempts, line.Duration = 1<<32-1, 1<<32-1, 1<<32-1, 1<<62
			path, _ := written(t, Book{Kept: slices.Repeat([]string{"k"}, 16), Lines: linesOf(line)})
			_, row, _ := strings.Cut(partsOf(t, path)[sheetPart(2)], "</row>") // behind the header
			if row, _, _ = strings.Cut(row, "</sheetData>"); len(row) > mostBytes(&line) {
				t.Errorf("the row takes %d bytes, and %d were estimated", len(row), mostBytes(&line))
			}
		})
	}
}

func TestAReportWithoutLinesHasAnEmptySheet(t *testing.T) {
	path, w := written(t, Book{Reports: []string{"empty.csv"}, Lines: linesOf()})
	if !slices.Equal(w.Sheets, []string{"Summary", "All rows"}) || w.Rows != 0 {
		t.Errorf("%+v was said", w)
	}
	if rows := rowsOf(t, path, "All rows"); len(rows) != 1 {
		t.Errorf("the sheet has %d rows", len(rows))
	}
	wantNoFormula(t, path)
}

func TestLinesThatChangeAreNoticed(t *testing.T) {
	for name, readings := range map[string][2]int{"one more": {2, 3}, "one less": {3, 2}, "none": {1, 0}, "the first": {0, 1}} {
		for _, o := range []leaver.Outcome{leaver.Suspended, leaver.Failed} {
			t.Run(fmt.Sprintf("%s, %s", name, o), func(t *testing.T) {
				reading := 0
				var lines iter.Seq2[leaver.Result, error] = func(yield func(leaver.Result, error) bool) {
					n := readings[min(reading, 1)]
					reading++
					linesOf(slices.Repeat([]leaver.Result{lineOf("E1", "", o, "")}, n)...)(yield)
				}
				wantNothing(t, Book{Lines: lines}, "the reports have changed while they were read")
			})
		}
	}
}

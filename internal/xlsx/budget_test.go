package xlsx_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"offboard/internal/xlsx"
)

// TestAWorkbookUnpacksToNoMoreThanItsLimit has workbooks of which few bytes stand for many.
func TestAWorkbookUnpacksToNoMoreThanItsLimit(t *testing.T) {
	const limit = 4 << 20
	const row = `<row><c t="s"><v>0</v></c></row>`
	for name, tt := range map[string]struct {
		rows, shared string
		fails        bool
	}{
		"an ordinary one":                   {strings.Repeat(row, 1000), "<si><t>E1</t></si>", false},
		"one long text in each cell":        {strings.Repeat(row, 1000), "<si><t>" + strings.Repeat("x", 10_000) + "</t></si>", true},
		"very many texts that nobody uses":  {row, strings.Repeat("<si/>", 500_000), true},
		"very many rows without cells":      {strings.Repeat("<row/>", 1_000_000), "<si/>", true},
		"very many rows":                    {strings.Repeat(`<row><c t="b"><v>1</v></c></row>`, 200_000), "", true},
		"one long text that nobody repeats": {row, "<si><t>" + strings.Repeat("x", 900_000) + "</t></si>", false},
	} {
		t.Run(name, func(t *testing.T) {
			text := pack(t, map[string]string{sheetPart: sheetOf(tt.rows), "xl/sharedStrings.xml": "<sst>" + tt.shared + "</sst>"})
			w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch, limit)
			if err == nil {
				defer w.Close()
				var c *xlsx.Cells
				if c, err = w.Read(w.Sheets()[0]); err == nil {
					defer c.Close()
				}
			}
			var large *xlsx.LimitError
			if tt.fails != errors.As(err, &large) || !tt.fails && err != nil || errors.Is(err, xlsx.ErrDamaged) {
				t.Fatalf("the error is %v, want one: %t", err, tt.fails)
			}
			if tt.fails && large.Limit != limit {
				t.Errorf("the limit is %d", large.Limit)
			}
		})
	}
}

// TestASheetThatIsReadAgainCountsOnce is about formulas that turn out to be computed after
// some were taken for such that never were.
func TestASheetThatIsReadAgainCountsOnce(t *testing.T) {
	rows := strings.Repeat(`<row><c><f>A1</f><v>0</v></c></row>`, 10_000) + `<row><c><f>A1</f><v>5</v></c></row>`
	text := withCalculation(t, `<calcPr fullCalcOnLoad="1"/>`, rows)
	w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch, 1_600_000)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c, err := w.Read(w.Sheets()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if c, err := w.Read(w.Sheets()[0]); err == nil {
		t.Errorf("a second sheet does not count: %v", c.Close())
	}
}

func TestACellFarToTheRightCostsNoEmptyOnes(t *testing.T) {
	const rows = 20_000
	var sheet strings.Builder
	for i := range rows {
		fmt.Fprintf(&sheet, `<row r="%d"><c r="A%d"><v>1</v></c><c r="XFD%d"><v>2</v></c></row>`, i+1, i+1, i+1)
	}
	c, err := read(t, pack(t, map[string]string{sheetPart: sheetOf(sheet.String())}))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range c.RowsTo(3) {
		if err != nil || !row.Beyond || len(row.Cells) != 1 || cap(row.Cells) > 16 {
			t.Fatalf("row %d: %d cells (capacity %d), beyond: %t, %v", row.Number, len(row.Cells), cap(row.Cells), row.Beyond, err)
		}
		n++
	}
	if n != rows || c.Count() != rows {
		t.Errorf("%d rows of %d, want %d", n, c.Count(), rows)
	}
	for row := range c.Rows() {
		if row.Beyond || len(row.Cells) != 1<<14 {
			t.Errorf("%d cells, beyond: %t", len(row.Cells), row.Beyond)
		}
		break
	}
}

func TestRowsUpToAColumn(t *testing.T) {
	c, err := read(t, pack(t, map[string]string{sheetPart: sheetOf(`<row><c><v>1</v></c><c/><c><v>3</v></c><c><v>4</v></c></row>`)}))
	if err != nil {
		t.Fatal(err)
	}
	for columns, want := range map[int]string{1: "1 number 1 …", 2: "1 number 1 …", 3: "1 number 1, , number 3 …", 4: "1 number 1, , number 3, number 4"} {
		for row := range c.RowsTo(columns) {
			got := line(row)
			if row.Beyond {
				got += " …"
			}
			if got != want {
				t.Errorf("up to %d columns: %s, want %s", columns, got, want)
			}
		}
	}
}

// TestSharedTextsTakeNearlyNoMemory has far more texts than any sheet uses.
func TestSharedTextsTakeNearlyNoMemory(t *testing.T) {
	const texts = 1 << 20
	text := pack(t, map[string]string{sheetPart: one, "xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", texts) + "</sst>"})
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	w, err := open(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if grown := int64(heap()) - int64(before); grown > 2*texts {
		t.Errorf("%d texts take %d bytes", texts, grown)
	}
	runtime.KeepAlive(w)
}

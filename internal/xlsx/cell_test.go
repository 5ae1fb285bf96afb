package xlsx_test

import (
	"strings"
	"testing"

	"offboard/internal/xlsx"
)

const longest = 1 << 20 // bytes of XML of a cell, and of the texts of a row

const never = "fault the cell holds a formula that was never computed; open the workbook in a spreadsheet program and save it"

func TestCells(t *testing.T) {
	tests := map[string]struct {
		rows string
		want []string
	}{
		"texts that are shared, inline, and of a formula":    {`<row r="2"><c r="A2" t="s"><v>2</v></c></row><row r="3"><c r="A3" t="inlineStr"><is><t>E2</t></is></c></row><row r="4"><c r="A4" t="str"><f>X</f><v>E3</v></c></row>`, []string{`2 "E1"`, `3 "E2"`, `4 "E3"`}},
		"the runs of a text without its pronunciation":       {`<row><c t="s"><v>1</v></c></row>`, []string{`1 "endDate"`}},
		"numbers as Java writes them":                        {`<row r="2"><c r="A2"><v>4711.0</v></c></row><row r="3"><c r="A3"><v>1.2345678E7</v></c></row>`, []string{"2 number 4711", "3 number 12345678"}},
		"text that looks like such a number is text":         {`<row><c t="inlineStr"><is><t>1E5</t></is></c></row>`, []string{`1 "1E5"`}},
		"more digits than a spreadsheet keeps":               {`<row><c><v>1234567890123450</v></c><c><v>1.2E+30</v></c><c><v>123456789012345</v></c></row>`, []string{"1 number 1234567890123450, number 1.2e+30, number 123456789012345"}},
		"numbers that no program writes":                     {`<row><c><v>1e400</v></c><c><v>1e300</v></c><c><v>1.2.3</v></c><c><v>0x10</v></c><c><v>NaN</v></c></row>`, []string{`1 number 1e400, number 1e+300, number 1.2.3, "0x10", "NaN"`}},
		"fractions, and numbers below zero":                  {`<row><c><v>4714.5</v></c><c><v>-5</v></c><c><v> 7 </v></c></row>`, []string{"1 number 4714.5, number -5, number 7"}},
		"zero below zero is zero":                            {`<row><c><v>-0</v></c><c s="1"><v>-0.0</v></c></row>`, []string{"1 number 0, date 0"}},
		"a number with other characters":                     {`<row><c s="2"><v>47</v></c><c s="2"><v>47.5</v></c></row>`, []string{"1 number 47 dressed, number 47.5 dressed"}},
		"a number with zeros in front":                       {`<row><c s="4"><v>4711</v></c><c s="4"><v>1234567</v></c><c s="4"><v>4.5</v></c></row>`, []string{"1 number 4711 as 6 digits, number 1234567, number 4.5"}},
		"a number in scientific notation":                    {`<row><c s="5"><v>120457000000</v></c><c s="5"><v>4.5</v></c><c s="5"><v>-5</v></c><c s="5"><v>1200000000000000</v></c></row>`, []string{"1 number 1.20457E+11, number 4.5, number -5, number 1.2E+15"}},
		"a date, with its time and without":                  {`<row><c s="1"><v>45473</v></c><c s="1"><v>45473.75</v></c><c s="3"><v>1.5</v></c></row>`, []string{"1 date 45473, date 45473.75, date 1.5"}},
		"dates in ISO 8601":                                  {`<row><c t="d"><v>2024-06-30T00:00:00</v></c><c t="d"><v>2024-06-30</v></c><c t="d"><v>2024-06-30T18:00:00Z</v></c><c t="d"><v>2024-06-30T12:00:00.000</v></c><c t="d"><v>9999-12-31</v></c></row>`, []string{"1 date 45473, date 45473, date 45473.75, date 45473.5, date 2958465"}},
		"dates in other forms of ISO 8601":                   {`<row><c t="d"><v>2024-06-30T06:00</v></c><c t="d"><v>20240630</v></c><c t="d"><v>2024-06-30 00:00:00</v></c><c t="d"><v>20240630T180000</v></c><c t="d"><v>2024-06-30T06</v></c><c t="d"><v>2024-06-30t06:00z</v></c><c t="d"><v>2024-06-30T06:00:00,5</v></c></row>`, []string{"1 date 45473.25, date 45473, date 45473, date 45473.75, date 45473.25, date 45473.25, date 45473.25"}},
		"a date with an offset is the day that is written":   {`<row><c t="d"><v>2024-06-30T18:00:00+02:00</v></c><c t="d"><v>2024-06-30T00:00:00.000-0500</v></c><c t="d"><v>2024-06-30T23:00-11</v></c><c t="d"><v>2024-06-30+02:00</v></c><c t="d"><v>2024-06-30Z</v></c></row>`, []string{"1 date 45473.75, date 45473, date 45473.958333333336, date 45473, date 45473"}},
		"a time without a day is no date":                    {`<row><c t="d"><v>T17:00:00</v></c><c t="d"><v>17:00:00</v></c><c t="d"><v>PT17H</v></c></row>`, []string{`1 "T17:00:00", "17:00:00", "PT17H"`}},
		"what is no day is no date":                          {`<row><c t="d"><v>2024-02-30</v></c><c t="d"><v>2024-06-30T25:00:00</v></c><c t="d"><v>2024-06</v></c><c t="d"><v>45473</v></c><c t="d"><v>2024-06-3012:00</v></c></row>`, []string{`1 "2024-02-30", "2024-06-30T25:00:00", "2024-06", "45473", "2024-06-3012:00"`}},
		"a number without a style":                           {`<row><c><v>45473</v></c><c s="99"><v>45473</v></c><c s="-1"><v>1</v></c><c s="x"><v>1</v></c></row>`, []string{"1 number 45473, number 45473, number 1, number 1"}},
		"a formula that was never computed":                  {`<row><c><f>B1</f></c><c s="1"><f>TODAY()</f><v></v></c><c><f>X</f><v/></c><c t="b"><f>X</f></c></row>`, []string{"1 " + strings.Join([]string{never, never, never, never}, ", ")}},
		"a formula whose value is an empty text":             {`<row><c><v>1</v></c><c t="str"><f>IF(1,"","")</f><v></v></c></row>`, []string{"1 number 1"}},
		"a formula with its value":                           {`<row><c><f>1+1</f><v>2</v></c><c t="b"><f>TRUE</f><v>1</v></c></row>`, []string{"1 number 2, truth TRUE"}},
		"the error of a formula":                             {`<row><c t="e"><v>#N/A</v></c><c t="e"><v>#PYTHON!</v></c><c t="e"><v>#` + strings.Repeat("x", 30) + `</v></c><c t="e"/><c t="e"><v>a b</v></c></row>`, []string{"1 fault the cell holds #N/A, the error of a formula, fault the cell holds #PYTHON!, the error of a formula" + strings.Repeat(", fault the cell holds the error of a formula", 3)}},
		"text that looks like an error is text":              {`<row><c t="str"><v>#N/A</v></c></row>`, []string{`1 "#N/A"`}},
		"truth values":                                       {`<row><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="b"><v>true</v></c><c t="b"><v>FALSE</v></c></row>`, []string{"1 truth TRUE, truth FALSE, truth TRUE, truth FALSE"}},
		"a blank truth value is an empty cell":               {`<row><c><v>1</v></c><c t="b"/><c t="b"><v></v></c><c t="b"><v> </v></c></row>`, []string{"1 number 1"}},
		"a truth value that is neither":                      {`<row><c t="b"><v>2</v></c></row>`, []string{"1 fault the cell holds a truth value that is neither TRUE nor FALSE"}},
		"rows and cells that do not say where they are":      {`<row><c><v>1</v></c><c s="1"><v>45473</v></c></row><row><c><v>2</v></c></row>`, []string{"1 number 1, date 45473", "2 number 2"}},
		"rows that are left out, and rows without cells":     {`<row r="7"><c r="A7"><v>1</v></c></row><row r="8"/><row r="9"><c/><c t="str"><v> </v></c></row><row r="12"><c><v>2</v></c></row>`, []string{"7 number 1", "12 number 2"}},
		"cells that are left out, and empty ones at the end": {`<row r="2"><c r="C2"><v>1</v></c><c r="XFD2"/></row>`, []string{"2 , , number 1"}},
		"a blank text is an empty cell":                      {`<row><c t="str"><v> ` + "\n\u00a0" + `</v></c><c><v>1</v></c></row>`, []string{"1 , number 1"}},
		"a shared text without its number":                   {`<row><c><v>1</v></c><c t="s"/></row>`, []string{"1 number 1"}},
		"cells without a name behind empty ones":             {`<row><c/><c s="1"><v>45473</v></c></row>`, []string{"1 , date 45473"}},
		"small letters, and cells in another order":          {`<row r="2"><c r="b2" s="1"><v>45473</v></c><c r="a2"><v>1</v></c></row>`, []string{"2 number 1, date 45473"}},
		"hidden rows": {`<row hidden="1"><c><v>1</v></c></row><row hidden="true"><c><v>2</v></c></row><row hidden="0"><c><v>3</v></c></row>`, []string{"1 hidden number 1", "2 hidden number 2", "3 number 3"}},
		"line breaks and white space are part of a text":    {`<row><c t="inlineStr"><is><t xml:space="preserve"> E1` + "\r\n" + `</t></is></c><c t="inlineStr"><is><t>E_x000D_2</t></is></c></row>`, []string{`1 " E1\n", "E\r2"`}},
		"a character that is escaped twice":                 {`<row><c t="inlineStr"><is><t>a_x005F_x000D_</t></is></c></row>`, []string{`1 "a_x000D_"`}},
		"an escaped pair of surrogates":                     {`<row><c t="inlineStr"><is><t>E_xD83D__xDE00_</t></is></c></row>`, []string{`1 "E😀"`}},
		"a reference to half of a pair of surrogates":       {`<row><c t="inlineStr"><is><t>E&#xD83D;1</t></is></c></row>`, []string{`1 "E` + "\ufffd" + `1"`}},
		"characters for private use":                        {`<row><c t="inlineStr"><is><t>` + "\ue000" + `45473</t></is></c></row>`, []string{`1 "\ue00045473"`}},
		"a choice for other programs":                       {`<row><c t="inlineStr"><is><AlternateContent><Choice><t>E1</t></Choice><Fallback><t>E2</t></Fallback></AlternateContent></is></c></row>`, []string{`1 "E2"`}},
		"sections, references and comments in a text":       {`<row><c t="inlineStr"><is><t>a<![CDATA[<b>]]>&amp;&#x41;<!-- c -->d</t></is></c></row>`, []string{`1 "a<b>&Ad"`}},
		"elements of other programs":                        {`<row><c><v>1</v><extLst><ext><x/></ext></extLst></c><extLst/></row>`, []string{"1 number 1"}},
		"many texts that are longer together than a record": {strings.Repeat(`<row><c t="str"><v>`+strings.Repeat("x", longest/2)+`</v></c></row>`, 3), []string{`1 "` + strings.Repeat("x", longest/2) + `"`, `2 "` + strings.Repeat("x", longest/2) + `"`, `3 "` + strings.Repeat("x", longest/2) + `"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			holds(t, pack(t, map[string]string{sheetPart: sheetOf(tt.rows)}), tt.want...)
		})
	}
}

func TestSheetsThatAreDamaged(t *testing.T) {
	tests := map[string]struct {
		rows string
		says string
	}{
		"a shared text that is not there":         {`<row r="2"><c r="A2" t="s"><v>99</v></c></row>`, "cell A2: there is no text with the number 99"},
		"a shared text with a number below zero":  {`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`, "cell A2: there is no text with the number -1"},
		"a shared text with letters for a number": {`<row r="2"><c/><c t="s"><v>x</v></c></row>`, `cell B2: "x" is not the number of a text`},
		"rows in the wrong order":                 {`<row r="3"/><row r="2"/>`, "the number 2 after row 3"},
		"a row that stands there twice":           {`<row r="3"><c r="A3"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>`, "the sheet has the cell A3 twice"},
		"a row without a number":                  {`<row r="x"/>`, "the number 0 after row 0"},
		"a row beyond all sheets":                 {`<row r="99999999"/>`, "99999999"},
		"a cell beyond all columns":               {`<row r="2"><c r="ZZZZ2"><v>1</v></c></row>`, `row 2 has a cell "ZZZZ2"`},
		"a cell without a column":                 {`<row r="2"><c r="2"><v>1</v></c></row>`, `row 2 has a cell "2"`},
		"a cell that stands there twice":          {`<row r="2"><c r="A2"><v>1</v></c><c r="B2"/><c r="A2"><v>2</v></c></row>`, "the sheet has the cell A2 twice"},
		"more cells than columns":                 {`<row r="2"><c r="XFD2"/><c/></row>`, "row 2 has more cells than a sheet has columns"},
		"a cell outside of all rows":              {`<c r="A1"><v>1</v></c>`, "a cell is outside of all rows"},
		"a row within a row":                      {`<row r="2"><c r="A2"/><row r="3"/></row>`, "a row begins before the end of row 2"},
		"a row without its end":                   {`<row r="2"><c r="A2"/><row r="3"/>`, "a row begins before the end of row 2"},
		"a last row without its end":              {`<row r="2"><c r="A2"/>`, "</sheetData> closes no element that is open"},
		"a cell without its end":                  {`<row r="2"><c r="A2"><v>1</v></row>`, "cell A2: </row> closes no element that is open"},
		"a byte that XML forbids":                 {`<row r="2"><c r="A2"><v>1</v></c>` + "\x00", "illegal character code U+0000"},
		"a text that is longer than a record":     {`<row r="2"><c r="A2" t="str"><v>` + strings.Repeat("x", 3*longest) + `</v></c></row>`, "cell A2: it is too long"},
		"many parts of such a text":               {`<row r="2"><c r="A2" t="str"><v>` + strings.Repeat("x<!---->", longest/7) + `</v></c></row>`, "cell A2: it is too long"},
		"a row that is longer than a record":      {`<row r="2">` + strings.Repeat(`<c t="str"><v>`+strings.Repeat("x", longest/2)+`</v></c>`, 3) + `</row>`, "row 2 is too long"},
		"an element that is deep":                 {`<row>` + strings.Repeat("<x>", 300), "more than 256 elements"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			refused(t, pack(t, map[string]string{sheetPart: sheetOf(tt.rows)}), xlsx.ErrDamaged, "the workbook is damaged: xl/worksheets/sheet1.xml: ", tt.says)
		})
	}
	t.Run("a sheet that ends within a row", func(t *testing.T) {
		whole := sheetOf(`<row r="2"><c r="A2"><v>1</v></c></row>`)
		for end := range len(whole) {
			_, err := read(t, pack(t, map[string]string{sheetPart: whole[:end]}))
			if err == nil {
				t.Errorf("%s was read", whole[:end])
			}
		}
	})
}

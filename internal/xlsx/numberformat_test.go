package xlsx_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestFormatsOfNumbersSayWhatTheyAre(t *testing.T) {
	const date, zeros, dressed, scientific, plain = "2 date 45473", "2 number 45473 as 7 digits", "2 number 45473 dressed", "2 number 4.5473E+04", "2 number 45473"
	for code, want := range map[string]string{
		"dd/mm/yyyy": date, `[$-407]d\. mmmm yyyy;@`: date, "[h]:mm:ss": date, "[Red]m/d": date, `"on "d`: date, "ggge": date, "B2dd": date,
		"General": plain, "general;general": plain, "[$-809]General": plain, "0": plain, "#,##0": plain, "0.00": plain, "@": plain, `_-* #,##0_-`: plain, `"unclosed`: plain, "[unclosed": plain, "0_)": plain, `0\ `: plain,
		`_-* #,##0\ _€_-`: plain, "# ##0": plain, "#'##0": plain, `#\ ##0`: plain,
		"0000000": zeros, "0000000;-0000000": zeros, "0000000;@": zeros, "0000000_)": zeros, "[Black]0000000": zeros,
		`00000"-"00`: dressed, `"E"0000`: dressed, `00\-00`: dressed, `"A;"0000`: dressed, `"Yes";"No"`: dressed, "###-##-####": dressed, `"E"0`: dressed, "0%": dressed, `"EUR "#,##0.00`: dressed, `"DE-"#,##0`: dressed,
		"[$E]0000": dressed, "№0": dressed, "£0": dressed, "&0": dressed, "{0}": dressed, "(0)": dressed, "0,": dressed, ";;;": dressed, `""`: dressed, `0" "000`: dressed, "00000.": dressed, "[$P-]00000": dressed, "P00000": dressed, "+00000": dressed, "0 000": dressed, "*x0": dressed, "[DBNum1]0": dressed, "0,.0": dressed, "[$€-407]0": dressed,
		`0" "`: plain, "* 0": plain, "[Red]0": plain, "[>5]0": plain, "[$-409]0": plain, "#,##0 ;(#,##0)": plain, "?0": plain,
		"0.00E+00": scientific, "##0.0E+0": scientific, "0e-0": scientific,
	} {
		t.Run(code, func(t *testing.T) {
			f := excelize.NewFile()
			defer f.Close()
			id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			if err == nil {
				err = f.SetCellStyle("Sheet1", "A2", "A2", id)
			}
			if err := errors.Join(err, f.SetCellValue("Sheet1", "A2", 45473)); err != nil {
				t.Fatal(err)
			}
			holds(t, written(t, f), want)
		})
	}
}

// TestSectionsOfNumberFormats: which section shows a number depends on the number.
func TestSectionsOfNumberFormats(t *testing.T) {
	const date, plain, dressed = "date 5", "number 5", "number 5 dressed"
	const zeroDressed = "number 0 dressed"
	const zeroDate, zero = "date 0", "number 0"
	const belowDate, below, belowDressed = "date -5", "number -5", "number -5 dressed"
	for code, want := range map[string][3]string{ // of 5, 0 and -5
		`dd/mm/yyyy`:                     {date, zeroDate, belowDate},
		`[=0]"";dd/mm/yyyy`:              {date, zeroDressed, belowDate},
		`[=0]"-";[$-407]dd/mm/yyyy`:      {date, zeroDressed, belowDate},
		`[Red][=0]"";dd/mm/yyyy;@`:       {date, zeroDressed, belowDate},
		`[<1]"";dd/mm/yyyy`:              {date, zeroDressed, belowDressed},
		`[<=0]0;[<>0]dd/mm/yyyy;General`: {date, zero, below},
		`[>=5]dd/mm/yyyy;0`:              {date, zero, below},
		`[>5]dd/mm/yyyy;0`:               {plain, zero, below},
		`[>1E+2]0;[<-1.5]0;dd/mm/yyyy`:   {date, zeroDate, below},
		`[<>5]dd/mm/yyyy;0`:              {plain, zeroDate, belowDate},
		`dd/mm/yyyy;;`:                   {date, zeroDressed, belowDressed},
		`dd/mm/yyyy;@`:                   {date, zeroDate, belowDate},
		`[$-809]dd mmm yyyy;@`:           {date, zeroDate, belowDate},
		`dd/mm/yyyy;0;@`:                 {date, zeroDate, below},
		`dd/mm/yyyy;0;"none";@`:          {date, zeroDressed, below},
		`0;0;dd/mm/yyyy`:                 {plain, zeroDate, below},
		`0;[=0]dd/mm/yyyy;"x"`:           {plain, zeroDate, belowDressed},
		`0;"below "0`:                    {plain, zero, belowDressed},
		`"a;b"0;dd/mm/yyyy`:              {dressed, zeroDressed, belowDate},
		`0\;0;dd/mm/yyyy`:                {dressed, zeroDressed, belowDate},
		`0_;;dd/mm/yyyy`:                 {plain, zero, belowDate},
		`"[=5]"0;dd/mm/yyyy`:             {dressed, zeroDressed, belowDate},
		`;;;`:                            {dressed, zeroDressed, belowDressed},
		`;`:                              {dressed, zeroDressed, belowDressed},
		``:                               {plain, zero, below},
		`@`:                              {plain, zero, below},
		`0;0;0;0;dd/mm/yyyy;dd/mm/yyyy`:  {plain, zero, below},
		`[=x]dd/mm/yyyy;0`:               {date, zeroDate, below},
		`"open;0`:                        {plain, zero, below},
		`dd/mm/yyyy "until;0`:            {date, zeroDate, below},
	} {
		t.Run(code, func(t *testing.T) {
			var attribute strings.Builder
			if err := xml.EscapeText(&attribute, []byte(code)); err != nil {
				t.Fatal(err)
			}
			holds(t, pack(t, map[string]string{
				"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="` + attribute.String() + `"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>`,
				sheetPart:       sheetOf(`<row><c s="0"><v>5</v></c><c s="0"><v>0</v></c><c s="0"><v>-5</v></c></row>`),
			}), "1 "+strings.Join(want[:], ", "))
		})
	}
}

// TestBuiltInFormatsOfCurrencies: some formats have a number and no code.
func TestBuiltInFormatsOfCurrencies(t *testing.T) {
	for id, want := range map[int]string{0: "number 5", 1: "number 5", 3: "number 5", 4: "number 5", 37: "number 5", 41: "number 5", 43: "number 5", 49: "number 5",
		5: "number 5 dressed", 6: "number 5 dressed", 7: "number 5 dressed", 8: "number 5 dressed", 9: "number 5 dressed", 10: "number 5 dressed", 42: "number 5 dressed", 44: "number 5 dressed"} {
		t.Run(fmt.Sprint(id), func(t *testing.T) {
			holds(t, pack(t, map[string]string{
				"xl/styles.xml": fmt.Sprintf(`<styleSheet><cellXfs><xf numFmtId="%d"/></cellXfs></styleSheet>`, id),
				sheetPart:       sheetOf(`<row><c s="0"><v>5</v></c></row>`),
			}), "1 "+want)
		})
	}
}

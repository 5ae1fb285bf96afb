package table

import (
	"fmt"
	"strings"
	"testing"
)

// joined returns which records of a text are joined, by their lines.
func joined(t *testing.T, text string, comma rune) (lines []int) {
	t.Helper()
	for r, err := range (CSV{Text: textOf(text), Comma: comma}).Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Joined {
			lines = append(lines, r.Line)
		}
	}
	return lines
}

func TestJoinedRows(t *testing.T) {
	const header = "ref,name,endDate\nE1,Ada,2024-06-30\n"
	for name, text := range map[string]string{
		"two rows":                           header + "E2,\"Bo,2024-06-30\nE3,Cy\",2024-07-31\n",
		"three rows":                         header + "E2,\"Bo,2024-06-30\nE3,Cy,2024-06-30\nE4,Di\",2024-07-31\n",
		"rows with the quote at the start":   header + "\"E2,Bo,2024-06-30\nE3\",Cy,2024-07-31\n",
		"rows with the quote at the end":     header + "E2,Bo,\"2024-06-30\nE3,Cy,2024-07-31\"\n",
		"many rows, and a blank line":        header + "E2,\"Bo,2024-06-30\n\n" + strings.Repeat("E3,Cy,2024-06-30\n", 50) + "E4,Di\",\n",
		"rows of which one is another":       header + "E2,\"Bo,2024-06-30\nE3,Cy,2024-06-30\nx\nE4,Di\",\n",
		"rows with blank end dates":          header + "E2,\"Bo,\nE3,Cy,\nE4,Di\",2024-07-31\n",
		"rows in front of any other":         "ref,name,endDate\nE2,\"Bo,2024-06-30\nE3,Cy\",2024-07-31\n",
		"rows with the ref in another place": "name,address,ref\nAsh,12 High St,E1\nBo,\"3 High St,E2\nCy,4 High St\",E3\n",
		"rows of numbers":                    "Employee ID,Left\n1001,2024-06-30\n1002,\"2024-06-30\n1003,2024-06-30\n1004,2024-06-30\"\n",
		"rows of addresses of mail":          "ref,name\nada@x.test,Ada\nbo@x.test,\"Bo\ncy@x.test,Cy\ndi@x.test,Di\"\n",
	} {
		for _, comma := range ",;\t|" {
			t.Run(fmt.Sprintf("%s with %q", name, comma), func(t *testing.T) {
				text := strings.ReplaceAll(strings.ReplaceAll(text, ",", string(comma)), "\n", "\r\n")
				if got := joined(t, text, comma); len(got) != 1 {
					t.Errorf("the records at the lines %v are joined, want one", got)
				}
			})
		}
	}
}

func TestTextsOverSeveralLinesAreNotJoinedRows(t *testing.T) {
	const header = "ref,address,endDate\nE1,\"1 High St, London\",2024-06-30\n"
	for name, text := range map[string]string{
		"an address":                           header + "E2,\"12 High St, Flat 2\nLondon, SW1\",2024-06-30\n",
		"an address without spaces":            header + "E2,\"12 High St,Flat 2\nLondon,SW1\",2024-06-30\n",
		"an address of many lines":             header + "E2,\"Flat 2,\n12 High St,\nShoreditch,\nLondon, SW1,\nUK\",2024-06-30\n",
		"a note":                               header + "E2,\"Left on good terms, says Bo.\nWill return, perhaps, in 2025.\",2024-06-30\n",
		"a note with a date":                   header + "E2,\"called, 2024-06-30\nno answer\",2024-06-30\n",
		"a note with a date in each line":      header + "E2,\"called, 2024-06-30\ncalled, 2024-07-01\ncalled, 2024-07-02\",2024-06-30\n",
		"a list of dates":                      header + "E2,\"2024-06-30\n2024-07-01\n2024-07-02\",2024-06-30\n",
		"a list of refs":                       header + "E2,\"E3, E4\nE5, E6\",2024-06-30\n",
		"a line break at the end":              header + "E2,\"London\n\",2024-06-30\n",
		"an address beside the last column":    "name,address,ref\nAsh,Rose Cottage,E1\nBo,\"Elm House, High Road\nLondon, Essex\",E2\n",
		"an address in front of any other row": "ref,address\nE2,\"12 High St, Flat 2\nLondon, SW1\"\n",
		"names that a spreadsheet has wrapped": "ref,\"End\nDate\"\nE1,2024-06-30\n",
		"one column":                           "ref\nE1\n\"\nE2\n\"\n",
		"letters only":                         "ref,note\nada,gone\nbo,\"left, we think\nor not, who knows\"\n",
		"a line that lists the columns":        header + "E2,\"ref, address, endDate\nas you know\",2024-06-30\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got := joined(t, text, ','); len(got) > 0 {
				t.Errorf("the records at the lines %v are joined", got)
			}
		})
	}
}

func TestTheEndOfAText(t *testing.T) {
	long := strings.Repeat("3,4\n", 100_000)
	for text, want := range map[string]bool{
		"a,b\n1,2\n": false, "a,b\n1,2": true, "a,b\r\n1,2\r\n": false, "a,b\n1,2\r": true, "a,b\n1,\"2\n": true, "a,b": true, "a,b\n1": true, "a,b\n1\n": false,
		"a,b\n1,2\n,": false, "a,b\n1,\"2\n\"": true, "a,b\n1,\"2\n\"\n": false, "a,b\n1,2\n\n\n": false, "a,b\n1,x\"": true,
		"a,b\n" + long: false, "a,b\n" + long + "1,2": true, "a, \"b\"\n1, \"2\"": true, "a, \"b\"\n1, \"2\"\n": false, "a, \"b\"\n" + long + "1,2 ": true,
	} {
		open, n := 0, 0
		for r, err := range (CSV{Text: textOf(text), Comma: ','}).Records() {
			if err != nil {
				open++ // a quote that is never closed
				break
			}
			if n++; r.Open {
				open++
			}
		}
		if open > 1 || (open == 1) != want {
			t.Errorf("%.20q… with %d bytes: %d of %d records end the text without a line break, want %t", text, len(text), open, n, want)
		}
	}
}

func TestBlankRowsAreCounted(t *testing.T) {
	var blank int
	c := CSV{Text: textOf(",\na,b\n,\n1,2\n,,,\n \n\"\",\n"), Comma: ',', Lead: 2, Above: 1, Blank: &blank}
	for range 2 {
		n := 0
		for range c.Records() {
			n++
		}
		if n != 2 || blank != 4 {
			t.Errorf("%d records and %d blank rows, want 2 and 4", n, blank)
		}
	}
}

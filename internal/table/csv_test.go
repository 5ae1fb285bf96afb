package table

import (
	"fmt"
	"strings"
	"testing"
)

// textOf is a text in memory.
func textOf(s string) *Text { return TextOf(strings.NewReader(s), int64(len(s))) }

// write gives a record the form that tables use: "line a|b", "line-last a|b", or "line ! fault".
func write(r *Record, err error) string {
	switch {
	case err != nil:
		if at, ok := err.(*LineError); ok {
			return fmt.Sprintf("%d error: %v", at.Line, err)
		}
		return "error: " + err.Error()
	case r.Fault != "":
		return fmt.Sprintf("%d ! %s", r.Line, r.Fault)
	case r.Lines > 1:
		return fmt.Sprintf("%d-%d %s", r.Line, r.Line+r.Lines-1, strings.Join(r.Fields, "|"))
	}
	return fmt.Sprintf("%d %s", r.Line, strings.Join(r.Fields, "|"))
}

func TestCSVRecords(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"records and their lines":                 {"a,b\n1,2\n\n3,4\n", []string{"1 a|b", "2 1|2", "4 3|4"}},
		"a record over several lines":             {"a,b\n1,\"x\n\ny\"\n3,4\n", []string{"1 a|b", "2-4 1|x\n\ny", "5 3|4"}},
		"a line break at the end of a field":      {"a,b\n1,\"x\n\"\n3,4\n", []string{"1 a|b", "2-3 1|x\n", "4 3|4"}},
		"too few fields":                          {"a,b\n1\n3,4\n", []string{"1 a|b", "2 ! more or fewer fields than the header, which has 2", "3 3|4"}},
		"a quote within a field":                  {"a,b\n1,x\"\n3,4\n", []string{"1 a|b", "2 ! column 4: a quote stands", "3 3|4"}},
		"text behind a quote":                     {"a,b\n1,\"x\"y\n3,4\n", []string{"1 a|b", "2 ! line 2, column 5: text follows a closing quote", "3 3|4"}},
		"a quote that is never closed":            {"a,b\n1,2\n3,\"x\n4,5\n", []string{"1 a|b", "2 1|2", "3 error: a quote that opens on this line is never closed"}},
		"a quote on a later line":                 {"a,b\n1,2\n\"3\n4\",\"x\n4,5\n", []string{"1 a|b", "2 1|2", "4 error: a quote that opens on this line is never closed"}},
		"a long record with an open quote":        {"a,b\n\n\n3,\"x\n" + strings.Repeat("4,5\n", 1<<18) + strings.Repeat("4,5\n", 1<<18), []string{"1 a|b", "4 error: the record is longer than 1048576 bytes: a quote that opens on this line is never closed"}},
		"a long record without a quote":           {"a,b\n\n3," + strings.Repeat("x", 3<<20), []string{"1 a|b", "3 error: the record is longer than 1048576 bytes"}},
		"doubled quotes close nothing":            {"a,b\n\"\"\"\",\"x\"\"\n4,5\n", []string{"1 a|b", "2 error: a quote that opens on this line is never closed"}},
		"line breaks of another system":           {"a,b\r\n1,2\r\n", []string{"1 a|b", "2 1|2"}},
		"malformed records, one after the other":  {"a,b\n\"1\"x,\n\"2\"\"y\"z,\n5,6\n", []string{"1 a|b", "2 ! line 2, column 3", "3 ! line 3, column 6", "4 5|6"}},
		"a malformed record over several lines":   {"a,b\n\"1\n2\"x,\n5,6\n", []string{"1 a|b", "2 ! line 3, column 2", "4 5|6"}},
		"records that are many windows in length": {"a,b\n" + strings.Repeat("1,"+strings.Repeat("x", 500_000)+"\n", 4) + "\"2\"x,\n", []string{"1 a|b", "2 1|xxx", "3 1|xxx", "4 1|xxx", "5 1|xxx", "6 ! line 6, column 3"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for r, err := range (CSV{Text: textOf(tt.text), Comma: ','}).Records() {
				got = append(got, write(r, err))
			}
			ok := len(got) == len(tt.want)
			for i := range tt.want {
				line, part, _ := strings.Cut(tt.want[i], " ")
				ok = ok && i < len(got) && strings.HasPrefix(got[i], line+" ") && strings.Contains(got[i], strings.TrimPrefix(part, "! "))
			}
			if !ok {
				t.Errorf("got  %.300q\nwant %.300q", got, tt.want)
			}
		})
	}
}

func TestATableBelowATitle(t *testing.T) {
	c := CSV{Text: textOf("\xef\xbb\xbftitle\n\na;b\n1;2\n"), Comma: ';', Lead: len("title\n\n"), Above: 2}
	header, err := c.Header()
	if err != nil || header.Line != 3 {
		t.Errorf("the header is %v, %v", header, err)
	}
	var got []string
	for r, err := range c.Records() {
		got = append(got, write(r, err))
	}
	if want := "[3 a|b 4 1|2]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

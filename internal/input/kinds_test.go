package input_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"offboard/internal/input"
)

// kinds are files of testdata/kinds, each with one trait of exports that people report,
// and what is read from it.
func kinds() map[string]story {
	const clear = "so it is not clear who the leavers are"
	return map[string]story{
		"a03-bom-mojibake.csv":          {rows: []string{"2 E1 2024-06-30"}},
		"a08-entra-template.csv":        {options: input.Options{RefColumn: "User name [userPrincipalName] Required"}, rows: []string{"3 Example: zed@contoso.test", "4 ada@contoso.test", "5 bo@contoso.test"}},
		"a09-entra-template-plain.csv":  {fails: []string{":1: no column ref", "--header-row"}},
		"a11-line-quoted.csv":           {fails: []string{":1: each line stands in quotes as a whole"}},
		"a21-single-quotes.csv":         {fails: []string{":1: the fields stand in single quotes"}},
		"a25-trailing-comma-rows.csv":   {rows: []string{"2 E1 2024-06-30", "3 E2 2024-06-30"}},
		"a26-trailing-comma-header.csv": {rows: []string{"2 E1 2024-06-30", "3 E2 2024-06-30"}},
		"a33-soh.csv":                   {fails: []string{":1: a control character, U+0001", `say so with --delimiter, in bash --delimiter $'\x01'`}},
		"a42-blank-rows.csv":            {rows: []string{"2 E1 2024-06-30", "5 E2 2024-06-30"}},
		"e08-quoted-text.csv":           {rows: []string{"2 00123", "3 00124"}},
		"e21-html.xls":                  {fails: []string{"web page (HTML)"}},
		"e22-login-page.csv":            {fails: []string{"web page (HTML)"}},
		"e24-xml.xml":                   {fails: []string{"this is XML"}},
		"f32-ls.csv":                    {fails: []string{":1: the whole text is one line, because its lines end in U+2028"}},
		"g03-ls-1.csv":                  {fails: []string{":1: the whole text is one line, because its lines end in U+2028"}},
		"h03-eq-header.csv":             {rows: []string{"2 00123 2024-06-30"}},
		"h04-space-quote-rows.csv":      {rows: []string{"2 E1 2024-06-30", "3 E2 2024-06-30"}},
		"h11-crcrlf.csv":                {rows: []string{"2 E1 2024-06-30"}},
		"h14-sql-brackets.csv":          {rows: []string{"2 E1 2024-06-30"}},
		"h16-html.xls":                  {fails: []string{"web page (HTML)"}},
		"h18-blank-shapes.csv":          {rows: []string{"2 E1 2024-06-30"}},
		"h19-white-lines.csv":           {rows: []string{"2 E1 2024-06-30", "5 E2 2024-06-30"}},
		"b39-bracket-header.csv":        {rows: []string{"2 E1 2024-06-30"}},

		"b01-pretty-wrapper.json":          {rows: []string{"1 E1 2024-06-30", "2 E2 2024-06-30"}},
		"b06-scim-array-nowhere.json":      {rows: []string{"1 E1", "2 E2", "3 E3"}},
		"b20-by-id.json":                   {fails: []string{`this is one object around other objects, "E1", "E2", and not a list`}},
		"b32-concat-pretty.json":           {rows: []string{"1 E1", "2 E2"}},
		"b33-single.json":                  {rows: []string{"1 E1 2024-06-30"}},
		"b35-graph.json":                   {options: input.Options{EndDateColumn: "employeeLeaveDateTime"}, rows: []string{"1 E1 2024-06-30T22:00:00Z", "2 E2"}},
		"b38-wrapper-line-per-object.json": {rows: []string{"1 E1 2024-06-30", "2 E2 2024-06-30"}},
		"h23-nested-people.json":           {fails: []string{`a list of people, "directReports"`, clear}},
		"h29-request.json":                 {fails: []string{`the key "employeeId" itself`, `a list of objects, "leavers"`, clear}},
	}
}

func TestKinds(t *testing.T) {
	tests := kinds()
	files, err := filepath.Glob("testdata/kinds/*")
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d files and %d stories, %v", len(files), len(tests), err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		st, ok := tests[name]
		if !ok {
			t.Fatal("no story for", name)
		}
		for neighbour, change := range neighbours(t, name) {
			if changed := change(string(text)); changed != string(text) || neighbour == "as it is" {
				t.Run(name+", "+neighbour, func(t *testing.T) {
					st.text = changed
					st.check(t, name)
				})
			}
		}
	}
}

// neighbours are changes of a file by which nothing else is to be read from it.
func neighbours(t *testing.T, name string) map[string]func(string) string {
	all := map[string]func(string) string{
		"as it is":                    func(text string) string { return text },
		"in UTF-16":                   func(text string) string { return encoded(t, text) },
		"with a byte order mark":      func(text string) string { return "\ufeff" + text },
		"with a blank line behind it": func(text string) string { return text + "\n\n" },
		"with the line ends of another system": func(text string) string {
			return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
		},
	}
	if strings.HasSuffix(name, ".csv") && !strings.HasPrefix(name, "a08") && !strings.HasPrefix(name, "a09") {
		for _, comma := range []string{";", "\t", "|"} {
			if comma == ";" && strings.HasPrefix(name, "h18") {
				continue // it has both
			}
			all[fmt.Sprintf("with %q", comma)] = func(text string) string {
				text = strings.ReplaceAll(text, ", ", "\x00") // within fields, or beside quotes
				text = strings.ReplaceAll(text, ",", comma)
				return strings.ReplaceAll(text, "\x00", comma+" ")
			}
		}
	}
	return all
}

func encoded(t *testing.T, text string) string {
	t.Helper()
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return utf16
}

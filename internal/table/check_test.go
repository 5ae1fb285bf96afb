package table

import (
	"errors"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	const (
		oneLine   = "the whole text is one line, because its lines end in "
		inQuotes  = "each line stands in quotes as a whole"
		inSingle  = "the fields stand in single quotes"
		separated = "a control character, U+0001, stands in every line"
	)
	for text, want := range map[string]string{
		"": "", "\n": "", "ref": "", "ref,endDate\n": "", "ref,endDate\r\nE1,\r\n": "", "ref\n": "",

		"ref,endDate\u2028E1,2024-06-30\u2028": oneLine + "U+2028", "ref,name\u2029E1,Ada": oneLine + "U+2029", "ref\u0085E1\u0085\n": oneLine + "U+0085",
		"ref\rE1\r": oneLine + "a carriage return", `ref,name\nE1,Ada\nE2,Bo`: oneLine + "the two characters", "\n" + `ref\r\nE1\r\n` + "\n": oneLine + "the four characters",
		"ref\x1eE1\x1e": oneLine + "U+001E", "ref\vE1": oneLine + "U+000B", "ref\fE1": oneLine + "U+000C",
		"ref\u2028\nE1\n": "", "ref,note\nE1,a\u2028b\n": "", `ref,path` + "\n" + `E1,C:\new` + "\n": "",
		"ref,endDate\u2028" + strings.Repeat("E1,2024-06-30\u2028", headBytes): oneLine + "U+2028",

		"\"ref,endDate\"\n\"E1,2024-06-30\"\n": inQuotes, "\"ref;\"\"End Date\"\"\"\r\n\"E1;\"\"2024\"\"\"\r\n": inQuotes, "\"ref,endDate\"": inQuotes,
		"\"ref,endDate\";;\n\n\"E1,2024-06-30\";;\n": inQuotes, "\"ref\tendDate\"\n\"E1\t2024-06-30\"\n": inQuotes,
		"\"ref\",\"endDate\"\n\"E1\",\"\"\n": "", "\"ref\"\n\"E1\"\n": "", "\"ref, old\"\n\"E1\"\n": "", "\"Report, 2024\"\nref,endDate\n": "",
		"\"ref,endDate\"\n" + strings.Repeat("\"E1,2024-06-30\"\n", headBytes/16): inQuotes,

		"'ref','name'\n'E1','Ada'\n": inSingle, "'ref'\r\n'E1'\r\n": inSingle, "'ref';'n'\n7;'Ash, Ada'\n": inSingle, "ref,name\n'E1','Ada'\n'E2','Bo'\n": inSingle,
		"'ref','name'\n": "", "'ref'\nE1\nE2\n": "", "ref,name\n'00123,O'Brien\n'00124,D'Arcy\n": "", "ref,name\nE1,'Ada'\nE2,Bo\nE3,Cy\n": "",

		"ref\x01endDate\nE1\x01\n": separated, "\n\nref\x01endDate\r\n": separated, "ref\x01x\nE1\n": "", "ref,x\nE1,\x01\n": "",
	} {
		err := Head(text).Check(0)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%.40q has the error %v, want %s", text, err, want)
		}
		at, ok := errors.AsType[*LineError](err)
		if first := 1 + len(text) - len(strings.TrimLeft(text, "\n")); err != nil && (!ok || at.Line != first) {
			t.Errorf("%.40q has the error %v at line %v, want line %d", text, err, at, first)
		}
	}
	head := Head("ref\x01endDate\nE1\x01\n")
	if other, ok := errors.AsType[*DelimiterError](head.Check(0)); !ok || other.Delimiter != '\x01' {
		t.Errorf("the delimiter is %v", other)
	}
	if err := head.Check('\x01'); err != nil {
		t.Errorf("a delimiter that was asked for is refused: %v", err)
	}
	long := Head(strings.Repeat("x", headBytes))
	if err := long.Check(0); err != nil {
		t.Error(err)
	}
}

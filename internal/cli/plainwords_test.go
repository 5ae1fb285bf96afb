package cli

import (
	"bytes"
	"compress/gzip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goWords are words of Go's packages. A message may have them only behind words of ours
// that say what is meant.
var goWords = regexp.MustCompile(`strconv\.|invalid syntax|unexpected EOF|\bEOF\b|EOL| (g?zip|flate|yaml|time|slog): |cannot unmarshal|invalid character|no such host|expected (a|an|string|value|duration|float|int|bool)\b|bool value|%!|<nil>`)

// explained are the words of ours.
var explained = regexp.MustCompile(`this is not YAML, with lines such as|the workbook is damaged: |compressed with gzip, and it is damaged or cut off; get the complete file again|not valid JSON from byte|the name of the host cannot be looked up: `)

// wantPlainWords looks for words of Go in front of which there are none of ours.
func wantPlainWords(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		at := goWords.FindStringIndex(line)
		if at != nil && !explained.MatchString(line[:at[0]]) {
			t.Errorf("%s: %q stands alone in: %s", what, line[at[0]:at[1]], line)
		}
	}
}

// badFiles returns files that are damaged in the ways in which files are.
func badFiles(t *testing.T) map[string]string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("ref,endDate\nE1,2024-06-30\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	half := packed.String()[:packed.Len()/2]
	return map[string]string{
		"binary.csv": "\x00\x01\x02\xff\xfe", "bad.xlsx": "PK\x03\x04 broken", "head.gz": "\x1f\x8b\x08\x00", "half.csv.gz": half,
		"bad.csv.gz": "\x1f\x8bgarbage garbage", "cut.jsonl": `{"ref":"E1"`, "cut.json": `[{"ref":"E1"},`, "bad.jsonl": "{\"ref\":E1}\n",
		"bad2.jsonl": "{\"ref\":\"E1\"}\n{\"ref\":\"\\x\"}\n{\"ref\" \"E\"}\n", "empty.csv": "", "quote.csv": "ref\n\"E1", "quote2.csv": "ref\n\"E1\"x\nE2\n",
		"utf16.csv": "\xff\xfer", "key.yaml": "a: [", "tab.yaml": "rate:\t- x\n\ty", "kind.yaml": "rate: {a: b}\n", "word.yaml": "rate: fast\nyes: perhaps\n",
		"r.csv": "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error,target,check\nE1,,suspended,a,x,y,z,w,v,,,sandbox,q\n",
	}
}

func TestNoErrorAboutAFileHasGosWordsAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	files := badFiles(t)
	files["ok.csv"] = "ref,endDate\nE1,2024-06-30\n"
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{"absent.csv", "."}
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, line := range []string{
			"plan FILE", "plan ok.csv --except FILE", "plan ok.csv --ref-map FILE", "plan ok.csv --accept-refs FILE", "plan ok.csv --resume --report FILE",
			"plan ok.csv --config FILE", "report FILE", "run ok.csv --env staging --tenant t --api-secret-file FILE",
			"run ok.csv --env staging --client-id c --tenant t --client-secret-file FILE", "plan ok.csv --save-config FILE", "plan FILE --format xlsx", "plan FILE --format jsonl",
		} {
			line = strings.ReplaceAll(line, "FILE", name)
			code, stdout, stderr := invoke(t, nil, strings.Fields(line)...)
			wantPlainWords(t, line, stdout+stderr)
			if code == exitBroke {
				t.Errorf("offboard %s: exit code %d\n%s", line, code, stderr)
			}
		}
	}
}

func TestNoErrorAboutAValueHasGosWordsAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("ok.csv", []byte("ref,endDate\nE1,2024-06-30\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	parser, err := newParser(&commands{}, &app{}, &configuration{})
	if err != nil {
		t.Fatal(err)
	}
	values := []string{"", "x y", "-1", "1e999", "99999999999999999999", "0x1", "%zz", "http://[::1", "http://a b", "https://", "\"a", ":", "=", "5%%", "1h1", "1.5", "\xff", "a\nb"}
	for _, command := range parser.Model.Children {
		if command.Name != "plan" { // it has the flags of run, and sends nothing
			continue
		}
		for _, flag := range append(command.Flags, parser.Model.Flags...) {
			if flag.Name == "save-config" || flag.Name == "report" {
				continue // they would name files in this way
			}
			for _, value := range values {
				word := "--" + flag.Name + "=" + value
				_, stdout, stderr := invoke(t, nil, "plan", "ok.csv", word)
				wantPlainWords(t, word, stdout+stderr)
				_, stdout, stderr = invoke(t, map[string]string{variable(flag.Name): value}, "plan", "ok.csv")
				wantPlainWords(t, "$"+variable(flag.Name)+"="+value, stdout+stderr)
			}
			_, _, stderr := invoke(t, nil, "plan", "ok.csv", "--"+flag.Name)
			wantPlainWords(t, "--"+flag.Name+" without a value", stderr)
		}
	}
}

func TestNoAnswerIsSaidInPlainWords(t *testing.T) {
	for address, want := range map[string]string{
		"https://no-such-host.invalid": "the name of the host cannot be looked up: ",
		"http://127.0.0.1:1":           "nothing at this address accepts connections: ",
	} {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("ok.csv", []byte("ref\nE1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"OFFBOARD_API_SECRET": "hunter2"}
		code, stdout, stderr := invoke(t, env, "run", "ok.csv", "--base-url", address, "--tenant", "t", "--yes", "--max-attempts", "1", "--max-outage", "0s", "--progress", "none")
		wantPlainWords(t, address, stdout+stderr)
		if code != exitRows && code != ExitStopped || !strings.Contains(stdout+stderr, want) {
			t.Errorf("%s: exit code %d\n%s%s", address, code, stdout, stderr)
		}
	}
}

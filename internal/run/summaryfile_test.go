package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/internal/report"
)

func TestIndentedIsTheSameDocument(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{}`, "{}\n"},
		{`{"a":1,"b":[]}`, "{\n  \"a\": 1,\n  \"b\": []\n}\n"},
		{`{"a":{"b":{"c":{"d":1,"e":[1,2]}}}}`, "{\n  \"a\": {\n    \"b\": {\"c\": {\"d\": 1, \"e\": [1, 2]}}\n  }\n}\n"},
		{`{"a\"{":"x,[\\"}`, "{\n  \"a\\\"{\": \"x,[\\\\\"\n}\n"},
		{`[[],{},"",[{}]]`, "[\n  [],\n  {},\n  \"\",\n  [\n    {}\n  ]\n]\n"},
	} {
		got := indented([]byte(tt.text), 2)
		var again bytes.Buffer
		if err := json.Compact(&again, got); err != nil || again.String() != tt.text {
			t.Errorf("%s becomes %s: %v", tt.text, again.String(), err)
		}
		if string(got) != tt.want {
			t.Errorf("%s: got\n%swant\n%s", tt.text, got, tt.want)
		}
	}
}

const aSummary = `{"kind":"offboard summary","format":9}`

func TestPathsOfASummary(t *testing.T) {
	for _, tt := range []struct{ name, path, before, want string }{
		{"a new file", "new.json", "", ""},
		{"another summary", "old.json", "", ""},
		{"a link to a summary", "link.json", "", ""},
		{"an input", "june.csv", "", "june.csv is an input"},
		{"a link to an input", "june-link.csv", "", "june-link.csv is an input"},
		{"the report", "june.report.csv", "", "june.report.csv is the report"},
		{"the report by another name", "folder/../june.report.csv", "", "folder/../june.report.csv is the report"},
		{"what is torn off the report", "june.report.csv.torn", "", "june.report.csv.torn is a file that this run may write beside its report"},
		{"the record of accounts", "a.csv", "folder/../a.csv", "a.csv is a file that this run may write beside its report"},
		{"another file", "list.csv", "", "list.csv exists already, and is no summary of a run"},
		{"an empty file", "empty.json", "", "empty.json exists already, and is no summary of a run"},
		{"a plan", "plan.json", "", "plan.json exists already, and is no summary of a run"},
		{"a folder", "folder", "", "folder is a folder, and it has to be a regular file"},
		{"a folder that is not there", "nowhere/s.json", "", "nowhere/s.json cannot be created: its folder does not exist"},
		{"a file as a folder", "list.csv/s.json", "", "list.csv/s.json cannot be created: its folder does not exist"},
		{"a device", "/dev/null", "", "/dev/null is a device, and it has to be a regular file"},
		{"a folder that takes no file", "/proc/s.json", "", "/proc/s.json cannot be created: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{
				"june.csv": "ref\nE1\n", "list.csv": "ref\nE1\n", "empty.json": "", "folder/x": "", "old.json": aSummary,
				"plan.json": `{"kind":"offboard plan"}`,
			})
			for link, file := range map[string]string{"link.json": "old.json", "june-link.csv": "june.csv"} {
				if err := os.Symlink(file, link); err != nil {
					t.Fatal(err)
				}
			}
			r, err := Prepare(t.Context(), settingsFor("june.csv"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			before, _ := os.ReadDir(".")
			got := ""
			if err := CheckSummaryPath(r, tt.path, tt.before); err != nil {
				_, notFile := errors.AsType[*report.NotFileError](err)
				_, path := errors.AsType[*FilePathError](err)
				if got = err.Error(); !notFile && !path {
					t.Errorf("the error is a %T", err)
				}
			}
			if got != tt.want && (tt.want == "" || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if after, _ := os.ReadDir("."); len(after) != len(before) {
				t.Errorf("it leaves files behind: %v", after)
			}
		})
	}
}

func TestASummaryIsReplacedAsAWhole(t *testing.T) {
	inFolder(t, map[string]string{"old.json": aSummary + strings.Repeat(" ", 5000), "mine.json": `{"kind":"mine"}`})
	if err := os.Symlink("old.json", "link.json"); err != nil {
		t.Fatal(err)
	}
	s := &Summary{Kind: summaryKind, Format: summaryFormat, Target: testTarget}
	for _, path := range []string{"new.json", "link.json"} {
		if err := s.Write(path); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		var got Summary
		if err != nil || json.Unmarshal(text, &got) != nil || got.Target != testTarget {
			t.Errorf("%s has %q, %v", path, text, err)
		}
	}
	if to, err := os.Readlink("link.json"); err != nil || to != "old.json" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	for _, path := range []string{"new.json", "old.json"} {
		if info, err := os.Lstat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if err := s.Write("mine.json"); err == nil {
		t.Error("it replaces a file that came meanwhile")
	}
	if err := s.Write(filepath.Join("nowhere", "s.json")); err == nil {
		t.Error("it writes into a folder that is not there")
	}
	if files, _ := os.ReadDir("."); len(files) != 4 {
		t.Errorf("it leaves files behind: %v", files)
	}
}

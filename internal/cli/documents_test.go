package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"offboard/pkg/thrivetest"
)

// TestDocumentsAreAsTheirSchemasSay runs each command with --json, in one folder after the
// other.
func TestDocumentsAreAsTheirSchemasSay(t *testing.T) {
	users := []thrivetest.User{
		{Ref: "E1", LastName: "Lovelace", ManagerRef: "E2"}, {Ref: "E2"}, {Ref: "E3", Role: "administrator"},
		{Ref: "E4", Status: "inactive"}, {Ref: "E5", LastLogin: "2026-01-01T00:00:00.000Z"}, {Ref: "E6", Status: "new"},
	}
	s := thrivetest.New(thrivetest.Options{Users: users})
	web := httptest.NewServer(s)
	defer web.Close()
	all := readSchemas(t)
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"leavers.csv": "ref,endDate,Surname\nE1,2024-06-30,Hopper\nE1,2024-06-30,Hopper\nE2,2024-06-30,\nE3,2024-06-30,\nE4,2024-06-30,\nE5,2024-06-30,\nE6,2024-06-30,\nE9,2024-06-30,\nE7,2999-01-01,\nE8,2030-02-31,\n",
		"none.csv":    "ref,endDate\nE2,2024-06-30\n",
		"strange.csv": "ref,endDate\n0001,30/06/2024\n17,30/06/2024\n\"</script>\u202e=1+1\",30/06/2024\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		args, schema string
		before       func()
	}{
		{args: "plan leavers.csv", schema: "plan"},
		{args: "plan leavers.csv --all --check --match Surname=lastName", schema: "plan"},
		{args: "plan strange.csv", schema: "plan"},
		{args: "plan none.csv --check-full --out plan.json --accept administrator", schema: "plan"},
		{args: "run leavers.csv --yes --check --match Surname=lastName --first 1", schema: "run"},
		{args: "run leavers.csv --yes --resume --tolerate held,known", schema: "run"},
		{args: "run leavers.csv --yes --report stopped.csv --deadline 1ns", schema: ""},
		{args: "run leavers.csv --yes --report slow.csv --deadline 300ms --rate 1", schema: "run"},
		{args: "report leavers.report.csv", schema: "report"},
		{args: "report leavers.report.csv slow.csv --timezone Europe/Berlin", schema: "report"},
		{args: "verify leavers.report.csv", schema: "verify"},
		{args: "verify leavers.report.csv", schema: "verify", before: func() {
			s.Reactivate("E2")
			s.Change("E1", func(u *thrivetest.User) { u.Status = "new" })
			s.Remove("E5")
		}},
		{args: "run leavers.report.verify.csv --yes", schema: "run"},
		{args: "plan leavers.report.csv", schema: "plan"},
		{args: "plan nothing.csv", schema: ""},
	} {
		t.Run(tt.args, func(t *testing.T) {
			if tt.before != nil {
				tt.before()
			}
			var stdout, stderr bytes.Buffer
			env := pingEnv(web.URL, false)
			code := Main(context.Background(), context.Background(), System{
				Args: append(strings.Fields(tt.args), "--json"), Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
				LookupEnv: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
			})
			if tt.schema == "" {
				if stdout.Len() > 0 {
					t.Errorf("there is no result, and standard output has %s", stdout.String())
				}
				return
			}
			all.hold(t, tt.schema, stdout.Bytes())
			var d struct{ ExitCode int }
			decoder := json.NewDecoder(&stdout)
			if err := decoder.Decode(&d); err != nil || d.ExitCode != code {
				t.Errorf("the document has the exit code %d, and the program %d (%v)\n%s", d.ExitCode, code, err, stderr.String())
			}
			if _, err := decoder.Token(); err != io.EOF {
				t.Errorf("something is behind the document: %v", err)
			}
		})
	}
	text, err := os.ReadFile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	all.hold(t, "plan-file", text)
}

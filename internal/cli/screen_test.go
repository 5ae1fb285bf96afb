package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"offboard/internal/report"
	"offboard/pkg/thrivetest"
)

// controls is a text that controls a terminal, and hostile one that begins a line, too.
const (
	controls = "x\x1b[2J\u009b31m\x7f\x07\b\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029\u0085\U000e0041"
	hostile  = controls + "\r\nFORGED\t"
)

// wantSafe checks that nothing in a text controls a terminal, and that no line of it is
// from a file, a flag or a server.
func wantSafe(t *testing.T, where, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s is not UTF-8: %q", where, text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 || strings.HasPrefix(strings.TrimSpace(line), "FORGED") {
			t.Errorf("%s has the line %q", where, line)
		}
	}
}

// hostileFiles writes files of which everything is hostile that can be, and returns the
// flags that the commands need for them.
func hostileFiles(t *testing.T, hostile string) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), hostile)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Skip(err)
	}
	target := "sandbox"
	line := func(ref, outcome, source, requestID, message string) string {
		quoted := func(s string) string { q, _ := json.Marshal(s); return string(q) } // a string can always be encoded
		return fmt.Sprintf(`{"ref":%s,"endDate":"2024-06-30","outcome":%q,"source":%s,"row":2,"httpStatus":400,"attempts":1,"durationMs":1,"finishedAt":"2024-07-01T00:00:00Z","requestId":%s,"error":%s,"target":%q,"check":%q}`,
			quoted(ref), outcome, quoted(source), quoted(requestID), quoted(message), target, report.Check(target, ref, "2024-06-30")) + "\n"
	}
	column := `"` + hostile + `"`
	for name, text := range map[string]string{
		"leavers" + hostile + ".csv":  "ref,endDate," + column + "\nE1,2024-06-30,a\nE2" + strings.ReplaceAll(hostile, "\r\n", "") + ",2024-06-30,b\nE3,\"" + hostile + "\",c\nE4,,d\nE5,2024-06-30,e\ne5,2024-06-30,f\n",
		"other" + hostile + ".csv":    column + ",endDate\nE1,2024-06-30\n",
		"list" + hostile + ".csv":     "ref\nE1\n\"" + hostile + "\"\n",
		"map" + hostile + ".csv":      "old,new\nE1,N1\n\"" + hostile + "\",N2\nE5,N5\n",
		"report" + hostile + ".jsonl": line("E1", "failed", hostile, hostile, hostile) + line("E2", "rejected", "a.csv", hostile, hostile),
		"bad" + hostile + ".jsonl":    line("E1", "fail\u202eed", hostile, hostile, hostile),
		"people" + hostile + ".jsonl": `{"ref":"E1","endDate":"2024-06-30","` + "\u202ekey" + `":"x"}` + "\n",
		"flags" + hostile + ".yaml":   "\"a\\e[2J\\u202e\\nFORGED\": 1\n",
		"rate" + hostile + ".yaml":    "rate: \"\\e[2J\\u202e\\nFORGED\"\n",
		"broken" + hostile + ".yaml":  "rate: \u202e: : *\x1b[2J\n",
		"secret" + hostile:            "hunter2\n",
		"two" + hostile:               "hunter2\nhunter3\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Skip(err)
		}
	}
	book := excelize.NewFile()
	defer book.Close()
	sheet := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`[]:*?/\`, r) {
			return -1
		}
		return r
	}, hostile)
	err := book.SetSheetName("Sheet1", sheet)
	for i, row := range [][]any{{"ref", "endDate", "\u202e" + sheet}, {"E1", "2024-06-30", "x"}, {"E2" + sheet, sheet, "y"}} {
		if err == nil {
			err = book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row)
		}
	}
	if err == nil {
		err = book.SaveAs(filepath.Join(folder, "book.xlsx"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// A server whose answers are hostile.
func hostileServer(t *testing.T) map[string]string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "id\u202e\u009b31m\u2028")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(422)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": hostile, "message": []string{hostile}})
	}))
	t.Cleanup(web.Close)
	return map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant + "\u202e", "OFFBOARD_API_SECRET": "hunter2"}
}

// TestNothingThatControlsATerminalIsWritten runs each command with whatever is not its
// own in a hostile form, and searches everything that it writes.
func TestNothingThatControlsATerminalIsWritten(t *testing.T) {
	for kind, hostile := range map[string]string{"without line breaks": controls, "with line breaks": hostile} {
		t.Run(kind, func(t *testing.T) { wantSafeCommands(t, hostile) })
	}
}

func wantSafeCommands(t *testing.T, hostile string) {
	t.Helper()
	folder := hostileFiles(t, hostile)
	file := func(name string) string { return filepath.Join(folder, name) }
	leavers, ledger := file("leavers"+hostile+".csv"), file("report"+hostile+".jsonl")
	input := writeLeavers(t, 1)
	list, pairs := file("list"+hostile+".csv"), file("map"+hostile+".csv")
	answers := hostileServer(t)
	config := filepath.Join(t.TempDir(), "except.yaml")
	quoted := strconv.QuoteToASCII(file("absent" + hostile)) // YAML has the same escapes
	if err := os.WriteFile(config, []byte("except: "+quoted), 0o600); err != nil {
		t.Fatal(err)
	}
	sandbox := []string{"--env", "sandbox", "--rate", "0"}
	commands := map[string][]string{
		"a plan":                            {"plan", leavers, "--all"},
		"a plan with lists":                 {"plan", leavers, "--except", list, "--accept-refs", list, "--where", hostile + "!=z"},
		"a plan with pairs":                 {"plan", leavers, "--ref-map", pairs},
		"a plan with pairs, a list":         {"plan", leavers, "--ref-map", pairs, "--except", pairs},
		"a plan of a workbook":              {"plan", file("book.xlsx"), "--all"},
		"a plan of objects":                 {"plan", file("people" + hostile + ".jsonl"), "--keep", "\u202ekey"},
		"a plan of a report":                {"plan", ledger, "--all"},
		"a plan of a bad report":            {"plan", file("bad" + hostile + ".jsonl"), "--all"},
		"a plan that is saved":              {"plan", leavers, "--save-config", file("saved" + hostile)},
		"a plan that is saved, too":         {"plan", leavers, "--save-config", file("saved" + hostile)},
		"a plan with a report":              {"plan", leavers, "--report", file("leavers" + hostile + ".csv")},
		"another column":                    {"plan", file("other" + hostile + ".csv"), "--ref-column", hostile},
		"no column":                         {"plan", file("other" + hostile + ".csv")},
		"a column that is missing":          {"plan", leavers, "--ref-column", "y" + hostile},
		"a sheet that is missing":           {"plan", file("book.xlsx"), "--sheet", hostile},
		"a missing input":                   {"plan", file("absent" + hostile)},
		"a missing input of a run":          append([]string{"run", file("absent" + hostile)}, sandbox...),
		"a missing list":                    {"plan", leavers, "--except", file("absent" + hostile)},
		"a missing report":                  {"report", file("absent" + hostile)},
		"a missing configuration":           {"plan", leavers, "--config", file("absent" + hostile)},
		"an unknown key":                    {"plan", leavers, "--config", file("flags" + hostile + ".yaml")},
		"a wrong value of a key":            {"plan", leavers, "--config", file("rate" + hostile + ".yaml")},
		"a broken configuration":            {"plan", leavers, "--config", file("broken" + hostile + ".yaml")},
		"a missing secret":                  {"run", leavers, "--env", "staging", "--tenant", "t", "--api-secret-file", file("absent" + hostile)},
		"a secret for all":                  {"run", leavers, "--env", "staging", "--tenant", "t", "--api-secret-file", file("secret" + hostile)},
		"a secret for all, logs in JSON":    {"--log-format", "json", "run", leavers, "--env", "staging", "--tenant", "t", "--api-secret-file", file("secret" + hostile)},
		"a missing list of a configuration": {"plan", input, "--config", config},
		"a missing list of a variable":      {"plan", input},
		"a secret of two lines":             {"run", leavers, "--env", "staging", "--tenant", "t", "--api-secret-file", file("two" + hostile)},
		"an environment":                    {"run", leavers, "--env", hostile},
		"a URL":                             {"run", leavers, "--base-url", hostile},
		"a tenant":                          {"run", leavers, "--env", "staging", "--tenant", hostile, "--client-id", "c"},
		"a kind of doubt":                   {"plan", leavers, "--accept", hostile},
		"a condition":                       {"plan", leavers, "--where", hostile},
		"a number":                          {"run", leavers, "--concurrency", hostile},
		"a format":                          {"run", leavers, "--log-format", hostile},
		"a time zone":                       {"plan", leavers, "--timezone", hostile},
		"a format of dates":                 {"plan", leavers, "--date-format", hostile},
		"an unknown flag":                   {"run", leavers, "--" + hostile},
		"an unknown command":                {hostile},
		"an argument too many":              {"sandbox", hostile},
		"a run":                             append([]string{"run", leavers, "--report", file("new" + hostile + ".csv"), "--keep", hostile, "--accept", "no-end-date"}, sandbox...),
		"a run once more":                   append([]string{"run", leavers, "--report", file("report" + hostile + ".jsonl")}, sandbox...),
		"a run with hostile answers": {"run", leavers, "--report", file("refused" + hostile + ".csv"), "--yes", "--rate", "0", "--log-level", "debug",
			"--log-format", "text", "--max-attempts", "1", "--accept", "no-end-date"},
		"hostile answers, logs in JSON": {"run", leavers, "--report", file("refused2" + hostile + ".csv"), "--yes", "--rate", "0", "--log-level", "debug",
			"--log-format", "json", "--max-attempts", "1", "--accept", "no-end-date"},
		"a report in a folder that is missing": append([]string{"run", leavers, "--report", file("absent" + hostile + "/r.csv")}, sandbox...),
		"a report":                             {"report", ledger},
		"a report as JSON":                     {"report", "--json", ledger},
		"all rows of a report":                 {"report", "--all", ledger},
		"a report of an export":                {"report", leavers},
		"a ping with hostile answers":          {"ping", "--log-level", "debug"},
		"hostile answers to a ping, in JSON":   {"ping", "--log-format", "json"},
		"a ping of an environment":             {"ping", "--env", hostile},
		"a ping of a tenant":                   {"ping", "--base-url", "http://127.0.0.1:1", "--tenant", hostile, "--api-secret-file", file("secret" + hostile)},
		"a ping with a client":                 {"ping", "--base-url", "http://127.0.0.1:1", "--tenant", hostile, "--client-id", hostile, "--token-url", "http://127.0.0.1:1", "--client-secret-file", file("secret" + hostile), "--scope", hostile},
		"a ping with a missing secret":         {"ping", "--env", "staging", "--tenant", "t", "--api-secret-file", file("absent" + hostile)},
		"help":                                 {"--help"},
	}
	for name, args := range commands {
		env := map[string]string{}
		switch {
		case strings.Contains(name, "hostile answers"):
			env = answers
		case strings.Contains(name, "a variable"):
			env["OFFBOARD_EXCEPT"] = file("absent" + hostile)
		}
		_, stdout, stderr := invoke(t, env, args...)
		if stdout+stderr == "" {
			t.Errorf("%s writes nothing", name)
		}
		wantSafe(t, "standard output of "+name, stdout)
		wantSafe(t, "standard error of "+name, stderr)
	}
}

// JSON keeps every character, in a form that is safe to show.
func TestJSONKeepsWhatIsNotSafeToShow(t *testing.T) {
	folder := hostileFiles(t, hostile)
	path := filepath.Join(folder, "report"+hostile+".jsonl")
	_, stdout, _ := invoke(t, nil, "report", "--json", path)
	wantSafe(t, "the summary", stdout)
	var summary struct {
		Reports []string
		NotFine []struct {
			Example struct{ Source, RequestID string }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || len(summary.NotFine) == 0 {
		t.Fatalf("%v\n%s", err, stdout)
	}
	if summary.Reports[0] != path || summary.NotFine[1].Example.Source != hostile {
		t.Errorf("got %q and %q", summary.Reports[0], summary.NotFine[1].Example.Source)
	}
	secret := filepath.Join(folder, "secret"+hostile)
	_, _, stderr := invoke(t, nil, "--log-format", "json", "run", "absent.csv", "--env", "staging", "--tenant", "t", "--api-secret-file", secret)
	var logged struct{ File string }
	if err := json.NewDecoder(strings.NewReader(stderr)).Decode(&logged); err != nil || logged.File != secret {
		t.Errorf("the log has %q, %v, want %q", logged.File, err, secret)
	}
	wantSafe(t, "the log", stderr)
}

// The server of the sandbox writes nothing of its own to standard error.
func TestTheServerOfTheSandboxLogsNothing(t *testing.T) {
	var logged strings.Builder
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	s, err := startSandbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.http.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("hunter2") })
	resp, err := http.Get(s.url)
	if err == nil {
		_ = resp.Body.Close()
		t.Error("the server does not panic")
	}
	s.close()
	if logged.Len() > 0 {
		t.Errorf("logged: %.300s", logged.String())
	}
}

// An error has another path than the one that was typed.
func TestTheLineBreaksOfNamesAreNotThoseOfAnError(t *testing.T) {
	var names brokenNames
	for _, typed := range []string{"--report=/folder\nFORGED/a\r\nFORGED.csv", "a\r\nFORGED.b", "plain", "\n", "b\nFORGED", "b\nFORGED\nmore"} {
		names.add(typed)
	}
	got := names.joined("open a\r\nFORGED.report.csv in folder\nFORGED: b\nFORGED\nmore\nsee: offboard --help\n")
	if want := "open a\ufffd\ufffdFORGED.report.csv in folder\ufffdFORGED: b\ufffdFORGED\ufffdmore\nsee: offboard --help\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Every text goes through one of two writers, whatever it is.
func TestTheWritersLetNothingThroughThatControlsATerminal(t *testing.T) {
	var out, errs strings.Builder
	text := "one " + controls + "\ntwo \xff\x9b1m\u00e9\r\n"
	for _, w := range []io.Writer{textScreen{&out}, newTerminal(&errs)} {
		if n, err := io.WriteString(w, text); n != len(text) || err != nil {
			t.Errorf("%d of %d bytes, %v", n, len(text), err)
		}
	}
	if want := "one x\ufffd[2J"; !strings.HasPrefix(out.String(), want) || !strings.HasSuffix(out.String(), "\ntwo \ufffd\ufffd1m\u00e9\ufffd\n") {
		t.Errorf("got %q", out.String())
	}
	if out.String() != errs.String() {
		t.Errorf("standard output has %q, standard error %q", out.String(), errs.String())
	}
	wantSafe(t, "standard output", out.String())
}

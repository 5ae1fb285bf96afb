package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"offboard/internal/run"
)

// withReport runs leavers in the sandbox in a new folder, with a report and a summary.
func withReport(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	const rows = "ref,endDate\ne1001,2024-06-30\ne1002,2024-06-30\n<b>e1003</b>,\ne1004,31/31/2024\n"
	if err := os.WriteFile("leavers.csv", []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := invoke(t, nil, strings.Fields("run leavers.csv --env sandbox --yes --progress none --report r.csv --summary s.json")...)
	if code != exitRows {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
}

func TestReportWritesAPage(t *testing.T) {
	withReport(t)
	code, stdout, stderr := invoke(t, nil, "report", "r.csv", "s.json", "--html", "out.html")
	if code != exitFine || stderr != "" || !strings.HasPrefix(stdout, "Page: out.html (") || !strings.Contains(stdout, "4 rows, ") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	text, err := os.ReadFile("out.html")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{
		"2 of 4 rows need somebody to look at them.", "&lt;b&gt;e1003&lt;/b&gt;", "offboard plan r.csv shows why, and what settles it.", "--accept no-end-date suspends them",
		"correct the row in the input", "<dt>Target</dt><dd>sandbox</dd>", `<th scope="row">env</th><td>sandbox</td>`, "finished, with rows that are not fine (exit code 3)", "Pace and answers over time",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has not %q", want)
		}
	}
	code, stdout, stderr = invoke(t, nil, "report", "r.csv", "--json", "--html", "other.html")
	if code != exitFine || !json.Valid([]byte(stdout)) {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if text, err := os.ReadFile("other.html"); err != nil || strings.Contains(string(text), "Pace and answers over time") {
		t.Errorf("the page without a summary has a pace, %v", err)
	}
}

func TestAPageThatCannotBeMadeSaysWhatToDo(t *testing.T) {
	withReport(t)
	summary, err := os.ReadFile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(summary), `"target": "sandbox"`, `"target": "production/x"`, 1)
	for name, text := range map[string]string{
		"there.html": "mine", "other.json": other, "later.json": strings.Replace(string(summary), `"format": 1`, `"format": 2`, 1),
		"half.json": string(summary[:40]), "empty.json": `{"kind":"offboard summary","format":1}`, "broken.csv": "ref,outcome\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link("r.csv", "r.html"); err != nil {
		t.Fatal(err)
	}
	for args, says := range map[string]string{
		"r.csv --html there.html":            "--html: there.html exists already, and a page replaces no other file; remove it or name another file",
		"r.csv --html out.htm":               "--html: out.htm: the name of a page ends in .html",
		"r.csv --html r.html":                "--html: r.html is one of the files that are read or written; name another file for the page",
		"r.csv s.json --html s.json":         "--html: s.json is one of the files that are read or written; name another file for the page",
		"r.csv --html no/out.html":           "--html: cannot create a file in the folder of no/out.html",
		"s.json --html out.html":             "s.json is the summary of a run; name its report, too",
		"r.csv other.json --html out.html":   "other.json: is the summary of a run in production/x, and the reports are of sandbox; leave it out",
		"r.csv later.json --html out.html":   "--html: later.json: has the format 2, and this version of offboard knows only 1; use the version that has written it",
		"r.csv empty.json --html out.html":   "--html: empty.json: does not say when the run began and ended; give the file as the run has written it",
		"r.csv half.json --html out.html":    "half.json",
		"broken.csv --html out.html":         "broken.csv",
		"nowhere.csv s.json --html out.html": "nowhere.csv",
	} {
		code, stdout, stderr := invoke(t, nil, append([]string{"report"}, strings.Fields(args)...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, "offboard: ") || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit code %d, want %q in\n%s%s", args, code, says, stdout, stderr)
		}
	}
	if text, _ := os.ReadFile("there.html"); string(text) != "mine" {
		t.Errorf("the file has %q now", text)
	}
	if parts, _ := os.ReadDir("."); len(parts) != 10 {
		t.Errorf("files are left: %v", parts)
	}
}

func TestOnlyASummaryIsOne(t *testing.T) {
	withReport(t)
	for name, text := range map[string]string{
		"lines.jsonl": `{"ref":"e1","kind":"x"}` + "\n" + `{"kind":"offboard summary"}`, "array.json": `[{"kind":"offboard summary"}]`, "empty": "", "text": "offboard summary",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]bool{"s.json": true, "r.csv": false, "lines.jsonl": false, "array.json": false, "empty": false, "text": false, ".": false, "nowhere": false} {
		if _, summaries := run.SplitSummaries([]string{name}); (len(summaries) == 1) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// withLeavers writes a list with a doubt, a row that cannot be used, and a text that is no
// markup, into a new folder.
func withLeavers(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	const rows = "ref,endDate,Surname\ne1001,2024-06-30,<b>Ames</b>\ne1002,2024-06-30,Byrd\ne1003,,Cole\ne1004,31/31/2024,Dean\ne1005,2099-01-01,East\n"
	if err := os.WriteFile("leavers.csv", []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPlanWritesAPageForWhoeverApprovesIt(t *testing.T) {
	withLeavers(t)
	code, stdout, stderr := invoke(t, nil, strings.Fields("plan leavers.csv --env production --tenant eu-west-2_AbcdEfghI --keep Surname --out plan.json --html plan.html")...)
	if code != exitRows || stderr != "" || !strings.Contains(stdout, "\nPage: plan.html (") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	text, err := os.ReadFile("plan.html")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := run.ReadPlanFile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"2 leavers would be suspended. 3 of 5 rows need somebody to look at them first.", "<td>e1001<td>&lt;b&gt;Ames&lt;/b&gt;<td>2024-06-30", "<td>e1005<td>East",
		plan.Sum, plan.Digest.Decisions, plan.Files[0].SHA256, "offboard run --plan plan.json", "within 7 days",
		`<dt>Target</dt><dd>production/eu-west-2_AbcdEfghI</dd>`, `<th scope="row">keep</th><td>&#34;Surname&#34;</td>`, "ref from column &#34;ref&#34;", "--accept no-end-date suspends them",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page has not %q", want)
		}
	}
}

func TestAPlanPageSaysThatThereIsNoPlanFile(t *testing.T) {
	withLeavers(t)
	if err := os.WriteFile("never.csv", []byte("ref\ne1002\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := invoke(t, nil, strings.Fields("plan leavers.csv --except never.csv --html plan.html --json --rate 1 --first 1")...)
	if code != exitRows || !json.Valid([]byte(stdout)) || !strings.Contains(stderr, "Page: plan.html (") || strings.Contains(stdout, "--html") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	text, err := os.ReadFile("plan.html")
	for _, want := range []string{"There is no plan file", "offboard plan --out FILE writes one", "Never suspended: 1 ref in never.csv", "1s or more", "not known: the plan was made without one"} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("the page has not %q, %v", want, err)
		}
	}
}

// TestAPlanPageSaysWhatTheTenantSays looks at the page of a plan with a check.
func TestAPlanPageSaysWhatTheTenantSays(t *testing.T) {
	withLeavers(t)
	code, stdout, stderr := invoke(t, nil, strings.Fields("plan leavers.csv --env sandbox --check --html plan.html")...)
	text, err := os.ReadFile("plan.html")
	if code != exitRows || err != nil {
		t.Fatalf("exit code %d, %v\n%s\n%s", code, err, stdout, stderr)
	}
	for _, want := range []string{"What the tenant says", "The accounts of 3 leavers", "<td class=\"n\">3</td><td>active", "Not known: whether it is deleted (3)"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page has not %q", want)
		}
	}
}

func TestAPlanPageThatCannotBeMadeEndsThePlanBeforeItBegins(t *testing.T) {
	withLeavers(t)
	if err := os.WriteFile("there.html", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, says := range map[string]string{
		"--html there.html":                  "--html: there.html exists already, and a page replaces no other file; remove it or name another file",
		"--html out.htm":                     "--html: out.htm: the name of a page ends in .html",
		"--html p.html --out p.html":         "--html: p.html is one of the files that are read or written; name another file for the page",
		"--html p.html --save-config p.html": "--html: p.html is one of the files that are read or written",
	} {
		code, stdout, stderr := invoke(t, nil, append([]string{"plan", "leavers.csv", "--env", "production", "--tenant", "t"}, strings.Fields(args)...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit code %d, want %q in\n%s%s", args, code, says, stdout, stderr)
		}
	}
}

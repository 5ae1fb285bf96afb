package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"offboard/pkg/thrivetest"
)

// employee is a row of a census: a list of everybody, those who have left included.
type employee struct{ ref, name, status, left string }

// census returns the rows of 400 people, of whom 81 are still employed, and the refs of
// those who have left. A spreadsheet has cut zeros in front of most refs, two people
// stand there twice, and dates have a local form.
func census() (rows []employee, left []string) {
	for i := 1; i <= 400; i++ {
		ref := fmt.Sprintf("%05d", i*211)
		e := employee{ref: ref, name: fmt.Sprintf("Person %c%c", 'A'+i%26, 'A'+i/26), status: "Terminated", left: fmt.Sprintf("%02d/%02d/2024", 1+i%30, 1+i%9)}
		if e.left[:5] == "30/02" {
			e.left = "29/02/2024"
		}
		if i%5 == 0 || i == 1 {
			e.status, e.left = "Active", ""
		} else {
			left = append(left, ref)
		}
		if i%4 != 0 {
			e.ref = strings.TrimLeft(ref, "0")
		}
		rows = append(rows, e)
	}
	again := rows[7]
	again.ref = strings.TrimLeft(again.ref, "0")
	return append(rows, rows[6], again), left
}

const censusTotal = "Total"

// censusFiles are the census in each format: with a title above it and a total below.
var censusFiles = map[string]func(t *testing.T, path string, rows []employee){
	"census.csv": func(t *testing.T, path string, rows []employee) {
		var text strings.Builder
		w := csv.NewWriter(&text)
		for _, record := range censusTable(rows) {
			_ = w.Write(record) // the error is that of Flush
		}
		w.Flush()
		writeCensus(t, path, []byte(text.String()), w.Error())
	},
	"census.json": func(t *testing.T, path string, rows []employee) {
		people := make([]map[string]any, len(rows))
		for i, e := range rows {
			people[i] = map[string]any{"employeeId": e.ref, "name": e.name, "status": e.status, "terminationDate": e.left}
			if n, err := strconv.Atoi(e.ref); err == nil && e.ref[0] != '0' {
				people[i]["employeeId"] = n
			}
			if e.left == "" {
				people[i]["terminationDate"] = nil
			}
		}
		text, err := json.MarshalIndent(map[string]any{"title": "Census", "employees": people, "totals": map[string]any{"employees": 400}}, "", "  ")
		writeCensus(t, path, text, err)
	},
	"census.xlsx": func(t *testing.T, path string, rows []employee) {
		f := excelize.NewFile()
		defer f.Close()
		for row, record := range censusTable(rows) {
			cells := make([]any, len(record))
			for i, text := range record {
				if cells[i] = text; text == "" {
					cells[i] = nil
				} else if n, err := strconv.Atoi(text); err == nil && text[0] != '0' {
					cells[i] = n
				}
			}
			if err := f.SetSheetRow("Sheet1", "A"+strconv.Itoa(row+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SaveAs(path); err != nil {
			t.Fatal(err)
		}
	},
}

// censusTable returns the rows of a table.
func censusTable(rows []employee) [][]string {
	table := [][]string{{"Census of all employees", "", "", ""}, {"As of 25/11/2026", "", "", ""}, {"", "", "", ""},
		{"Employee ID", "Name", "Status", "Termination Date"}}
	for _, e := range rows {
		table = append(table, []string{e.ref, e.name, e.status, e.left})
	}
	return append(table, []string{censusTotal, "400", "", ""})
}

func writeCensus(t *testing.T, path string, text []byte, err error) {
	t.Helper()
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAStrangerSuspendsThoseWhoHaveLeft follows the commands that a plan of a census
// proposes. Three of them have to suspend those who have left, and nobody else.
func TestAStrangerSuspendsThoseWhoHaveLeft(t *testing.T) {
	rows, left := census()
	if len(left) != 400-81 {
		t.Fatalf("%d have left", len(left))
	}
	for name, write := range censusFiles {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, name, rows)
			follow(t, name, left)
		})
	}
}

// TestOtherCensusesSuspendNobodyElse changes how a census says that people are still
// employed.
func TestOtherCensusesSuspendNobodyElse(t *testing.T) {
	for name, change := range map[string]func(i int, e *employee){
		"no status":                           func(_ int, e *employee) { e.status = "" },
		"several words for the status":        func(i int, e *employee) { e.status += []string{"", " - part time", " (abroad)"}[i%3] },
		"an end date far ahead":               func(_ int, e *employee) { e.left = "31/12/2199" },
		"an end date of an earlier time":      func(i int, e *employee) { e.left = []string{"", "31/12/2019"}[i%2] },
		"an end date that stands for none":    func(_ int, e *employee) { e.left = "31/12/9999" },
		"another word where no end date is":   func(_ int, e *employee) { e.left = "n/a" },
		"a status that a person has not seen": func(i int, e *employee) { e.status = []string{"Active", "On leave", "Seconded"}[i%3] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			rows, left := census()
			for i := range rows {
				if rows[i].status == "Active" {
					change(i, &rows[i])
				}
			}
			censusFiles["census.csv"](t, "census.csv", rows)
			follow(t, "census.csv", left)
		})
	}
}

// follow types what the plan of a file proposes, and what that plan proposes, and fails
// unless the third command at the latest suspends just those who have left. Nor may any
// other command that is proposed on the way suspend anybody else.
func follow(t *testing.T, name string, left []string) {
	t.Helper()
	command := "offboard plan " + name
	for range 2 {
		code, plan, stderr := invoke(t, nil, words(t, command)[1:]...)
		if code != 0 && code != 3 {
			t.Fatalf("%s: exit code %d\n%s", command, code, stderr)
		}
		following, last := "", []string(nil)
		for _, proposed := range proposals(plan) {
			if strings.Contains(proposed, "offboard plan ") {
				following = proposed
				continue
			}
			last = suspendedBy(t, proposed)
			for _, ref := range last {
				if !slices.Contains(left, ref) {
					t.Errorf("%s suspends %s, who is still employed", proposed, ref)
				}
			}
		}
		if following == "" {
			if !slices.Equal(last, left) {
				t.Errorf("%s leads to %d people, want the %d who have left", command, len(last), len(left))
			}
			return
		}
		command = following
	}
	t.Errorf("the third command is still a plan: %s", command)
}

// A condition that is proposed would replace one of the environment, and those whom that
// one leaves out would be suspended.
func TestNoConditionIsProposedInPlaceOfAnotherOne(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "ref,Country,Status\nE1,FR,Left\nE2,GB,Left\nE3,GB,Active\n"
	writeCensus(t, "census.csv", []byte(text), nil)
	for args, want := range map[string]string{
		"plan census.csv": "To suspend 1 leaver: OFFBOARD_WHERE='Country!=FR' offboard run census.csv --env NAME",
		"plan census.csv --accept still-active --where Country!=FR": "To suspend 2 leavers: offboard run census.csv --accept still-active --where 'Country!=FR' --env NAME",
	} {
		_, plan, _ := invoke(t, map[string]string{"OFFBOARD_WHERE": "Country!=FR"}, strings.Fields(args)...)
		if !strings.HasSuffix(plan, "\n"+want+"\n") {
			t.Errorf("offboard %s does not end with %s:\n%s", args, want, plan)
		}
	}
	_, plan, _ := invoke(t, nil, "plan", "census.csv", "--where", "Country!=FR")
	want := "To leave out who is still employed: offboard plan census.csv --where 'Country!=FR' --where 'Status!=Active'\n"
	if !strings.Contains(plan, want) {
		t.Errorf("the plan lacks %s:\n%s", want, plan)
	}
}

// Somebody who is still employed and has an end date may have left: a person has to look.
func TestNoConditionIsProposedThatHidesAContradiction(t *testing.T) {
	t.Chdir(t.TempDir())
	for text, proposed := range map[string]bool{
		"ref,endDate,Status\nE1,2024-06-30,Left\nE2,,Active\nE3,,Active\n":             true,
		"ref,endDate,Status\nE1,2024-06-30,Left\nE2,2024-06-30,Active\nE3,,Active\n":   false,
		"ref,endDate,Status\nE1,2024-06-30,Left\nE2,,Active\nE3,,Current\n":            true,
		"ref,endDate,Status,Enabled\nE1,2024-06-30,Left,\nE2,,Active,\nE3,,,yes\n":     true,
		"ref,endDate,Status,Enabled\nE1,2024-06-30,Left,\nE2,,Active,\nE3,,Left,yes\n": false, // no column says it of both
		"ref,endDate,Status\nE1,2024-06-30,Left\nE2,,Active\nE3,,Seconded\n":           false, // the last one may have left
		"ref,endDate,Status\nE1,2024-06-30,Left\nE2,,Active\nE3,,\n":                   true,
		"ref,endDate,Status\nE1,2024-06-30,Moved\nE2,,Active\nE3,,On leave\n":          false, // what the others say is not known
		"ref,Status\nE1,Terminated\nE2,Active\nE3,On Leave\nE4,\n":                     false,
	} {
		writeCensus(t, "census.csv", []byte(text), nil)
		if _, plan, _ := invoke(t, nil, "plan", "census.csv"); strings.Contains(plan, "To leave out") != proposed {
			t.Errorf("a condition is proposed: %t, want %t, in\n%s", !proposed, proposed, plan)
		}
	}
}

// proposals returns the commands that a plan proposes, in their order.
func proposals(plan string) (commands []string) {
	for line := range strings.Lines(plan) {
		if _, command, found := strings.Cut(strings.TrimSpace(line), ": offboard "); found && strings.HasPrefix(line, "To ") {
			commands = append(commands, "offboard "+command)
		}
	}
	return commands
}

// suspendedBy runs a command that a plan has proposed against a tenant of its own, in
// which every ref is a user, and returns who is suspended there.
func suspendedBy(t *testing.T, command string) []string {
	t.Helper()
	tenant := thrivetest.New(thrivetest.Options{AnyRef: true})
	web := httptest.NewServer(tenant)
	defer web.Close()
	args := words(t, strings.Replace(command, " --env NAME", " --base-url "+web.URL+" --tenant "+thrivetest.DefaultTenant, 1))[1:]
	report := filepath.Join(t.TempDir(), "report.csv")
	args = append(args, "--yes", "--rate", "0", "--progress", "none", "--report", report) // --yes is the answer of a person
	code, _, stderr := invoke(t, map[string]string{"OFFBOARD_API_SECRET": thrivetest.DefaultSecret}, args...)
	if code != 0 && code != 3 {
		t.Fatalf("%s: exit code %d\n%s", command, code, stderr)
	}
	return slices.Sorted(maps.Keys(tenant.Suspended()))
}

package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Whoever may still be employed is held, also where a condition leaves out the row that
// says so.
func TestWhoMayStillBeEmployedIsHeld(t *testing.T) {
	type files map[string]string
	for name, tt := range map[string]struct {
		files   files // a.csv, a.jsonl, b.csv: inputs
		flags   []string
		suspend []string
		others  []string
	}{
		"the condition has chosen the column": {
			files{"a.csv": "Employee ID,Status\nE1,Terminated\nE2,Terminated\nE1,Active\n"},
			[]string{"--where", "Status=Terminated"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"in objects": {
			files{"a.jsonl": `{"ref":"E1","job":{"status":"Terminated"}}` + "\n" + `{"ref":"E2","job":{"status":"Terminated"}}` + "\n" + `{"ref":"E1","job":{"status":"Active"}}` + "\n"},
			[]string{"--where", "job.status=Terminated"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"with a list of refs": {
			files{"a.csv": "ref,Status\n1,Terminated\n2,Terminated\n1,Active\n", "map": "old,new\n1,E1\n2,E2\n"},
			[]string{"--where", "Status=Terminated", "--ref-map", "map"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"in two inputs": {
			files{"a.csv": "ref,Status\nE1,Terminated\nE2,Terminated\n", "b.csv": "ref,Status\nE1,Active\nE3,Terminated\n"},
			[]string{"--where", "Status=Terminated"}, []string{"E2", "E3"}, []string{"1 active-elsewhere"}},
		"another value than those of whoever has left": {
			files{"a.csv": "ref,Status\nE1,Terminated\nE2,Terminated\nE1,On Leave\nE2,Resigned\n"},
			[]string{"--where", "Status=Terminated"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"the second one of two rows that are left out": {
			files{"a.csv": "ref,Status\nE1,Moved\nE1,Away\nE1,Active\nE2,Moved\nE2,Away\n"},
			[]string{"--where", "Status=Moved"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"the end date stands for none": {
			files{"a.csv": "ref,Job,End Date\nE1,A,2024-06-30\nE2,A,2024-06-30\nE1,B,9999-12-31\n"},
			[]string{"--where", "End Date!=9999-12-31"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"another end date that stands for none": {
			files{"a.csv": "ref,Job,End Date\nE1,A,2024-06-30\nE2,A,2024-06-30\nE3,A,2024-06-30\nE4,A,2024-06-30\nE1,B,n/a\nE2,B,TBC\nE3,B,0000-00-00\nE4,B,2023-06-30\n"},
			[]string{"--where", "Job=A"}, []string{"E4"}, []string{"3 active-elsewhere"}},
		"the end date has not passed": {
			files{"a.csv": "ref,Job,End Date\nE1,A,2024-06-30\nE2,A,2024-06-30\nE1,B,2027-12-31\nE2,B,2023-06-30\n"},
			[]string{"--where", "Job=A"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"the end date is blank": {
			files{"a.jsonl": `{"ref":"E1","job":"A"}` + "\n" + `{"ref":"E1","job":"B","endDate":"2024-06-30"}` + "\n" + `{"ref":"E2","job":"B","endDate":"2024-06-30"}` + "\n"},
			[]string{"--where", "job=B"}, []string{"E2"}, []string{"1 active-elsewhere"}},
		"a row that is left out says that the person came back": {
			files{"a.csv": "ref,Event,Status,When\nE1,Termination,Left,2024-06-30\nE2,Termination,Left,2024-06-30\nE3,Termination,Left,2024-06-30\nE1,Rehire,Left,2025-02-01\nE2,Hire,Left,2015-02-01\nE3,Promotion,Left,2020-02-01\n"},
			[]string{"--where", "Event=Termination", "--end-date-column", "When"}, []string{"E2", "E3"}, []string{"1 active-elsewhere"}},
		"an unknown value does not outweigh an end date": {
			files{"a.csv": "ref,Status,Leave Date\nE1,Terminated,2024-06-30\nE2,Seconded,2024-06-30\nE3,Active,2024-06-30\nE4,Future leaver,2024-06-30\n"},
			nil, []string{"E1", "E2"}, []string{"2 still-active"}},
		"the condition has chosen whoever is active": {
			files{"a.csv": "ref,Status\nE1,Terminated\nE2,Active\n"},
			[]string{"--where", "Status=Active"}, []string{"E2"}, nil},
		"every value but those of whoever has left": {
			files{"a.csv": "ref,Status\nE1,Terminated\nE2,Active\nE3,On Leave\nE4,\n"},
			nil, []string{"E1"}, []string{"3 still-active"}},
		"a value that is left out gives the others their meaning": {
			files{"a.csv": "ref,Status,Country\nE1,Terminated,FR\nE2,Seconded,GB\nE3,Left,GB\n"},
			[]string{"--where", "Country=GB"}, []string{"E3"}, []string{"1 still-active"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			args := []string{"plan"}
			for file, text := range tt.files {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if filepath.Ext(file) != "" {
					args = append(args, file)
				}
			}
			slices.Sort(args[1:])
			suspend, others, err := rehearse(t, append(args, tt.flags...)...)
			slices.Sort(others)
			if err != nil || !slices.Equal(suspend, tt.suspend) || !slices.Equal(others, tt.others) {
				t.Errorf("got %q, %q, %v\nwant %q, %q", suspend, others, err, tt.suspend, tt.others)
			}
		})
	}
}

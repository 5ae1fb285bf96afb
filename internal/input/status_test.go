package input

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

func TestNamesOfColumnsThatSayWhetherSomebodyIsEmployed(t *testing.T) {
	for kind, names := range map[statusKind][]string{
		statusText: {"Status", "STATUS", "Status [READ ONLY]", "Employment Status Code", "Employee Status Desc", "empl_status", "EmplStatus", "employmentstatus",
			"Beschäftigungsstatus", "Statut du salarié", "Estado laboral", "Stato rapporto", "Employment Status (Active/Inactive)", "Status.", "Employment_Status__c", "Status__c", "u_status", "Employee's Status",
			"Actual Status", "Primary Status", "Overall Status", "Current Status", "Status ID", "Status Nr", "Aktueller Status", "Statut actuel", "Estado actual", "Stato attuale", "Employment Relationship Status",
			"status.statusCode.codeValue", "workAssignments.assignmentStatus.statusCode", "attributes.status.value", "job.status", "Status 2", "Left Status/Active", "Status (as of 2024-01-01)", "PERSON_STATUS_CD", "EmployeeStatusType", "社員ステータス", "Situação do Colaborador"},
		statusActive: {"Active", "Is Active", "isActive", "ISACTIVE", "Active (Y/N)", "ACTIVE_FLAG", "Currently Active", "Still employed", "Current Employee",
			"Active Status", "Enabled", "Aktiv", "Aktiv (ja/nein)", "Actif (oui/non)", "Attivo (Sì/No)", "In dienst", "user.enabled", "Rehired", "Ist aktiv", "Not terminated", "No longer inactive", "Current Employee Status (yes/no)"},
		statusGone: {"Terminated", "Inactive", "InActive", "isInactive", "Inactive Flag", "Leaver", "Left", "Has Left",
			"Not Active", "No longer employed", "Former Employee", "Left Company", "Ausgeschieden"},
		statusFlag:    {"Resigned"},
		statusRecord:  {"Archived", "Is Archived (Y/N)", "isDeleted", "Gelöscht", "To be deleted"},
		statusAccount: {"User Account Status", "Account Status", "user.status", "User Status"},
		statusEvent:   {"Event", "Action", "Action Reason", "Employment Event Type", "Status Reason"},
		startDate: {"Hire Dt", "LAST_HIRE_DT", "Rehired On", "Eintritt", "Fecha de alta", "Data assunzione", "Datum in dienst", "Date d'entrée", "DOJ", "Reinstatement Date",
			"Hire Date", "hireDate", "Start Date", "Rehire Date", "Re-hire Date", "Date of Hire", "Most Recent Hire Date", "Employment Start Date", "Eintrittsdatum"},
		noStatus: {"Union Status", "COBRA Status", "Military Status", "Manager Status", "Supervisor Status", "Marital Status", "Visa Status", "Familienstand", "Estado civil",
			"Status Date", "Disabled", "Is Disabled (Y/N)", "Account Enabled", "accountEnabled", "AD Account Active", "Mailbox enabled", "Account Disabled", "Relationship Status",
			"department.active", "home_address.active", "location.is_active", "mfa.enabled", "costCenter.deleted", "account.enabled", "company.active", "Previous Status", "Current Job", "Previous Employer", "Leave Status", "Leave Start Date", "Termination Date", "Date Left",
			"Left Handed", "Active Directory ID", "Email", "Notice Start Date", "Contract Term", "Leaver Type", "Employee Type", "Deceased", "Redundancy (Y/N)", "Working", "Assignment Start Date", "manager.status", "directReports.active", "maritalStatus.value", "status.effectiveDate", ""},
	} {
		for _, name := range names {
			got := statusKindOf(name)
			if got == formOnly {
				got = noStatus
			}
			if got != kind {
				t.Errorf("%q is of kind %d, want %d", name, got, kind)
			}
		}
	}
}

func TestTheOtherSideIsNoStatus(t *testing.T) {
	for _, tt := range []struct {
		header []string
		want   int
	}{{[]string{"ref", "Left", "Right"}, 0}, {[]string{"ref", "Left", "Wright"}, 1}} {
		if got := statusColumns(tt.header, nil); len(got) != tt.want {
			t.Errorf("%q has %v", tt.header, got)
		}
	}
}

func TestWhatValuesSayOfTheEmployment(t *testing.T) {
	for kind, values := range map[statusKind]map[standing][]string{
		statusText: {
			activeStanding: {"Active", "active", "3 Active", "(Active)", "Active/Paid", "ACTIVE_EMPLOYEE", "Active.", "Currently employed", "Active\u00a0employee", "1 - Active",
				"A", "A - on leave", "Not terminated", "Not yet terminated", "ActiveEmployee", "Aktive", "Aktiver Mitarbeiter", "actives", "in dienst", "Rehired", "Current",
				"On leave - active", "Employed, part-time", "non-terminated", "noch nicht ausgetreten", "aktywny", "在職", "未退職", "Terminated; active again"},
			plannedStanding: {"To be terminated", "Future leaver", "Leaver - cancelled", "Terminated (rescinded)", "Resigned - serving notice", "Left (came back 2026)", "Terminated?",
				"Temporarily disabled", "Left on maternity leave", "Pending termination", "Will leave"},
			goneStanding: {"Terminated", "Inactive", "InActive", "In-Active", "Not active", "inaktiv", "nicht aktiv", "NotActive", "non actif", "Non-active", "no longer employed",
				"Not currently employed", "Formerly employed", "Former employee", "Ex-employee", "Currently inactive", "No activo", "Leaver", "LEFT", "Resigned (2024)", "T", "Baja",
				"sortie", "Sorti", "Cessata", "uit dienst", "Uit-dienst", "Laid off", "Décédé", "Decede", "nieaktywny", "nie aktywny", "退職", "Former employee - terminated", "Unemployed",
				"Termed", "Term", "Termination", "Retirement", "Voluntary termination", "End of contract", "Kündigung", "Ruhestand", "fin de contrat", "Baja voluntaria"},
			otherStanding: {"On Leave", "Suspended", "Baja médica", "L", "LOA", "Fixed Term", "Long-term leave", "Short term", "A termine", "Contratto a termine", "Resignation received", "Retirement plan", "Jalisco", "1", "Part time", "Seconded", "TBC", "not known", "Contractor"},
			noStanding:    {"", " ", "-", "--"},
		},
		statusActive: {
			activeStanding:  {"Yes", "y", "TRUE", "1", "-1", "x", "X", "on", "✓", "tak", "はい", "Active", "Yes."},
			plannedStanding: {"No - pending"},
			goneStanding:    {"No", "n", "FALSE", "0", "off", "nie", "いいえ", "Inactive", "nein", "No (left)", "T - Terminated"},
			otherStanding:   {"on hold", "unknown"},
			noStanding:      {"", "-"},
		},
		statusGone: {
			activeStanding: {"No", "FALSE", "0", "off", "nie", "Active", "Not terminated", "No - still employed", "No (active)", "Yes - active again"},
			goneStanding:   {"Yes", "TRUE", "1", "-1", "✓", "x", "tak", "Terminated"},
			otherStanding:  {"2024-06-30", "unknown", "On-leave"},
			noStanding:     {""},
		},
		statusAccount: {
			activeStanding: {"ACTIVE", "Not suspended"},
			goneStanding:   {"SUSPENDED", "LOCKED_OUT", "DEPROVISIONED", "Archived"},
			otherStanding:  {"STAGED"},
		},
		statusRecord: {
			goneStanding: {"Yes", "true"},
			noStanding:   {"", "No", "false", "0"},
		},
		statusEvent: {
			activeStanding: {"Rehire", "REH - Rehire", "Reinstatement", "Return to work"},
			nothing:        {"Hire", "Termination", "Active"},
		},
		statusFlag: {
			activeStanding: {"Active"},
			goneStanding:   {"Yes", "TRUE", "Resigned"},
			otherStanding:  {"No", "0"},
			noStanding:     {""},
		},
	} {
		for want, texts := range values {
			for _, text := range texts {
				if got := kind.standingOf(text); got != want {
					t.Errorf("%q in a column of kind %d: %d, want %d", text, kind, got, want)
				}
			}
		}
	}
}

// Columns that contradict each other have more combinations than there are codes. No row
// in doubt may be lost because of it, and none is added where there are few.
func TestSeveralColumnsAboutTheEmployment(t *testing.T) {
	const active, gone, other, blank = "Active", "Left", "Seconded", ""
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		columns, values := 1+r.IntN(3), []string{active, gone, other, blank}[r.IntN(2):2+r.IntN(3)]
		var text strings.Builder
		text.WriteString("ref,Job Status,User Status,Work Status\n")
		var rows [][]string
		var says [3]bool
		for i := range 30 {
			row := make([]string, 3)
			for c := range columns {
				row[c] = values[r.IntN(len(values))]
				says[c] = says[c] || row[c] == gone
			}
			rows = append(rows, row)
			fmt.Fprintf(&text, "E%03d,%s\n", i, strings.Join(row, ","))
		}
		v, held := readEmployment(t, text.String())
		for i, row := range rows {
			want, excused := false, false
			for _, value := range row {
				excused = excused || value == gone
			}
			for c, value := range row {
				want = want || value == active || says[c] && (value == other || value == blank && !excused)
			}
			if few := len(v.status.codes) < rareOther-1; want && !held[i] || !want && held[i] && few {
				t.Fatalf("row %d is held: %t, want %t, in\n%s", i+2, held[i], want, text.String())
			}
		}
	}
}

// readEmployment reads a text, and returns which of its rows are in doubt because of the
// employment. Both readings have to agree.
func readEmployment(t *testing.T, text string) (v Survey, held []bool) {
	t.Helper()
	file, err := table.FileOf("leavers.csv", strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var facts []leaver.Facts
	for row, err := range s.Survey(&v) {
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, row.Facts)
	}
	for row, err := range s.Rows(v) {
		if err != nil {
			t.Fatal(err)
		}
		is := v.Doubts(facts[len(held)]).Has(leaver.StillActive)
		if row.Doubts.Has(leaver.StillActive) != is || is && row.Seen == "" {
			t.Fatalf("row %d: the readings differ, or nothing is said", row.Place.Row)
		}
		held = append(held, is)
	}
	return v, held
}

// A word that two lists have would mean now this and now that.
func TestAWordHasOneMeaning(t *testing.T) {
	for name, lists := range map[string][]string{
		"values": {activeList, goneList, wayList, currentList, formerList, negationList, noList, plannedList, absentList, neutralList},
		"names":  {statusList, flagList, recordList, typeList, startList, backList, dateList, personList, userList, besideList, placeList, accountList, relateList, wrapperList, eventList, formList},
		"alone":  {aloneActiveList, aloneGoneList},
		"truth":  {trueList, falseList},
	} {
		of := map[string]int{}
		for i, list := range lists {
			for word := range strings.FieldsSeq(list) {
				if other, known := of[stem(fold(word))]; known && other != i {
					t.Errorf("%s: %q is in two lists", name, word)
				}
				of[stem(fold(word))] = i
			}
		}
	}
}

// A member of an object counts however late it comes.
func TestAStatusThatFewObjectsHave(t *testing.T) {
	for _, job := range []string{`{"status":"Active"}`, `{"work":{"status" : ["Active"]}}`, `[{"manager":{"status":"Left"}},{"status":"Active"}]`} {
		text := strings.Repeat(`{"ref":"E1","job":{"title":"a \"b\": c","manager":{"status":"Active"}}}`+"\n", 150) + `{"ref":"E2","job":` + job + "}\n"
		_, held := readEmployment(t, text)
		if !held[150] || held[0] {
			t.Errorf("E1 is held: %t, E2: %t, by %s", held[0], held[150], job)
		}
	}
}

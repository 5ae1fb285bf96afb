package input

import "testing"

func TestNamesOfColumnsThatSayWhetherSomebodyIsEmployed(t *testing.T) {
	for kind, names := range map[statusKind][]string{
		statusText: {"Status", "STATUS", "Status [READ ONLY]", "Employment Status Code", "Employee Status Desc", "empl_status", "EmplStatus", "employmentstatus",
			"Beschäftigungsstatus", "Statut du salarié", "Estado laboral", "Stato rapporto", "Employment Status (Active/Inactive)", "Status.", "User Account Status",
			"status.statusCode.codeValue", "workAssignments.assignmentStatus.statusCode", "attributes.status.value", "job.status", "Status 2", "Left Status/Active"},
		statusActive: {"Active", "Is Active", "isActive", "ISACTIVE", "Active (Y/N)", "ACTIVE_FLAG", "Currently Active", "Still employed", "Current Employee",
			"Active Status", "Account Enabled", "accountEnabled", "Aktiv", "Ist aktiv", "Not terminated", "No longer inactive", "Current Employee Status (yes/no)"},
		statusGone: {"Terminated", "Inactive", "InActive", "isInactive", "Inactive Flag", "To be deleted", "Leaver", "Left", "Has Left",
			"Not Active", "No longer employed", "Former Employee", "Account Disabled", "Left Company", "Ausgeschieden"},
		statusFlag: {"Resigned", "Archived", "Is Archived (Y/N)"},
		startDate:  {"Hire Date", "hireDate", "Start Date", "Rehire Date", "Re-hire Date", "Date of Hire", "Most Recent Hire Date", "Employment Start Date", "Eintrittsdatum"},
		noStatus: {"Union Status", "COBRA Status", "Military Status", "Manager Status", "Supervisor Status", "Marital Status", "Visa Status", "Familienstand", "Estado civil",
			"Status Date", "Status Reason", "Previous Status", "Current Job", "Previous Employer", "Leave Status", "Leave Start Date", "Termination Date", "Date Left",
			"Left Handed", "Active Directory ID", "Email", "Notice Start Date", "Contract Term", "Deceased", "Redundancy (Y/N)", "Working", "Assignment Start Date", "manager.status", "directReports.active", "maritalStatus.value", "status.effectiveDate", ""},
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
			goneStanding: {"Terminated", "Inactive", "InActive", "In-Active", "Not active", "inaktiv", "nicht aktiv", "NotActive", "non actif", "Non-active", "no longer employed",
				"Not currently employed", "Formerly employed", "Former employee", "Ex-employee", "Currently inactive", "No activo", "Leaver", "LEFT", "Resigned (2024)", "T", "Baja",
				"sortie", "Sorti", "Cessata", "uit dienst", "Uit-dienst", "Laid off", "Décédé", "Decede", "nieaktywny", "nie aktywny", "退職", "Former employee - terminated", "Unemployed"},
			otherStanding: {"On Leave", "Suspended", "Baja médica", "L", "LOA", "Pending termination", "Jalisco", "1", "Part time", "Seconded", "TBC", "not known", "Contractor"},
			noStanding:    {"", " ", "-", "--"},
		},
		statusActive: {
			activeStanding: {"Yes", "y", "TRUE", "1", "-1", "x", "X", "on", "✓", "tak", "はい", "Active", "Yes."},
			goneStanding:   {"No", "n", "FALSE", "0", "off", "nie", "いいえ", "Inactive", "nein"},
			otherStanding:  {"on hold", "unknown"},
			noStanding:     {"", "-"},
		},
		statusGone: {
			activeStanding: {"No", "FALSE", "0", "off", "nie", "Active", "Not terminated"},
			goneStanding:   {"Yes", "TRUE", "1", "-1", "✓", "x", "tak", "Terminated"},
			otherStanding:  {"2024-06-30", "unknown"},
			noStanding:     {""},
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

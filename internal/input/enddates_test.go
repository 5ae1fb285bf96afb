package input

import "testing"

func TestWhatNamesSay(t *testing.T) {
	type says struct{ dates, end, absence bool }
	for name, want := range map[string]says{
		"Actual Termination Date": {dates: true, end: true}, "Last Day Worked": {dates: true, end: true}, "Last Day": {dates: true, end: true},
		"Contract End": {dates: true, end: true}, "contractEndDate": {dates: true, end: true}, "ASSIGNMENT_END_DATE": {dates: true, end: true},
		"Garden Leave End": {dates: true, end: true}, "Effective End": {dates: true, end: true}, "Effective To": {dates: true, end: true},
		"Vertragsende": {dates: true, end: true}, "Letzter Arbeitstag": {dates: true, end: true}, "Austrittsdatum": {dates: true, end: true},
		"Contract until": {dates: true, end: true}, "Fin de contrat": {dates: true, end: true}, "Left On": {dates: true, end: true}, "contractend": {dates: true, end: true},

		"Revised End Date": {dates: true, end: true}, "New End Date": {dates: true, end: true}, "Corrected End Date": {dates: true, end: true}, "Extended End Date": {dates: true, end: true},
		"Extended Until": {dates: true, end: true}, "Final Working Day": {dates: true, end: true}, "Separation Date": {dates: true, end: true}, "Letzter Tag": {dates: true, end: true},
		"Separation": {dates: true, end: true}, "Offboarding": {dates: true, end: true}, "Dienstende": {dates: true, end: true}, "Abgang": {dates: true, end: true},
		"Ausscheiden": {dates: true, end: true}, "Dernier jour": {dates: true, end: true}, "Data cessazione": {dates: true, end: true}, "Final Salary": {}, "New Position": {}, "New Hire Date": {dates: true},

		"Valid To": {dates: true}, "To": {dates: true}, "Notice Date": {dates: true}, "Start Date": {dates: true}, "Geburtsdatum": {dates: true}, "Date of Birth": {dates: true},
		"Benefits End Date": {dates: true}, "Visa expiry": {dates: true}, "Last Modified Date": {dates: true}, "Exit Interview": {dates: true}, "Last Position": {dates: true},
		"Leave Start Date": {dates: true, absence: true}, "Kündigung": {dates: true}, "Last": {dates: true}, "Parental Leave End": {dates: true}, "Leave Balance Date": {}, "Annual Leave Balance": {}, "Leave Balance": {},

		"Cost Centre": {}, "Last Cost Centre": {}, "Postcode": {}, "Salary": {}, "Last Salary": {}, "Reports To": {}, "Last Name": {}, "Exit Code": {}, "Termination Reason": {},
		"Leaver ID": {}, "Weekend": {}, "Mitarbeitende": {}, "Vertrag": {}, "Asset Tag": {}, "Department": {}, "": {}, "Laptop Return": {},
		"Leave Type": {absence: true}, "Absence Type": {absence: true}, "Leave Reason": {},
		"Return Date": {dates: true, absence: true}, "Expected return to work": {absence: true}, "returnedOn": {absence: true},
		"Laptop Return Date": {dates: true},
	} {
		if got := (says{speaksOfDates(name), endsEmployment(name), isAbsence(name)}); got != want {
			t.Errorf("%q: got %+v, want %+v", name, got, want)
		}
	}
}

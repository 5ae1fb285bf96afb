package input_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/input"
)

// TestAnEndDateThatNobodyNamedIsNoticed plans as of November 2026. A column is named by
// the error if somebody in it may still be there.
func TestAnEndDateThatNobodyNamedIsNoticed(t *testing.T) {
	blank := func(n int) string { return strings.Repeat("E1,A,\n", n) }
	column := func(name string, values ...string) string {
		text := "ref,A," + name + "\n"
		for i, v := range values {
			text += fmt.Sprintf("E%d,x,%s\n", i, v)
		}
		return text
	}
	var salaries, postcodes []string
	for i := range 3000 {
		salaries, postcodes = append(salaries, fmt.Sprint(36600+7*i)), append(postcodes, fmt.Sprint(40000+i))
	}
	for name, tt := range map[string]struct{ text, found string }{
		"behind blank cells":          {"ref,A,Exit Day\n" + blank(1000) + "E9,Bo,2027-12-31\n", "Exit Day"},
		"behind far more blank cells": {"ref,A,When\n" + blank(20_000) + "E9,Bo,2027-12-31\n", "When"},
		"one among other texts":       {column("Gone", "n/a", "n/a", "2027-12-31"), "Gone"},
		"one that is today":           {column("Gone", "n/a", "n/a", "2026-11-25"), "Gone"},
		"one among many numbers":      {column("Gone", append(postcodes, "31.12.2027")...), "Gone"},
		"one by a name of a month":    {column("Gone", "n/a", "n/a", "31 Dez. 27"), "Gone"},
		"one of a year of two digits": {column("Exit Day", "n/a", "n/a", "31.12.27"), "Exit Day"},
		"one within a text":           {column("Exit Day", "n/a", "n/a", "bis 31.12.2027"), "Exit Day"},
		"none":                        {column("Gone", "n/a", "n/a", "9999-12-31"), "Gone"},
		"past ones, half of them":     {column("Gone", "n/a", "2024-06-30"), "Gone"},
		"past ones, fewer":            {column("Gone", "n/a", "n/a", "2024-06-30"), ""},
		"a note":                      {column("Note", "x", "y", "Room 12 until 2027"), ""},
		"one of two digits":           {column("Code", "x", "y", "10-11-27"), ""},

		"serial numbers":                {column("Contract End", "46387", "46753"), "Contract End"},
		"serial numbers in German":      {column("Vertragsende", "46753"), "Vertragsende"},
		"serial numbers until":          {column("Contract until", "46753"), "Contract until"},
		"serial numbers of the past":    {column("Contract until", "45473", "45474"), "Contract until"},
		"one serial number":             {column("Valid To", "", "n/a", "n/a", "46753"), "Valid To"},
		"seconds":                       {column("exit_at", "1830297600"), "exit_at"},
		"milliseconds":                  {column("exitAt", "1830297600000"), "exitAt"},
		"digits":                        {column("Exit Day", "311227"), "Exit Day"},
		"a month by its name":           {column("Leaving", "December 2027"), "Leaving"},
		"a month by its name, shorter":  {column("Leaving", "n/a", "n/a", "Dez 27"), "Leaving"},
		"a day with a short name":       {column("Leaving", "31. Dez. 27"), "Leaving"},
		"a day without a year":          {column("Letzter Tag", "31.12."), "Letzter Tag"},
		"a day without a year, by name": {column("Abgang", "31. Dez."), "Abgang"},
		"a short month, in Separation":  {column("Separation", "Dec-26"), "Separation"},
		"serial numbers, in Italian":    {column("Data cessazione", "46387"), "Data cessazione"},
		"a month, in French":            {column("Dernier jour", "12/26"), "Dernier jour"},
		"a month":                       {column("Leaving", "12/27"), "Leaving"},

		"cost centres":     {column("Cost Centre", "46387", "46753"), ""},
		"last cost centre": {column("Last Cost Centre", "46387", "46753"), ""},
		"postcodes":        {column("Postcode", postcodes...), ""},
		"salaries":         {column("Last Salary", salaries...), ""},
		"managers":         {column("Reports To", postcodes...), ""},
		"codes":            {column("Exit Code", "46387"), ""},
		"reasons":          {column("Exit Reason", "Resigned"), ""},
		"badges":           {column("Asset Tag", "46387"), ""},
		"numbers":          {column("Anything", "46387"), ""},
		"numbers of eight digits, few of which are days": {column("Badge", "12345678", "87654321", "20271231"), ""},

		"a key":                         {`{"ref":"a","x":{"contractEnd":46753}}`, "x.contractEnd"},
		"milliseconds in a key":         {`{"ref":"a","exitAt":1830297600000}`, "exitAt"},
		"a number in another key":       {`{"ref":"a","level":46753,"costCentre":46753}`, ""},
		"a date in a list":              {`{"ref":"a","jobs":[{"title":"x"},{"endDate":"2027-12-31"}]}`, "jobs.endDate"},
		"a date in a list in an object": {`{"ref":"a","work":{"jobs":[{"to":{"day":"2027-12-31"}}]}}`, "work.jobs.to.day"},
		"a date in a later object":      {strings.Repeat("{\"ref\":\"a\",\"exit\":\"n/a\"}\n", 3000) + `{"ref":"b","exit":"2027-12-31"}`, "exit"},
		"no date in any object":         {strings.Repeat("{\"ref\":\"a\",\"gone\":\"n/a\",\"n\":7}\n", 3000), ""},
		"an end date in a later object": {strings.Repeat("{\"ref\":\"a\",\"born\":\"1980-01-02\"}\n", 3000) + `{"ref":"b","endDate":"2024-06-30"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := story{text: tt.text, options: input.Options{Now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}}.read(t, "leavers")
			switch {
			case tt.found == "":
				if err != nil {
					t.Error(err)
				}
			case err == nil || !strings.Contains(err.Error(), fmt.Sprintf("there are dates in the %s %q:", map[bool]string{true: "key", false: "column"}[tt.text[0] == '{'], tt.found)):
				t.Errorf("got %v, want the name %q", err, tt.found)
			}
		})
	}
}

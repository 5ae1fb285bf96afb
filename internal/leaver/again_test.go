package leaver_test

import (
	"testing"

	"offboard/internal/leaver"
)

func TestALineThatSaysThatAnAccountIsActiveAgain(t *testing.T) {
	reason := leaver.ActiveAgainReason("the tenant says that the account is active")
	if want := "active again: the tenant says that the account is active"; reason != want {
		t.Fatalf("the reason is %q, want %q: reports have it", reason, want)
	}
	for name, tt := range map[string]struct {
		result leaver.Result
		want   bool
	}{
		"a pending line with the reason":        {leaver.Result{Outcome: leaver.Pending, Reason: reason}, true},
		"whatever was seen":                     {leaver.Result{Outcome: leaver.Pending, Reason: leaver.ActiveAgainReason("")}, true},
		"a pending line without a reason":       {leaver.Result{Outcome: leaver.Pending}, false},
		"the words in the middle of a reason":   {leaver.Result{Outcome: leaver.Pending, Reason: "the service answered nobody (" + reason + ")"}, false},
		"other capitals":                        {leaver.Result{Outcome: leaver.Pending, Reason: "Active again: yes"}, false},
		"a text of the server, after an answer": {leaver.Result{Outcome: leaver.Pending, Reason: reason, HTTPStatus: 500}, false},
		"after a request without an answer":     {leaver.Result{Outcome: leaver.Pending, Reason: reason, Attempts: 1}, false},
		"with a request ID":                     {leaver.Result{Outcome: leaver.Pending, Reason: reason, RequestID: "r-1"}, false},
		"a line with another outcome":           {leaver.Result{Outcome: leaver.Failed, Reason: reason}, false},
	} {
		if got := tt.result.ActiveAgain(); got != tt.want {
			t.Errorf("%s: %t, want %t", name, got, tt.want)
		}
	}
}

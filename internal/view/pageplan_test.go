package view

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"offboard/internal/leaver"
)

func TestAPlanPageSaysWhatWouldBeDone(t *testing.T) {
	_, tree := writtenPage(t, planPage())
	if title := textOf(elements(tree, "title")[0]); title != "Plan: leavers to suspend in Thrive" {
		t.Errorf("the title is %q", title)
	}
	text := spaced(elements(tree, "body")[0])
	for _, want := range []string{
		"12 leavers would be suspended. 51 of 78 rows need somebody to look at them first.",
		"End dates have passed or not as of 2026-01-02 03:04:05 UTC",
		"Look at this first june.csv: <script>alert(1)</script>",
		"What the tenant says The accounts of 12 leavers", "1 manager of people: <script>alert(1)</script> Look at it.",
		"Who would be suspended, and who not", "Ref Surname <script>alert(1)</script> End date Where", "E11-0 Name 0 <script>alert(1)</script> 2024-06-30 june.csv:2",
		"What is approved Compare the sum. Plan file <script>alert(1)</script> Sum at its end 0000",
		"ref from column <script>alert(1)</script> 251 bytes", "where <script>alert(1)</script>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has not %q", want)
		}
	}
	for _, not := range []string{"not kept", "Reports", "The reports are the proof", "How long the requests took", "Over time", "Status", "nothing was sent", "First answer"} {
		if strings.Contains(text, not) {
			t.Errorf("the page has %q", not)
		}
	}
}

// spaced returns the text within a node, with white space between its elements.
func spaced(n *html.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" {
			words = append(words, strings.Fields(d.Data)...)
		}
	}
	return strings.Join(words, " ")
}

// TestAPlanPageListsEverybodyWhoIsNotDone also looks at the order: who would be suspended
// comes first.
func TestAPlanPageListsEverybodyWhoIsNotDone(t *testing.T) {
	_, tree := writtenPage(t, planPage())
	var kinds []string
	for _, div := range elements(tree, "div") {
		if attr(div, "class") == "kind" {
			kinds = append(kinds, textOf(elements(div, "h3")[0]))
		}
	}
	want := "to suspend, duplicate, not due, excluded, held, invalid, not found, rejected, unconfirmed, failed"
	if got := strings.Join(kinds, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAPlanPageOfManyRowsIsSmall(t *testing.T) {
	p := NewPlanPage(PagePlan{AsOf: pageMade, Kept: []string{"Surname", "Email"}}, pageMade)
	p.Words.Rest = "the plan lists the others"
	for i := range 20_000 {
		line := pageLine(fmt.Sprintf("E%d", i), []leaver.Outcome{leaver.Pending, leaver.NotDue, leaver.Duplicate}[i%3], strings.Repeat("<", 300))
		line.Kept = []string{strings.Repeat("ü", 300), strings.Repeat("&", 300)}
		p.Add(line)
	}
	text, _ := writtenPage(t, p)
	if len(text) > 300_000 || !strings.Contains(text, "of 6,667 rows, because a page has a limited size; the plan lists the others") {
		t.Errorf("the page has %d bytes", len(text))
	}
}

package view

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"offboard/internal/leaver"
)

// pageMade is when the pages of the tests are made.
var pageMade = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// pageLine returns a line of a report.
func pageLine(ref string, o leaver.Outcome, reason string) leaver.Result {
	r := leaver.Result{
		Row:     leaver.NewRow(leaver.Place{Source: "june.csv", Row: 2}, ref, "2024-06-30", time.UTC),
		Outcome: o, Reason: reason, Target: "sandbox",
	}
	if o.Called() {
		r.HTTPStatus, r.Attempts, r.Duration, r.FinishedAt, r.RequestID = 200, 1, 87*time.Millisecond, pageMade, "r-1"
	}
	return r
}

// pageSeries returns the series of a run.
func pageSeries(points int) PageSeries {
	s := PageSeries{Start: pageMade, Bucket: 2 * time.Second}
	for i := range points {
		s.Pace, s.Throttled, s.Others = append(s.Pace, float64(20+i%7)), append(s.Throttled, i%3), append(s.Others, 30+i%5)
	}
	return s
}

// fullPage returns a page with everything that a page can have.
func fullPage() *Page {
	p := NewPage([]string{"june.report.csv"}, pageMade)
	p.Version = "1.0.0"
	p.Words = PageWords{
		Outcomes: map[leaver.Outcome]string{leaver.NotFound: "check the ref", leaver.Held: "the plan shows why", leaver.Pending: "Run again."},
		Doubts:   map[leaver.Doubt]PageDoubtWords{leaver.OddRef: {What: "the ref has another form", Settle: "correct it"}},
	}
	for i, o := range leaver.Outcomes() {
		reason := "a reason"
		if o == leaver.Held {
			reason = leaver.HeldReason(leaver.DoubtsOf(leaver.OddRef, leaver.NoEndDate), "it is blank; it has a letter")
		}
		for j := range i + 1 {
			p.Add(pageLine(fmt.Sprintf("E%d-%d", i, j), o, reason))
		}
		if !o.Fine() && o != leaver.Held {
			p.Groups = append(p.Groups, PageGroup{Outcome: o, Message: reason, Count: i, Ref: "E1", Place: leaver.Place{Source: "june.csv", Row: 2}, RequestID: "r-1", Reason: reason + " of its own"})
		}
	}
	p.Timeliness = &PageTimeliness{
		Facts:   []PageFact{{"Within a day", "97%"}},
		Overdue: []PageLate{{"E9", "2024-06-30", leaver.Place{Source: "june.csv", Row: 9}, leaver.Failed, 50 * time.Hour}},
	}
	p.Runs = []PageRun{{
		Summary: "june.summary.json", Target: "sandbox", Tool: "offboard 1.0.0", Host: "vm", Start: pageMade, End: pageMade.Add(time.Hour), Ended: "finished",
		Facts: []PageFact{{"Answers 429", "12"}}, Settings: []PageFact{{"rate", "5"}}, Inputs: []PageInput{{"june.csv", strings.Repeat("0", 64), 251}},
		Outages: []PageOutage{{pageMade, pageMade.Add(time.Minute), "no answer"}}, Series: pageSeries(100),
	}}
	return p
}

// planPage returns a page about a plan with everything that one can have. Its texts are hostile.
func planPage() *Page {
	const bad = "<script>alert(1)</script>"
	p := NewPlanPage(PagePlan{
		Target: "production/" + bad, AsOf: pageMade, Facts: []PageFact{{"Report of the run", bad}}, Warnings: []string{"june.csv: " + bad}, Notes: []string{bad},
		Tenant:   &PageTenant{Leavers: 12, Is: []PageClass{{11, "active", false}, {1, "manager of people: " + bad, true}}, Notes: []string{"Not known: " + bad}},
		Approval: []PageFact{{"Plan file", bad}, {"Sum at its end", strings.Repeat("0", 64)}}, ToApprove: "Compare the sum.",
		Inputs:   []PagePlanInput{{PageInput{bad, strings.Repeat("0", 64), 251}, "ref from column " + bad}},
		Settings: []PageFact{{"where", bad}}, Kept: []string{"Surname", bad},
	}, pageMade)
	p.Version = "1.0.0"
	p.Words = PageWords{
		Outcomes: map[leaver.Outcome]string{leaver.Invalid: "correct the row"},
		Doubts:   map[leaver.Doubt]PageDoubtWords{leaver.OddRef: {What: "the ref has another form", Settle: "correct it"}},
	}
	for i, o := range leaver.Outcomes() {
		reason := map[leaver.Outcome]string{leaver.Held: leaver.HeldReason(leaver.DoubtsOf(leaver.OddRef), bad), leaver.Invalid: bad}[o]
		for j := range i + 1 {
			line := pageLine(fmt.Sprintf("E%d-%d", i, j), o, reason)
			line.Kept = []string{fmt.Sprintf("Name %d", j), bad, "not kept"}
			p.Add(line)
		}
	}
	p.Groups = []PageGroup{{Outcome: leaver.Invalid, Count: 7, Ref: bad, Place: leaver.Place{Source: bad, Row: 2}, Reason: bad}}
	return p
}

// writtenPage returns the page as a text and as a tree.
func writtenPage(t testing.TB, p *Page) (text string, tree *html.Node) {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), tree
}

// elements returns the elements of a page with some of these names, in their order.
func elements(tree *html.Node, names ...string) (found []*html.Node) {
	for n := range tree.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textOf returns the text within a node, without further white space.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// pages are pages of all kinds, by name.
func pages() map[string]*Page {
	fine := NewPage([]string{"a.csv"}, pageMade)
	fine.Add(pageLine("E1", leaver.Suspended, ""))
	return map[string]*Page{
		"everything": fullPage(), "one row that is fine": fine, "no rows": NewPage([]string{"a.csv"}, pageMade),
		"plan": planPage(), "plan without rows": NewPlanPage(PagePlan{AsOf: pageMade}, pageMade),
		"hostile": hostilePage(), "large": largePage(20_000),
	}
}

func TestAPageCanBeReadWithoutSeeingIt(t *testing.T) {
	for name, p := range pages() {
		t.Run(name, func(t *testing.T) {
			_, tree := writtenPage(t, p)
			if lang := attr(elements(tree, "html")[0], "lang"); lang != "en" {
				t.Errorf("the language is %q", lang)
			}
			last := 0
			for _, h := range elements(tree, "h1", "h2", "h3", "h4") {
				level := int(h.Data[1] - '0')
				if level > last+1 || level == 1 && last != 0 || textOf(h) == "" {
					t.Errorf("%s %q comes after a heading of level %d", h.Data, textOf(h), last)
				}
				last = level
			}
			if len(elements(tree, "h1")) != 1 || len(elements(tree, "main")) != 1 {
				t.Error("there has to be one h1 and one main")
			}
			for _, th := range elements(tree, "th") {
				if !slices.Contains([]string{"col", "row", "rowgroup"}, attr(th, "scope")) {
					t.Errorf("the header %q has no scope", textOf(th))
				}
			}
			for _, table := range elements(tree, "table") {
				if c := elements(table, "caption"); len(c) != 1 || textOf(c[0]) == "" {
					t.Errorf("a table has no caption: %.80q", textOf(table))
				}
			}
			for _, svg := range elements(tree, "svg") {
				title, desc := elements(svg, "title"), elements(svg, "desc")
				if len(title) != 1 || len(desc) != 1 || textOf(title[0]) == "" || textOf(desc[0]) == "" {
					t.Errorf("a chart has no title or no description: %q", textOf(svg))
				}
			}
			wantReferences(t, tree)
		})
	}
}

// wantReferences looks for identifiers that stand twice, and for references to none.
func wantReferences(t *testing.T, tree *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for n := range tree.Descendants() {
		id := attr(n, "id")
		if id != "" && ids[id] {
			t.Errorf("the identifier %s stands twice", id)
		}
		ids[id] = true
	}
	for n := range tree.Descendants() {
		for _, name := range []string{"aria-labelledby", "for"} {
			for id := range strings.FieldsSeq(attr(n, name)) {
				if !ids[id] {
					t.Errorf("%s of %s leads to %s, which is not there", name, n.Data, id)
				}
			}
		}
	}
}

func TestThePolicyOfAPageAllowsItsOwnStyleAndScriptOnly(t *testing.T) {
	for name, p := range pages() {
		t.Run(name, func(t *testing.T) {
			_, tree := writtenPage(t, p)
			policy := ""
			for _, meta := range elements(tree, "meta") {
				if attr(meta, "http-equiv") == "Content-Security-Policy" {
					policy = attr(meta, "content")
				}
			}
			hash := func(element string) string {
				found := elements(tree, element)
				if len(found) != 1 {
					t.Fatalf("there are %d of %s", len(found), element)
				}
				sum := sha256.Sum256([]byte(found[0].FirstChild.Data))
				return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
			}
			want := "default-src 'none'; style-src " + hash("style") + "; script-src " + hash("script") + "; base-uri 'none'; form-action 'none'"
			if policy != want {
				t.Errorf("the policy is\n%s\nwant\n%s", policy, want)
			}
			wantInert(t, tree)
		})
	}
}

// wantInert looks for anything that leads out of a page, and for code and style outside of
// their elements.
func wantInert(t *testing.T, tree *html.Node) {
	t.Helper()
	for n := range tree.Descendants() {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || slices.Contains([]string{"style", "src", "href", "action", "srcdoc", "data", "poster"}, a.Key) {
				t.Errorf("%s has the attribute %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if n.Type == html.ElementNode && slices.Contains([]string{"img", "iframe", "object", "embed", "link", "base", "a", "use", "image"}, n.Data) {
			t.Errorf("there is an element %s", n.Data)
		}
	}
}

// hostileTexts try to become a part of the page.
var hostileTexts = []string{
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</style><script>alert(1)</script>", "</title></svg><script>alert(1)</script>",
	"javascript:alert(1)", "' onmouseover='alert(1)", "{{.Style}}", "\u202eevil\u2066", "-->", "]]>", "\x00\x1b[31m", "&lt;b&gt;", "</script><script>alert(1)//",
}

// hostilePage returns a page with these texts wherever a text can be.
func hostilePage() *Page {
	all := strings.Join(hostileTexts, " ")
	p := NewPage([]string{all}, pageMade)
	p.Version = all
	for _, text := range hostileTexts {
		for _, o := range leaver.Outcomes() {
			r := pageLine(text, o, text)
			r.Source, r.Target, r.RequestID, r.EndDate.Text = text, text, text, text
			if o == leaver.Held {
				r.Reason = leaver.HeldReason(leaver.DoubtsOf(leaver.OddRef), text)
			}
			p.Add(r)
			if !o.Fine() {
				p.Groups = append(p.Groups, PageGroup{Outcome: o, Message: text, Count: 1, Ref: text, Place: r.Place, RequestID: text, Reason: text + "!"})
			}
		}
		p.Runs = append(p.Runs, PageRun{
			Summary: text, Target: text, Tool: text, Host: text, Ended: text, Start: pageMade, End: pageMade, Facts: []PageFact{{text, text}}, Settings: []PageFact{{text, text}},
			Inputs: []PageInput{{text, text, -1}}, Outages: []PageOutage{{pageMade, pageMade, text}}, Series: pageSeries(3),
		})
	}
	p.Timeliness = &PageTimeliness{Facts: []PageFact{{all, all}}, Overdue: []PageLate{{Ref: all, EndDate: all, Place: leaver.Place{Source: all, Row: 1}}}}
	return p
}

func TestAHostileReportIsShownAsText(t *testing.T) {
	text, tree := writtenPage(t, hostilePage())
	if n := len(elements(tree, "script")); n != 1 {
		t.Errorf("there are %d scripts", n)
	}
	for _, bad := range []string{"\u202e", "\u2066", "\x00", "\x1b", "<img", "ZgotmplZ"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	shown := textOf(elements(tree, "main")[0])
	for _, want := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "\ufffdevil\ufffd", "&lt;b&gt;"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not shown", want)
		}
	}
}

// largePage returns a page of so many lines, all of which differ.
func largePage(lines int) *Page {
	p := NewPage([]string{"large.csv"}, pageMade)
	outcomes := leaver.Outcomes()
	for i := range lines {
		r := pageLine(fmt.Sprintf("E%07d", i), outcomes[i*7%len(outcomes)], "")
		if !r.Outcome.Fine() {
			r.Reason = fmt.Sprintf("the answer about <%d> says: \"%s\"", i, strings.Repeat("no & ", i%80))
		}
		r.FinishedAt = pageMade.Add(time.Duration(i) * 37 * time.Millisecond)
		r.Duration = time.Duration(i%5000) * time.Millisecond
		p.Add(r)
	}
	return p
}

func TestAPageIsSmallHoweverManyRowsThereAre(t *testing.T) {
	lines := 1_000_000
	if testing.Short() {
		lines = 10_000
	}
	longest := strings.Repeat(`"`, 5000)
	worst := NewPage(slices.Repeat([]string{longest}, 100), pageMade)
	worst.Version = longest
	for i := range 20_000 {
		r := pageLine(strings.Repeat("+", leaver.MaxRef), leaver.Outcomes()[i%12], longest)
		r.Source, r.Target, r.EndDate.Text = longest, longest, longest
		if r.Outcome == leaver.Held {
			r.Reason = leaver.HeldReason(leaver.DoubtsOf(leaver.DoubtKinds()...), longest)
		}
		worst.Add(r)
		if i < 1000 {
			worst.Groups = append(worst.Groups, PageGroup{Outcome: r.Outcome, Message: longest, Count: 1, Ref: longest, Place: r.Place, RequestID: longest, Reason: longest + "!"})
			worst.Runs = append(worst.Runs, PageRun{
				Summary: longest, Tool: longest, Host: longest, Ended: longest, Start: pageMade, End: pageMade, Facts: slices.Repeat([]PageFact{{longest, longest}}, 200),
				Settings: slices.Repeat([]PageFact{{longest, longest}}, 200), Inputs: slices.Repeat([]PageInput{{longest, longest, 1}}, 200),
				Outages: slices.Repeat([]PageOutage{{pageMade, pageMade, longest}}, 200), Series: pageSeries(10_000),
			})
		}
	}
	for name, p := range map[string]*Page{"many rows": largePage(lines), "the longest texts": worst} {
		text, tree := writtenPage(t, p)
		rows := 0
		for _, table := range elements(tree, "table") {
			if strings.Contains(attr(table, "class"), "rows") {
				rows += len(elements(table, "tr")) - 1
			}
		}
		t.Logf("%s: %d bytes, %d rows", name, len(text), rows)
		if len(text) > 300_000 || rows < 30 || name == "many rows" && len(text) < 250_000 {
			t.Errorf("%s: the page has %d bytes and %d rows", name, len(text), rows)
		}
	}
}

func TestATableSaysHowManyRowsItLeavesOut(t *testing.T) {
	p := NewPage([]string{"a.csv"}, pageMade)
	p.Words.Rest = "the report has all of them"
	for i := range 501 {
		p.Add(pageLine(fmt.Sprintf("E%d", i), leaver.NotFound, "404"))
	}
	for range 3 {
		p.Add(pageLine("E1", leaver.Failed, "503"))
	}
	p.Add(pageLine("E1", leaver.Invalid, "no date"))
	var got []string
	for _, table := range p.tables(maxPageBytes) {
		got = append(got, fmt.Sprintf("%s: %d, %s", table.Name, len(table.Rows), table.Note))
	}
	for _, table := range p.tables(3000) {
		got = append(got, fmt.Sprintf("%s: %d, %s", table.Name, len(table.Rows), table.Note))
	}
	want := []string{
		"invalid: 1, the only row", "not found: 500, the first 500 of 501 rows; the report has all of them", "failed: 3, all 3 rows",
		"invalid: 1, the only row", "not found: 7, the first 7 of 501 rows, because a page has a limited size; the report has all of them", "failed: 3, all 3 rows",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// failingWriter takes nothing.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestAPageThatCannotBeWritten(t *testing.T) {
	if err := fullPage().Write(failingWriter{}); err == nil || err.Error() != "no room" {
		t.Errorf("the error is %v", err)
	}
}

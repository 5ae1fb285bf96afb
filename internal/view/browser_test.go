package view

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// axeVariable names the variable with the path of axe.min.js, of the npm package axe-core.
// The tests in a browser run only with it, because they take seconds, and need programs
// that not everybody has.
const axeVariable = "OFFBOARD_TEST_AXE"

// screenshotsVariable names the variable with a folder that gets screenshots and the printed
// page, for somebody to look at.
const screenshotsVariable = "OFFBOARD_TEST_SCREENSHOTS"

// openPage opens a page in a browser, and returns the path of its file. What the browser
// complains about until the end of the test is an error.
func openPage(t *testing.T, p *Page) (browser context.Context, path string) {
	t.Helper()
	if os.Getenv(axeVariable) == "" {
		t.Skip("skipped: " + axeVariable + " does not name axe.min.js")
	}
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && chromium == "" {
			chromium = found
		}
	}
	if chromium == "" {
		t.Skip("skipped: there is no chromium")
	}
	path = filepath.Join(t.TempDir(), "page.html")
	if _, err := p.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(func(event any) {
		switch e := event.(type) {
		case *cdplog.EventEntryAdded: // a violation of the policy is one
			t.Errorf("the browser says: %s %s", e.Entry.Level, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			t.Errorf("the console has %s", e.Type)
		case *runtime.EventExceptionThrown:
			t.Errorf("an exception: %+v", e.ExceptionDetails)
		case *cdppage.EventJavascriptDialogOpening:
			t.Errorf("a dialog: %s", e.Message)
		}
	}))
	t.Cleanup(cancel)
	do(t, ctx, chromedp.Navigate("file://"+path))
	return ctx, path
}

// do carries out actions in a browser.
func do(t *testing.T, browser context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(browser, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval returns the result of an expression, or of its promise.
func eval(t *testing.T, browser context.Context, expression string) string {
	t.Helper()
	result, err := chromedp.Run(browser, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// visibleRows are the first cells of the rows that can be seen.
const visibleRows = `[...document.querySelectorAll("#list tbody tr")].filter(r => r.checkVisibility()).map(r => r.cells[0].textContent.trim()).join(" ")`

// TestRowsAreFilteredByKeyboardOnly reaches the search with the tabulator, types, and chooses
// an outcome with the arrow keys.
func TestRowsAreFilteredByKeyboardOnly(t *testing.T) {
	browser, _ := openPage(t, fullPage())
	focused := ""
	for i := 0; focused != "find"; i++ {
		if i == 30 {
			t.Fatal("the search is not reached with the tabulator")
		}
		do(t, browser, chromedp.KeyEvent(kb.Tab))
		focused = eval(t, browser, `document.activeElement.id`)
	}
	if n := len(strings.Fields(eval(t, browser, visibleRows))); n != 6+7+8+9+10+11+12 {
		t.Errorf("%d rows are shown before", n)
	}
	do(t, browser, chromedp.KeyEvent("e8-2 JUNE"))
	if rows, found := eval(t, browser, visibleRows), eval(t, browser, `document.getElementById("found").textContent`); rows != "E8-2" || found != "1 of 63 rows" {
		t.Errorf("the rows are %q, and the page says %q", rows, found)
	}
	do(t, browser, chromedp.KeyEvent(strings.Repeat(kb.Backspace, len("e8-2 JUNE"))), chromedp.KeyEvent(kb.Tab+kb.ArrowDown+kb.ArrowDown))
	rows, chosen := eval(t, browser, visibleRows), eval(t, browser, `document.activeElement.value`)
	hidden := eval(t, browser, `[...document.querySelectorAll("#list .kind")].filter(k => !k.checkVisibility()).length + ""`)
	if chosen != "invalid" || len(strings.Fields(rows)) != 7 || !strings.HasPrefix(rows, "E6-0 E6-1") || hidden != "6" {
		t.Errorf("with %s the rows are %q, and %s kinds are hidden", chosen, rows, hidden)
	}
}

func TestAHostilePageRunsNoScript(t *testing.T) {
	for name, p := range map[string]*Page{"reports": hostilePage(), "plan": planPage()} {
		t.Run(name, func(t *testing.T) {
			browser, _ := openPage(t, p)
			elements := eval(t, browser, `document.scripts.length + " " + document.images.length + " " + document.querySelectorAll("[style],[onerror],[onmouseover]").length`)
			if text := eval(t, browser, `document.getElementById("list").innerText`); elements != "1 0 0" || !strings.Contains(text, "<script>alert(1)</script>") {
				t.Errorf("the page has %s scripts, images and attributes", elements)
			}
		})
	}
}

// TestThePolicyForbidsWhatIsNotOfThePage adds scripts to a page, as an error in its template
// could.
func TestThePolicyForbidsWhatIsNotOfThePage(t *testing.T) {
	browser, path := openPage(t, fullPage())
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(text), "<main>", `<main><script>document.title = "run"</script><p onclick="document.title = 'run'" id="bad">x</p>`, 1)
	other := filepath.Join(t.TempDir(), "bad.html")
	if err := os.WriteFile(other, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	// Its complaints are wanted, so that it gets a tab of its own.
	tab, cancel := chromedp.NewContext(browser)
	defer cancel()
	do(t, tab, chromedp.Navigate("file://"+other))
	if title := eval(t, tab, `document.getElementById("bad").click(), document.title`); title != "Leavers suspended in Thrive" {
		t.Errorf("the title is %q now", title)
	}
}

// TestAPageIsAccessible has axe-core look at pages, in light and dark, at three widths.
func TestAPageIsAccessible(t *testing.T) {
	for name, p := range map[string]*Page{"everything": fullPage(), "plan": planPage(), "hostile": hostilePage()} {
		t.Run(name, func(t *testing.T) {
			browser, _ := openPage(t, p)
			axe, err := os.ReadFile(os.Getenv(axeVariable))
			if err != nil {
				t.Fatal(err)
			}
			do(t, browser, chromedp.Evaluate[chromedp.Void](string(axe)))
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{360, 800, 1280} {
					setScreen(t, browser, scheme, width)
					wantAccessible(t, browser, scheme, width)
				}
			}
		})
	}
}

func setScreen(t *testing.T, browser context.Context, scheme string, width int64) {
	t.Helper()
	setMedia(t, browser, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	do(t, browser, chromedp.EmulateViewport(width, 900))
}

func setMedia(t *testing.T, browser context.Context, media emulation.SetEmulatedMediaParams) {
	t.Helper()
	if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// wantAccessible has axe-core look at the page, and looks for a page that is wider than the
// screen.
func wantAccessible(t *testing.T, browser context.Context, scheme string, width int64) {
	t.Helper()
	result := eval(t, browser, `axe.run().then(r => JSON.stringify(r.violations.map(v => ({what: v.id + ": " + v.help, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))}))))`)
	var violations []struct {
		What, Impact string
		Nodes        []string
	}
	if err := json.Unmarshal([]byte(result), &violations); err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Errorf("%s, %d px: %s (%s): %q", scheme, width, v.What, v.Impact, v.Nodes)
	}
	if wide := eval(t, browser, `document.documentElement.scrollWidth + ""`); wide != strconv.FormatInt(width, 10) {
		t.Errorf("%s, %d px: the page is %s px wide", scheme, width, wide)
	}
}

// TestAPageCanBePrinted prints pages, and keeps screenshots where a folder for them is named.
func TestAPageCanBePrinted(t *testing.T) {
	for kind, p := range map[string]*Page{"report": fullPage(), "plan": planPage()} {
		t.Run(kind, func(t *testing.T) {
			browser, _ := openPage(t, p)
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{360, 800, 1280} {
					setScreen(t, browser, scheme, width)
					keep(t, browser, fmt.Sprintf("%s-%d-%s.png", kind, width, scheme), chromedp.FullScreenshot(100))
				}
			}
			setMedia(t, browser, emulation.SetEmulatedMediaParams{Media: "print"})
			printed := keep(t, browser, kind+".pdf", chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
			if visible := eval(t, browser, `document.getElementById("filter").checkVisibility() + ""`); visible != "false" || !strings.HasPrefix(printed, "%PDF") {
				t.Errorf("the search is printed: %s; the printed page begins with %.10q", visible, printed)
			}
		})
	}
}

// keep returns what an action has made, and writes it into the folder for screenshots, if one
// is named.
func keep(t *testing.T, browser context.Context, name string, action chromedp.Action[[]byte]) string {
	t.Helper()
	bytes, err := chromedp.Run(browser, action)
	if err != nil {
		t.Fatal(err)
	}
	if folder := os.Getenv(screenshotsVariable); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name), bytes, 0o600); err != nil {
			t.Error(err)
		}
	}
	return string(bytes)
}

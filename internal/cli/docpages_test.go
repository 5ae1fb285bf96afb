package cli

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// tree is the root of the project.
const tree = "../.."

// docPage is a page of the documentation.
type docPage struct {
	name  string // from the root of the project
	lines []docLine
}

// docLine is a line of a page.
type docLine struct {
	text  string
	block string // language of the block of code that it stands in; "none" without one
	n     int
}

// prose is the block of lines that stand in no block of code.
const prose = ""

// docPages returns all pages.
func docPages(t *testing.T) (pages []docPage) {
	t.Helper()
	names := []string{"README.md", "CHANGELOG.md"}
	for _, folder := range []string{"docs", "samples"} {
		err := fs.WalkDir(os.DirFS(tree), folder, func(name string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(name, ".md") {
				names = append(names, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(tree, name))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, docPageOf(name, string(text)))
	}
	return pages
}

// docPageOf returns a page with a text.
func docPageOf(name, text string) docPage {
	p := docPage{name: name}
	block := prose
	for i, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && block != prose:
			block = prose
		case isFence && fence == "":
			block = "none"
		case isFence:
			block = fence
		default:
			p.lines = append(p.lines, docLine{line, block, i + 1})
		}
	}
	return p
}

// paragraphs returns the text outside of blocks of code, whose line breaks do not count,
// by the line where each begins.
func (p docPage) paragraphs() (found []docLine) {
	open := false
	for _, line := range p.lines {
		first := strings.TrimSpace(line.text)
		switch alone := strings.HasPrefix(first, "|") || strings.HasPrefix(first, "#") || strings.HasPrefix(first, "- "); {
		case line.block != prose || first == "":
			open = false
		case open && !alone:
			found[len(found)-1].text += " " + first
		default:
			found, open = append(found, docLine{text: first, n: line.n}), true
		}
	}
	return found
}

var (
	codeSpan = regexp.MustCompile("`[^`]+`")
	// A link in the text, one that is defined apart, one of HTML, and an address as it is.
	docLink = regexp.MustCompile(`\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)|(?:src|srcset|href)="([^"]+)"|<?(https?://[^\s>)"]+)`)
)

// links returns what a paragraph links to.
func (l docLine) links() (found []string) {
	for _, m := range docLink.FindAllStringSubmatch(codeSpan.ReplaceAllString(l.text, "code"), -1) {
		found = append(found, m[1]+m[2]+m[3]+m[4])
	}
	return found
}

// anchors returns the anchors of the headings of a page, as GitHub makes them.
func (p docPage) anchors() (found []string) {
	times := map[string]int{}
	for _, line := range p.lines {
		hashes, heading, ok := strings.Cut(line.text, " ")
		if line.block != prose || !ok || strings.Trim(hashes, "#") != "" || hashes == "" {
			continue
		}
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(heading))
		n := times[anchor]
		times[anchor]++
		if n > 0 {
			anchor += "-" + string(rune('0'+n))
		}
		found = append(found, anchor)
	}
	return found
}

// publicHosts are those of tools and standards that the documentation names.
var publicHosts = []string{"github.com", "go.dev", "pkg.go.dev", "goreleaser.com", "json-schema.org", "kubernetes.io", "prometheus.io"}

// broken returns what is wrong with a link of a page; "" if nothing is.
func broken(pages []docPage, from docPage, link string) string {
	to, err := url.Parse(link)
	if err != nil {
		return err.Error()
	}
	if to.Scheme != "" || to.Host != "" {
		if to.Scheme != "https" || !slices.Contains(publicHosts, to.Host) {
			return "is no https address of a known host"
		}
		return ""
	}
	name := from.name
	if to.Path != "" {
		name = path.Join(path.Dir(from.name), to.Path)
	}
	if _, err := os.Stat(filepath.Join(tree, name)); err != nil || path.IsAbs(to.Path) || !filepath.IsLocal(name) {
		return "leads to no file of the project"
	}
	if to.Fragment == "" {
		return ""
	}
	i := slices.IndexFunc(pages, func(p docPage) bool { return p.name == name })
	if i < 0 || !slices.Contains(pages[i].anchors(), to.Fragment) {
		return "leads to no heading"
	}
	return ""
}

func TestEveryLinkOfTheDocumentationLeadsSomewhere(t *testing.T) {
	pages := docPages(t)
	links := 0
	for _, page := range pages {
		for _, paragraph := range page.paragraphs() {
			for _, link := range paragraph.links() {
				links++
				if wrong := broken(pages, page, link); wrong != "" {
					t.Errorf("%s:%d: %s %s", page.name, paragraph.n, link, wrong)
				}
			}
		}
	}
	if links < 30 {
		t.Errorf("only %d links were found", links)
	}
}

// TestEveryFileThatTheDocumentationNamesIsThere is about names in code, such as
// `docs/input.md`.
func TestEveryFileThatTheDocumentationNamesIsThere(t *testing.T) {
	named := regexp.MustCompile("`((?:docs|samples|cmd|internal|pkg|\\.ci)/[\\w./-]*)`")
	for _, page := range docPages(t) {
		for _, paragraph := range page.paragraphs() {
			for _, m := range named.FindAllStringSubmatch(paragraph.text, -1) {
				if _, err := os.Stat(filepath.Join(tree, m[1])); err != nil {
					t.Errorf("%s:%d: %s is not there", page.name, paragraph.n, m[1])
				}
			}
		}
	}
}

func TestABrokenLinkIsFound(t *testing.T) {
	page := docPageOf("docs/input.md", strings.Join([]string{
		"# How `offboard` reads, and why", "## Rules", "```sh", "# a comment", "```", "## Rules",
	}, "\n"))
	for link, wrong := range map[string]bool{
		"report.md": false, "../README.md": false, "../samples/json": false, "#rules": false, "#rules-1": false,
		"input.md#how-offboard-reads-and-why": false, "https://github.com/cli/cli": false,
		"nowhere.md": true, "#rules-2": true, "#a-comment": true, "input.md#Rules": true, "report.md#rules": true, "/README.md": true,
		"../../shared/product.md": true, "http://github.com/cli/cli": true, "https://example.com": true, "//github.com": true,
	} {
		if got := broken([]docPage{page}, page, link); (got != "") != wrong {
			t.Errorf("%s: %q", link, got)
		}
	}
	line := docLine{text: "See [a](a.md \"title\"), ![b](b.png), `[c](c.md)`, <https://d.dev/x>, <img src=\"e.svg\"> and https://f.dev"}
	if got, want := line.links(), []string{"a.md", "b.png", "https://d.dev/x", "e.svg", "https://f.dev"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

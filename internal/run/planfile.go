package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// PlanFile is a plan that one person makes, and that another one approves and carries out.
// It has no refs and no secrets. Times are in UTC.
type PlanFile struct {
	Kind     string            `json:"kind"` // planKind
	Format   int               `json:"format"`
	Tool     string            `json:"tool"` // the version of the program that made it
	Made     time.Time         `json:"made"` // an end date has passed or not as of this moment
	Target   string            `json:"target"`
	Inputs   []string          `json:"inputs"`
	Settings map[string]string `json:"settings"` // of the caller, by their names
	Files    []FileSum         `json:"files"`    // the inputs, and the lists
	Left     []LeftFile        `json:"left"`     // further files of folders, which are no inputs
	Report   ReportSum         `json:"report"`   // that the run goes on with
	Leavers  int               `json:"leavers"`  // to suspend
	Outcomes leaver.Tally      `json:"outcomes"` // of the rows
	Held     map[string]int    `json:"held"`     // leavers by kind of doubt
	// ByTenant are the rows that are held because of what the tenant has said. They stay
	// held, whatever it says when the plan is carried out.
	ByTenant []TenantHold `json:"heldByTenant"`
	// Digest is that of the decisions that the files and the report lead to; what the
	// tenant says is asked again.
	Digest plan.Digest `json:"digest"`
	// Sum is the SHA-256 of all the rest.
	Sum string `json:"sum"`
}

// FileSum is a file and its bytes.
type FileSum struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// LeftFile is a file of a folder that is not an input of a run.
type LeftFile struct {
	Name string `json:"name"`
	// Unread tells that it cannot be read. Another one has just changed, and is left for the
	// next run.
	Unread bool `json:"unread"`
}

// leftFiles returns the files of folders that are not inputs.
func (all Folders) leftFiles() []LeftFile {
	left := []LeftFile{}
	for _, f := range all {
		for _, name := range f.Recent {
			left = append(left, LeftFile{name, false})
		}
		for _, file := range f.Unread {
			left = append(left, LeftFile{file.Name, true})
		}
	}
	return left
}

// left returns the files that a plan leaves, by name. p may be nil.
func (p *PlanFile) left() map[string]LeftFile {
	if p == nil {
		return nil
	}
	left := map[string]LeftFile{}
	for _, f := range p.Left {
		left[f.Name] = f
	}
	return left
}

// newIn returns the files that the plan does not have.
func newIn(p *PlanFile, files []FileSum, left []LeftFile) (names []string) {
	for _, is := range files {
		if !slices.ContainsFunc(p.Files, func(was FileSum) bool { return was.Path == is.Path }) {
			names = append(names, is.Path)
		}
	}
	for _, is := range left {
		if !slices.Contains(p.Left, is) && !slices.ContainsFunc(p.Files, func(was FileSum) bool { return was.Path == is.Name }) {
			names = append(names, is.Name)
		}
	}
	return names
}

// ReportSum is a report of which the first lines are known. A report that does not exist
// has none.
type ReportSum struct {
	FileSum
	Lines int `json:"lines"`
}

// TenantHold is a row that is held because of what the tenant has said.
type TenantHold struct {
	Source string   `json:"source"`
	Row    int      `json:"row"`
	Doubts []string `json:"doubts"`
}

const (
	planKind   = "offboard plan"
	planFormat = 1
)

// ErrPlanEdited is the error for a plan that was cut or edited.
var ErrPlanEdited = errors.New("the plan was cut or edited since it was made; make a new one")

// ErrNotPlan is the error for a file that is no plan of a format that this version knows.
var ErrNotPlan = errors.New("this is no plan file, or one of another version of offboard")

// ReadPlanFile reads a plan. The error names the file; it matches ErrNotPlan or
// ErrPlanEdited, or is one of the system.
func ReadPlanFile(path string) (*PlanFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &PlanFile{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err = d.Decode(p)
	_, after := d.Token()
	switch {
	case !bytes.Contains(text, []byte(planKind)):
		return nil, fmt.Errorf("%s: %w", path, ErrNotPlan)
	case err != nil, !errors.Is(after, io.EOF):
		return nil, fmt.Errorf("%s: %w", path, ErrPlanEdited)
	case p.Kind != planKind, p.Format != planFormat:
		return nil, fmt.Errorf("%s: %w", path, ErrNotPlan)
	case p.Sum != p.sum(), !p.isText(text):
		return nil, fmt.Errorf("%s: %w", path, ErrPlanEdited)
	}
	return p, nil
}

// isText tells whether a text is the plan as Write writes it. Another text of the same
// values, such as one with a key twice, could show a person something else than it does.
func (p *PlanFile) isText(text []byte) bool {
	own, err := p.text()
	return err == nil && bytes.Equal(own, text)
}

func (p *PlanFile) text() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	return append(text, '\n'), err
}

// sum returns the sum of all the rest.
func (p *PlanFile) sum() string {
	rest := *p
	rest.Sum = ""
	text, err := json.Marshal(rest)
	if err != nil {
		return "" // no value of these types fails
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Write writes the plan to a new file, which only its owner can read. It fails with
// fs.ErrExist if there is one.
func (p *PlanFile) Write(path string) error {
	text, err := p.text()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// sumOf returns the sum of the first bytes of a file; all: of all bytes.
func sumOf(path string, most int64) (FileSum, error) {
	f, err := os.Open(path)
	if err != nil {
		return FileSum{}, err
	}
	defer f.Close()
	sum, _, err := sumFrom(io.LimitReader(f, most))
	sum.Path = path
	return sum, err
}

// sumFrom returns the sum of what it reads, and how many line breaks are in it.
func sumFrom(r io.Reader) (sum FileSum, lines int, err error) {
	h, breaks := sha256.New(), lineBreaks(0)
	n, err := io.Copy(io.MultiWriter(h, &breaks), r)
	if err != nil {
		return FileSum{}, 0, err
	}
	return FileSum{Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, int(breaks), nil
}

// lineBreaks counts the line breaks that are written to it.
type lineBreaks int

func (n *lineBreaks) Write(p []byte) (int, error) {
	*n += lineBreaks(bytes.Count(p, []byte("\n")))
	return len(p), nil
}

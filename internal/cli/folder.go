package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/run"
)

// folderFlags say which files of a folder are read.
type folderFlags struct {
	Settle      time.Duration `group:"input" default:"1m" help:"Leave a file of a folder for the next run if it has changed within this time: it may not be complete. 0: leave none."`
	MaxInputAge time.Duration `group:"input" placeholder:"DURATION" help:"Exit code 3 if the newest input is older than this, such as 48h, or if there is none: the export may have stopped in silence."`
}

// Validate checks the flags.
func (f *folderFlags) Validate() error {
	switch {
	case f.Settle < 0:
		return fmt.Errorf("--settle must be 0 or longer, such as 1m, not %s", f.Settle)
	case f.MaxInputAge < 0:
		return fmt.Errorf("--max-input-age must be longer than 0, such as 48h, not %s", f.MaxInputAge)
	}
	return nil
}

// beside returns the files that the flags of a command name, and those of its outputs. They are no inputs, even if they are in a folder.
func beside(parsed *kong.Context, outputs ...io.Writer) (files []os.FileInfo) {
	for _, flag := range parsed.Flags() {
		if path, ok := parsed.FlagValue(flag).(string); ok && isFile(flag) {
			if info, err := os.Stat(path); err == nil {
				files = append(files, info)
			}
		}
	}
	for _, output := range outputs {
		if info := infoOf(output); info != nil {
			files = append(files, info)
		}
	}
	return files
}

// arrivals are what is wrong with the inputs of a run as such: files of folders that cannot be
// read, and that nothing new has come.
type arrivals struct {
	folders run.Folders
	newest  time.Time // the zero value: there is no input
	most    time.Duration
	now     time.Time
}

func (f *folderFlags) arrivals(r *run.Run, now time.Time) arrivals {
	return arrivals{r.Folders, r.Newest, f.MaxInputAge, now}
}

// isBad tells whether a person has to look at them, whatever the rows are.
func (a arrivals) isBad() bool { return len(a.folders.Unread()) > 0 || a.isOld() }

// isOld tells whether nothing new has come for too long.
func (a arrivals) isOld() bool {
	return a.most > 0 && (a.newest.IsZero() || a.now.Sub(a.newest) > a.most)
}

// mostFiles is how many files are named of those about which the same is said.
const mostFiles = 10

// warnings say what is wrong, one sentence each.
func (a arrivals) warnings() (all []string) {
	unread := a.folders.Unread()
	for i, file := range unread {
		if i == mostFiles {
			all = append(all, count(len(unread)-i, "more file")+" cannot be read.")
			break
		}
		all = append(all, printable(plain(file.Err), 600)+"; this file is left out, and the others are read.")
	}
	switch {
	case !a.isOld():
	case a.newest.IsZero():
		all = append(all, fmt.Sprintf("nothing has come: there is no input (--max-input-age %s).", a.most))
	default:
		all = append(all, fmt.Sprintf("nothing new has come for %s: the newest input is of %s (--max-input-age %s).",
			spell(a.now.Sub(a.newest)), a.newest.UTC().Format(time.RFC3339), a.most))
	}
	return all
}

// notes say what was left for the next run, and which folders have no files, one sentence
// each.
func (a arrivals) notes() (all []string) {
	for _, f := range a.folders {
		if n := len(f.Recent); n > 0 {
			names := make([]string, min(n, mostFiles))
			for i := range names {
				names[i] = nameOf(f.Recent[i])
			}
			text := strings.Join(names, ", ")
			if n > mostFiles {
				text += fmt.Sprintf(" and %d more", n-mostFiles)
			}
			all = append(all, fmt.Sprintf("%s: %s left for the next run, because %s just changed (--settle): %s", nameOf(f.Name), count(n, "file"), agree(n, "it has", "they have"), text))
		}
		if f.Empty > 0 {
			all = append(all, fmt.Sprintf("%s: %s no rows: nobody has left in %s", nameOf(f.Name), count(f.Empty, "file")+" "+agree(f.Empty, "has", "have"), agree(f.Empty, "it", "them")))
		}
		if f.Files+f.Empty+len(f.Recent)+len(f.Unread) == 0 {
			all = append(all, nameOf(f.Name)+": there is no file to read")
		}
	}
	return all
}

// correctedSaid says how many rows later files correct.
func correctedSaid(r *run.Run) []string {
	n := r.Plan.Corrected()
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s %s corrected by later files of the same folder", count(n, "row"), agree(n, "is", "are"))}
}

// text returns all of it as lines.
func (a arrivals) text() string {
	text := appendWarnings(nil, a.warnings())
	for _, note := range a.notes() {
		text = append(append(text, note...), '\n')
	}
	return string(text)
}

// leftDocument is a file of a folder that was not read.
type leftDocument struct {
	Name   string `json:"name"`
	Unread bool   `json:"unread"` // false: it is left for the next run, because it has just changed
	Reason string `json:"reason"`
}

// arrivalsDocument is about the inputs as such.
type arrivalsDocument struct {
	Left   []leftDocument `json:"leftFiles"`
	Newest *time.Time     `json:"newestInput"` // when it has changed; null: there is none
}

func (a arrivals) document() arrivalsDocument {
	d := arrivalsDocument{Left: []leftDocument{}}
	for _, name := range a.folders.Recent() {
		d.Left = append(d.Left, leftDocument{name, false, "it has just changed"})
	}
	for _, file := range a.folders.Unread() {
		d.Left = append(d.Left, leftDocument{file.Name, true, file.Err.Error()})
	}
	if !a.newest.IsZero() {
		newest := a.newest.UTC()
		d.Newest = &newest
	}
	return d
}

// saidOf is what is said about an input, or about several files of a folder.
type saidOf struct{ name, text string }

// nonEmpty returns a text as a list; none if it is "".
func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// mostSaid is how many different things are said about the files of a folder.
const mostSaid = 5

// saidOfEach returns what is said about each input. What is said about several files of a
// folder stands once.
func saidOfEach(inputs run.Inputs, say func(*run.Input) []string) (all []saidOf) {
	type about struct {
		folder *run.Folder
		text   string
	}
	at, files, texts := map[about]int{}, map[about]int{}, map[*run.Folder]int{}
	for _, in := range inputs {
		for _, text := range say(in) {
			who := about{in.Folder, text}
			switch {
			case in.Folder == nil:
				all = append(all, saidOf{nameOf(in.Name), text})
				continue
			case files[who] == 0:
				if texts[in.Folder]++; texts[in.Folder] > mostSaid {
					continue
				}
				at[who] = len(all)
				all = append(all, saidOf{nameOf(in.Name), text})
			default:
				all[at[who]].name = someOf(in.Folder, files[who]+1)
			}
			files[who]++
		}
	}
	for _, in := range inputs {
		if more := texts[in.Folder] - mostSaid; in.Folder != nil && more > 0 {
			all = append(all, saidOf{nameOf(in.Folder.Name), fmt.Sprintf("%s about its files; plan the files one by one to see them", count(more, "more remark"))})
			texts[in.Folder] = 0
		}
	}
	return all
}

// someOf returns the name of a folder with how many of its files are meant.
func someOf(f *run.Folder, n int) string {
	if n == f.Files {
		return fmt.Sprintf("%s (%s)", nameOf(f.Name), count(n, "file"))
	}
	return fmt.Sprintf("%s (%d of %s)", nameOf(f.Name), n, count(f.Files, "file"))
}

// namesOf returns the names of the inputs, or their number if there are many.
func namesOf(r *run.Run) string {
	var names []string
	for _, in := range r.Inputs {
		if in.Folder == nil {
			names = append(names, nameOf(in.Name))
		}
	}
	for _, f := range r.Folders {
		names = append(names, someOf(f, f.Files))
	}
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more inputs", names[0], len(names)-1)
	}
	return strings.Join(names, ", ")
}

package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var ada = Before{
	Ref: "E1", ID: "b7e0", FirstName: "Ada", LastName: "Ash", Email: "ada@example.org", Role: "member", Status: "active",
	EndDate: "2024-06-30", CheckedAt: time.Date(2024, 7, 1, 14, 0, 0, 250e6, time.FixedZone("", 2*60*60)),
}

const adaLine = "E1,b7e0,Ada,Ash,ada@example.org,member,active,2024-06-30," + target + ",2024-07-01T12:00:00.250Z\n"

func accounts(all ...Before) iter.Seq2[Before, error] {
	return func(yield func(Before, error) bool) {
		for _, a := range all {
			if !yield(a, nil) {
				return
			}
		}
	}
}

// keepBefore opens the record at path, appends accounts and closes it, as a run does.
func keepBefore(path string, replace bool, all ...Before) error {
	b, err := OpenBefore(path, BeforeOptions{Target: target, Replace: replace})
	if err != nil {
		return err
	}
	return errors.Join(b.Append(accounts(all...)), b.Unsynced(), b.Close())
}

func TestBeforePath(t *testing.T) {
	for path, want := range map[string]string{
		"leavers.report.csv":       "leavers.report.before.csv",
		"leavers.report.jsonl":     "leavers.report.before.csv",
		"LEAVERS.CSV":              "LEAVERS.before.csv",
		"leavers":                  "leavers.before.csv",
		"june.2024":                "june.2024.before.csv", // beside that of june.2025
		"folder.csv/leavers":       "folder.csv/leavers.before.csv",
		"folder/x.sandbox.csv":     "folder/x.sandbox.before.csv",
		"leavers.report.csv.jsonl": "leavers.report.csv.before.csv",
	} {
		if got := BeforePath(path); got != want {
			t.Errorf("BeforePath(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestANewRecordOfAccounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.before.csv")
	if err := keepBefore(path, false, ada); err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, path), beforeHeader+adaLine; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestARecordOfAccountsIsAppendedTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.before.csv")
	b, err := OpenBefore(path, BeforeOptions{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Append(accounts(ada)), b.Append(accounts()), b.Append(accounts(ada, ada)), b.Close()); err != nil {
		t.Fatal(err)
	}
	if err := keepBefore(path, false, ada); err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, path), beforeHeader+strings.Repeat(adaLine, 4); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTextsOfAccounts reads the texts back as a program reads CSV.
func TestTextsOfAccounts(t *testing.T) {
	long := strings.Repeat("é", maxAccount)
	for name, tt := range map[string]struct{ text, want string }{
		"a formula":                   {"=1+2", "'=1+2"},
		"a formula behind a space":    {" @SUM(A1)", "' @SUM(A1)"},
		"an apostrophe":               {"'s Gravenhage", "''s Gravenhage"},
		"quotes and a comma":          {`Ada "A", Ash`, `Ada "A", Ash`},
		"a line break":                {"Ada\nAsh", "Ada Ash"},
		"a line break of Windows":     {"Ada\r\nAsh", "Ada  Ash"},
		"a line break of Unicode":     {"Ada\u2028Ash", "Ada Ash"},
		"a control character":         {"Ada\x00", "Ada "},
		"what is not UTF-8":           {"Ada\xff", "Ada "},
		"a text that is long enough":  {long, long},
		"one that is longer":          {long + "é", long + "…"},
		"a text that is not known":    {"(not known)", "(not known)"},
		"no text":                     {"", ""},
		"a number with zeros":         {"00417", "00417"},
		"a quote at the end of it":    {`Ada"`, `Ada"`},
		"a formula with a line break": {"\n=1", "' =1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.before.csv")
			account := Before{"E1", tt.text, tt.text, tt.text, tt.text, tt.text, tt.text, tt.text, time.Time{}}
			if err := keepBefore(path, false, account, ada); err != nil {
				t.Fatal(err)
			}
			text := content(t, path)
			if n := strings.Count(text, "\n"); n != 3 {
				t.Errorf("%d lines, want 3", n)
			}
			records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || len(records) != 3 {
				t.Fatalf("%q: %v", text, err)
			}
			want := slices.Concat([]string{"E1"}, slices.Repeat([]string{tt.want}, 7), []string{target, ""})
			if !reflect.DeepEqual(records[1], want) {
				t.Errorf("got %q, want %q", records[1], want)
			}
		})
	}
}

func TestARefOfAnAccountIsAsInTheReport(t *testing.T) {
	for _, ref := range []string{"=1", "a b", `"q"`, "J\u2028ü"} {
		path := filepath.Join(t.TempDir(), "a.before.csv")
		if err := keepBefore(path, false, Before{Ref: ref}); err != nil {
			t.Fatal(err)
		}
		inReport, _, _ := strings.Cut(encoded(formOf(CSV), suspended(ref, 2)), ",2024-06-30,")
		if got := strings.TrimPrefix(content(t, path), beforeHeader); !strings.HasPrefix(got, inReport+",") {
			t.Errorf("got %q, want %q", got, inReport)
		}
	}
}

func TestTheEndOfARecordOfAccountsIsTorn(t *testing.T) {
	long := ada
	long.LastName, long.FirstName = `Ash, "née" Müller`, "=Ada"
	path := filepath.Join(t.TempDir(), "a.before.csv")
	if err := keepBefore(path, false, ada, long); err != nil {
		t.Fatal(err)
	}
	whole := content(t, path)
	first := len(beforeHeader + adaLine)
	for n := range len(whole) {
		path := place(t, "a.before.csv", whole[:n])
		if err := keepBefore(path, false, ada); err != nil {
			t.Fatalf("%q: %v", whole[:n], err)
		}
		text := content(t, path)
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		switch last := len(records) - 1; {
		case err != nil:
			t.Errorf("%q: %v", text, err)
		case !strings.HasPrefix(text, beforeHeader) || n >= first && !strings.HasPrefix(text, whole[:first]):
			t.Errorf("%q: lines are lost", text)
		case !slices.Equal(records[last][:3], []string{"E1", "b7e0", "Ada"}) || len(records[last]) != 10:
			t.Errorf("%q: the new line is %q", text, records[last])
		case strings.ToValidUTF8(text, "") != text:
			t.Errorf("%q: not UTF-8", text)
		}
	}
}

func TestAFileThatIsNoRecordOfAccountsIsLeftAlone(t *testing.T) {
	for name, text := range map[string]string{
		"a report":                    written(t, CSV, suspended("a", 2)),
		"other columns":               "ref,id\nE1,7\n",
		"a column more":               strings.TrimSpace(beforeHeader) + ",note\n",
		"line ends of Windows":        strings.TrimSpace(beforeHeader) + "\r\n",
		"a byte order mark":           "\xef\xbb\xbf" + beforeHeader,
		"semicolons":                  strings.ReplaceAll(beforeHeader, ",", ";"),
		"another order":               "id,ref,firstName,lastName,email,role,status,endDate,target,checkedAt\n",
		"binary data":                 "PK\x03\x04",
		"a line that is far too long": beforeHeader + strings.Repeat("x", lineLimit+1),
	} {
		for _, replace := range []bool{false, true} {
			path := place(t, "a.before.csv", text)
			err := keepBefore(path, replace, ada)
			foreign, ok := errors.AsType[*ForeignBeforeError](err)
			if !ok || foreign.Path != path || !strings.Contains(err.Error(), path+" is there") || !strings.Contains(err.Error(), "move the file away") {
				t.Errorf("%s: the error is %v", name, err)
			}
			if got := content(t, path); got != text {
				t.Errorf("%s: it was changed to %q", name, got)
			}
		}
	}
}

func TestARecordOfAccountsIsReplaced(t *testing.T) {
	for name, text := range map[string]string{
		"one with lines":   beforeHeader + adaLine + adaLine,
		"one that is torn": beforeHeader + "E1,\"A",
		"its header":       beforeHeader,
		"a part of it":     beforeHeader[:10],
		"an empty file":    "",
	} {
		path := place(t, "a.before.csv", text)
		if err := keepBefore(path, true, ada); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := content(t, path); got != beforeHeader+adaLine {
			t.Errorf("%s: it is %q", name, got)
		}
	}
	path := filepath.Join(t.TempDir(), "a.before.csv")
	if err := keepBefore(path, true, ada); err != nil || content(t, path) != beforeHeader+adaLine {
		t.Errorf("a new one: %v", err)
	}
}

func TestWhereNoRecordOfAccountsCanBe(t *testing.T) {
	folder := t.TempDir()
	if err := os.Symlink("nothing", filepath.Join(folder, "dangling")); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{
		folder:                            " is a folder, ",
		os.DevNull:                        " is a device, ",
		filepath.Join(folder, "dangling"): " is a symbolic link, ",
	} {
		_, err := OpenBefore(path, BeforeOptions{Target: target})
		if is, ok := errors.AsType[*NotFileError](err); !ok || is.Path != path || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
	path := filepath.Join(folder, "missing", "a.csv")
	if _, err := OpenBefore(path, BeforeOptions{Target: target}); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), path+", which records how accounts were before this run, cannot be written: ") {
		t.Errorf("a folder that is not there: %v", err)
	}
	if _, err := OpenBefore(filepath.Join(folder, "a.csv"), BeforeOptions{}); !errors.Is(err, errNoTarget) {
		t.Errorf("without a target: %v", err)
	}
}

func TestTheFolderOfARecordOfAccountsIsSynced(t *testing.T) {
	for _, test := range []struct {
		err      error
		unsynced bool
	}{{nil, false}, {syscall.EINVAL, true}, {syscall.EIO, false}} {
		path, synced := filepath.Join(t.TempDir(), "a.before.csv"), ""
		b, err := OpenBefore(path, BeforeOptions{Target: target, System: System{SyncFolder: func(folder string) error {
			synced = folder
			return test.err
		}}})
		if synced != filepath.Dir(path) {
			t.Errorf("%v: %q was synced", test.err, synced)
		}
		if test.err != nil && !test.unsynced {
			if !errors.Is(err, test.err) {
				t.Errorf("the error is %v, want %v", err, test.err)
			}
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v: a new file is left behind", test.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, unsynced := errors.AsType[*UnsyncedError](b.Unsynced()); unsynced != test.unsynced {
			t.Errorf("%v: Unsynced returns %v", test.err, b.Unsynced())
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestARecordOfAccountsThatIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.before.csv")
	b, err := OpenBefore(path, BeforeOptions{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := errors.Join(b.Append(accounts(ada)), os.Rename(path, path+".moved")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Append(accounts(ada)); !errors.Is(err, errGone) || !strings.Contains(err.Error(), path) {
			t.Errorf("the error is %v", err)
		}
		_ = os.Rename(path+".moved", path) // nobody knows what was done to it meanwhile
	}
}

func TestAnErrorOfTheAccountsEndsThem(t *testing.T) {
	broken := errors.New("broken")
	path := filepath.Join(t.TempDir(), "a.before.csv")
	b, err := OpenBefore(path, BeforeOptions{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	err = b.Append(func(yield func(Before, error) bool) { _ = yield(ada, nil) && yield(Before{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	// Nothing is wrong with the file.
	if err := errors.Join(b.Append(accounts(ada)), b.Close()); err != nil {
		t.Error(err)
	}
	if got := content(t, path); got != beforeHeader+adaLine+adaLine {
		t.Errorf("the file is %q", got)
	}
}

func TestManyAccounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.before.csv")
	const n = 10_000
	all := make([]Before, n)
	for i := range all {
		all[i] = ada
		all[i].Ref = fmt.Sprint("E", i)
	}
	if err := keepBefore(path, false, all...); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(content(t, path)), "\n")
	if len(lines) != n+1 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, line := range lines[1:] {
		if line+"\n" != fmt.Sprint("E", i)+adaLine[2:] {
			t.Fatalf("line %d is %q", i+2, line)
		}
	}
}

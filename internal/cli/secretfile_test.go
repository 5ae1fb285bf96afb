//go:build unix

package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runWith runs with one kind of credentials, of which the secret is not given yet.
func runWith(kind string) (args []string, flag, variable string) {
	if kind == "OAuth" {
		return []string{"run", "x.csv", "--env", "staging", "--tenant", "t", "--client-id", "c"}, "--client-secret-file", "OFFBOARD_CLIENT_SECRET"
	}
	return []string{"run", "x.csv", "--env", "staging", "--tenant", "t"}, "--api-secret-file", "OFFBOARD_API_SECRET"
}

var kindsOfCredentials = []string{"API secret", "OAuth"}

// A file or a variable with something that is no secret, and what the error says.
func TestWhatIsNoSecretIsRefusedWithItsReason(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "is empty",
		"\n":                                    "is empty",
		" \t\n":                                 "is empty",
		"\ufeffhunter2\n":                       "begins with a byte order mark",
		"\xff\xfeh\x00u\x00n\x00":               "is UTF-16",
		" hunter2":                              "has blanks",
		"hunter2 \r\n":                          "has blanks",
		"hunter2\u00a0\n":                       "has blanks",
		"hun\x00ter2":                           "has a control character",
		"hun\tter2":                             "has a control character",
		"hun\u200bter2":                         "has a control character",
		"hun\u202eter2":                         "has a control character",
		"hun\x1bter2":                           "has a control character",
		"hunter2\xe9":                           "is not UTF-8 text",
		"hunter2\nhunter3\n":                    "has more than one line",
		strings.Repeat("hunter2-", 8<<10) + "x": "has more than 64 KiB",
		strings.Repeat("hunter2-", 8<<10):       "",
		"hunter 2":                              "",
		"hunter2\n":                             "",
		"hunter2\r\n":                           "",
	} {
		for _, kind := range kindsOfCredentials {
			args, flag, variable := runWith(kind)
			path := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if want == "" {
				want = "x.csv" // the credentials are good, and then there is no input
			}
			code, _, byFile := invoke(t, nil, append(args, flag, path)...)
			if code != 64 || !strings.Contains(byFile, want) || want != "x.csv" && !strings.Contains(byFile, path) {
				t.Errorf("%.30q in a file, %s: exit code %d, %s", text, kind, code, byFile)
			}
			code, _, byVariable := invoke(t, map[string]string{variable: text}, args...)
			if code != 64 || !strings.Contains(byVariable, want) || want != "x.csv" && !strings.Contains(byVariable, "$"+variable) {
				t.Errorf("%.30q in a variable, %s: exit code %d, %s", text, kind, code, byVariable)
			}
			if strings.Contains(byFile+byVariable, "unter2") {
				t.Errorf("%.30q: the error repeats it: %s%s", text, byFile, byVariable)
			}
		}
	}
}

func TestAFileThatIsNoSecretFileIsRefused(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, []byte(strings.Repeat("x", maxSecret+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		large:       large + " has more than 64 KiB",
		"/dev/zero": "/dev/zero has more than 64 KiB",
		"/dev/null": "/dev/null is empty",
		t.TempDir(): " is a folder, and not a file",
	} {
		for _, kind := range kindsOfCredentials {
			args, flag, _ := runWith(kind)
			if code, _, stderr := invoke(t, nil, append(args, flag, path)...); code != 64 || !strings.Contains(stderr, want) {
				t.Errorf("%s: exit code %d, %s; want %s", path, code, stderr, want)
			}
		}
	}
}

// pipe makes a named pipe.
func pipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret.txt")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	return path
}

func TestASignalEndsTheWaitForASecretThatNobodyWrites(t *testing.T) {
	path := pipe(t)
	t.Cleanup(func() { // ends the goroutine that waits
		if f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			_ = f.Close()
		}
	})
	intake, interrupt := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { interrupt(ErrInterrupted) })
	var out, errs strings.Builder
	ended := make(chan int, 1) // the goroutine sends once
	go func() {
		args, flag, _ := runWith("API secret")
		ended <- Main(intake, t.Context(), System{
			Args: append(args, flag, path), LookupEnv: func(string) (string, bool) { return "", false },
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		})
	}()
	select {
	case code := <-ended:
		if code != ExitStopped || !strings.Contains(errs.String(), "interrupted") {
			t.Errorf("exit code %d, %s", code, errs.String())
		}
	case <-time.After(10 * time.Second):
		t.Error("a signal does not end the wait")
	}
}

func TestASecretCanComeFromAPipe(t *testing.T) {
	path := pipe(t)
	go func() {
		if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
			_, _ = io.WriteString(f, "hunter2\n")
			_ = f.Close()
		}
	}()
	args, flag, _ := runWith("API secret")
	if _, _, stderr := invoke(t, nil, append(args, flag, path)...); !strings.Contains(stderr, "x.csv") {
		t.Errorf("the secret is refused: %s", stderr)
	}
}

// A secret in the place of the name of its file.
func TestASecretThatIsGivenAsTheNameOfAFileIsNotRepeated(t *testing.T) {
	input := writeLeavers(t, 3)
	secrets := []string{theSecret, "hunter2hunter2", "/hunter2/", "wJalr/XUtn+FEMI==", "*hunter2", "hunter2\x00", strings.Repeat("hunter2-", 1000)}
	for _, secret := range secrets {
		for _, kind := range kindsOfCredentials {
			args, flag, variable := runWith(kind)
			config := filepath.Join(t.TempDir(), "flags.yaml")
			yaml := flag[2:] + ": '" + strings.ReplaceAll(strings.Trim(secret, "\x00"), "'", "''") + "'\n"
			if err := os.WriteFile(config, []byte(yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			for way, c := range map[string]struct {
				env  map[string]string
				args []string
			}{
				"a flag":          {nil, append(args, flag, secret)},
				"a joined flag":   {nil, append(args, flag+"="+secret)},
				"a variable":      {map[string]string{variable + "_FILE": secret}, args},
				"a configuration": {nil, append(args, "--config", config)},
			} {
				code, stdout, stderr := invoke(t, c.env, c.args...)
				if code != 64 || !strings.Contains(stderr, flag+" does not name a file that can be read") || !strings.Contains(stderr, "$"+variable) {
					t.Errorf("%.20q by %s: exit code %d, %s", secret, way, code, stderr)
				}
				if strings.Contains(stdout+stderr, strings.Trim(secret, "\x00")) {
					t.Errorf("%s repeats %.20q: %s%s", way, secret, stdout, stderr)
				}
				// A plan needs no credentials. It proposes a command, and saves flags.
				saved := filepath.Join(t.TempDir(), "saved.yaml")
				rehearsal := append([]string{"plan", input}, c.args[2:]...)
				_, stdout, stderr = invoke(t, c.env, rehearsal...)
				_, more, refused := invoke(t, c.env, append(rehearsal, "--save-config", saved)...)
				text, _ := os.ReadFile(saved)
				if !strings.Contains(stdout, "To suspend 3 leavers") || !strings.Contains(refused, "--save-config: "+flag+" does not name a file") {
					t.Errorf("%.20q by %s: %s%s%s", secret, way, stdout, stderr, refused)
				}
				for _, part := range []string{strings.Trim(secret, "\x00"), quote(secret)} {
					if all := stdout + stderr + more + refused + string(text); strings.Contains(all, part) {
						t.Errorf("a plan by %s repeats %.20q: %s", way, secret, all)
					}
				}
			}
		}
	}
}

func TestThePathOfASecretFileIsShown(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{filepath.Join(folder, "absent"), filepath.Join(folder, "absent", "secret"), "./absent", "../absent", "absent.txt", "api.key"} {
		args, flag, _ := runWith("API secret")
		if _, _, stderr := invoke(t, nil, append(args, flag, path)...); !strings.Contains(stderr, flag+": "+path+" does not exist") {
			t.Errorf("%s: %s", path, stderr)
		}
	}
}

// YAML reads "*name" without quotes as a reference to another value.
func TestAConfigurationWithASecretThatYAMLCannotReadIsNotRepeated(t *testing.T) {
	config := filepath.Join(t.TempDir(), "flags.yaml")
	for _, value := range []string{"*hunter2", "@hunter2", "`hunter2", "%hunter2", "[hunter2", "\"hunter2", "!hunter2", "&hunter2", "{hunter2: hunter2", "|hunter2"} {
		for _, text := range []string{"api-secret-file: " + value + "\n", "env: staging\napi-secret-file: hunter1\n" + value} {
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := invoke(t, nil, "run", "x.csv", "--env", "staging", "--tenant", "t", "--config", config)
			if code != 64 || strings.Contains(stdout+stderr, "hunter") {
				t.Errorf("%q: exit code %d, %s", text, code, stderr)
			}
		}
	}
}

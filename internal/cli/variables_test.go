package cli

import (
	"os"
	"strings"
	"testing"
)

func TestAVariableThatLooksLikeASlipIsRefused(t *testing.T) {
	path := writeLeavers(t, 1)
	for name, want := range map[string]string{
		"OFFBOARD_EXCEPTS":            "OFFBOARD_EXCEPT",
		"OFFBOARD_EXCEPT_FILE":        "OFFBOARD_EXCEPT",
		"OFFBOARD_RATES":              "OFFBOARD_RATE",
		"OFFBOARD_TENNANT":            "OFFBOARD_TENANT",
		"OFFBOARD_TENANT_ID":          "OFFBOARD_TENANT",
		"OFFBOARD_Tenant":             "OFFBOARD_TENANT",
		"OFFBOARD_API_SECERT":         "OFFBOARD_API_SECRET",
		"OFFBOARD_CLIENT_SECRET_FLIE": "OFFBOARD_CLIENT_SECRET_FILE",
		"OFFBOARD_CONFIGS":            "OFFBOARD_CONFIG",
		"OFFBOARD_MAX-LEAVERS":        "OFFBOARD_MAX_LEAVERS",
		"OFFBOARD_END_DATE":           "OFFBOARD_END_DATE_COLUMN",
	} {
		code, stdout, stderr := invoke(t, map[string]string{name: "hunter2"}, "plan", path)
		if text := "no flag has the variable " + name + "; did you mean " + want + "?"; code != exitUsage || stdout != "" || !strings.Contains(stderr, text) {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
		if strings.Contains(stderr, "hunter2") {
			t.Errorf("%s: the value is repeated: %s", name, stderr)
		}
	}
}

func TestOtherVariablesAreAWarningInOneLine(t *testing.T) {
	env := map[string]string{}
	for _, name := range []string{
		"OFFBOARD_PORT_80_TCP_ADDR", "OFFBOARD_PORT_80_TCP", "OFFBOARD_PORT_80_TCP_PROTO", "OFFBOARD_SERVICE_HOST", "OFFBOARD_SERVICE_PORT_HTTP",
		"OFFBOARD_SANDBOX_PORT", "OFFBOARD_RE_PORT", "OFFBOARD_REPORT_SERVICE_HOST", "OFFBOARD_IMAGE", "OFFBOARD_VERSION", "OFFBOARD_HOST", "OFFBOARD_NAME",
	} {
		env[name] = "hunter2"
	}
	env["OFFBOARD_PORT"] = "tcp://10.0.0.1:80" // of the sandbox, and from Kubernetes
	env["OFFBOARD_API_SECRET"] = "s"
	path := writeLeavers(t, 1)
	code, _, stderr := invoke(t, env, "plan", path)
	if code != 0 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "OFFBOARD_HOST, OFFBOARD_IMAGE") || strings.Contains(stderr, "hunter2") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	for _, name := range []string{"OFFBOARD_PORT,", "OFFBOARD_API_SECRET"} {
		if strings.Contains(stderr, name) {
			t.Errorf("the warning has %s", name)
		}
	}
	if _, _, stderr := invoke(t, env, "plan", path, "--log-level", "error"); stderr != "" {
		t.Errorf("--log-level error: %s", stderr)
	}
	env["OFFBOARD_RATES"] = "1"
	for _, line := range []string{"version", "help", "--help", "-v"} {
		if code, _, stderr := invoke(t, env, line); code != 0 || stderr != "" {
			t.Errorf("offboard %s: exit code %d, %s", line, code, stderr)
		}
	}
}

func TestEachFlagWithAFileSaysSo(t *testing.T) {
	parser, err := newParser(&commands{}, &app{}, &configuration{})
	if err != nil {
		t.Fatal(err)
	}
	flags := flagsOf(parser.Model)
	for _, name := range []string{"ref-map", "except", "accept-refs", "api-secret-file", "client-secret-file", "report", "save-config"} {
		if flag := find(flags, name); flag == nil || !isFile(flag) {
			t.Errorf("--%s is not known as the name of a file", name)
		}
	}
	for _, flag := range flags {
		if strings.HasSuffix(flag.Name, "-file") && !isFile(flag) {
			t.Errorf("--%s is not known as the name of a file", flag.Name)
		}
	}
}

// TestFilesOfAConfigurationAreFoundFromItsFolder plans and runs from another folder, with
// names that lead out of the folder of the configuration, which is a symbolic link.
func TestFilesOfAConfigurationAreFoundFromItsFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"etc/a/night", "work", "elsewhere"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"work/leavers.csv":       "ref,endDate\nE1,2024-01-01\nE2,2024-01-01\nE3,\n",
		"etc/a/night/keep.csv":   "ref\nE1\n",
		"etc/a/looked-at.csv":    "ref\nE3\n",
		"etc/a/night/night.yaml": "except: keep.csv\naccept-refs: ../looked-at.csv\nreport: r.csv\nenv: sandbox\nrate: 0\nprogress: none\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../etc/a/night", "elsewhere/conf"); err != nil {
		t.Fatal(err)
	}
	t.Chdir("work")
	for _, config := range []string{"../etc/a/night/night.yaml", "../elsewhere/conf/night.yaml"} {
		code, stdout, stderr := invoke(t, nil, "run", "leavers.csv", "--config", config, "--resume")
		if code != 0 || !strings.Contains(stderr, "Never suspended: 1 ref") {
			t.Errorf("%s: exit code %d\n%s%s", config, code, stdout, stderr)
		}
	}
	if _, err := os.Stat("../etc/a/night/r.csv"); err != nil {
		t.Error(err)
	}
	// A file that is named in the environment is found from the working directory.
	if code, _, stderr := invoke(t, map[string]string{"OFFBOARD_EXCEPT": "keep.csv"}, "plan", "leavers.csv", "--config", "../etc/a/night/night.yaml"); code != exitUsage || !strings.Contains(stderr, "keep.csv does not exist") {
		t.Errorf("exit code %d, %s", code, stderr)
	}

	// The file that --save-config writes finds the same files.
	for _, saved := range []string{"saved.yaml", "../elsewhere/saved.yaml", "../elsewhere/conf/saved.yaml"} {
		code, _, stderr := invoke(t, nil, "plan", "leavers.csv", "--config", "../elsewhere/conf/night.yaml", "--except", "../etc/a/night/keep.csv", "--save-config", saved)
		if code != 0 {
			t.Fatalf("exit code %d, %s", code, stderr)
		}
		text, err := os.ReadFile(saved)
		if err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := invoke(t, nil, "plan", "leavers.csv", "--config", saved, "--report", "new.csv")
		if code != exitRows || !strings.Contains(stdout, "Never suspended: 1 ref") { // E3 is held: --accept-refs is not saved
			t.Errorf("%s: exit code %d\n%s%s%s", saved, code, text, stdout, stderr)
		}
		if strings.Contains(string(text), t.TempDir()) {
			t.Errorf("%s has an absolute path:\n%s", saved, text)
		}
	}
}

func TestAConfigurationIsOneDocument(t *testing.T) {
	t.Chdir(t.TempDir())
	path := writeLeavers(t, 1)
	for text, want := range map[string]string{
		"env: sandbox\n---\nmax-leavers: 0\n": "a second document begins in line ",
		"---\n---\nmax-leavers: 0\n":          "a second document begins in line ",
		"env: sandbox\n---\n{broken\n":        "this is not YAML",
		"env: \"sandbox\n":                    "this is not YAML, with lines ",
		"\x00\x01":                            "this is not YAML, with lines ",
		"max_leavers: 0\n":                    `there is no flag "max_leavers"; did you mean "max-leavers"?`,
		"tennant: x\n":                        `there is no flag "tennant"; did you mean "tenant"?`,
		"everything: x\n":                     `there is no flag "everything"; the flags are accept, `,
		"env: &a sandbox\ntenant: *a\n":       "tenant is an alias (*a); write the value itself",
		"env: sandbox\nenv: sandbox\n":        "env is set in c.yaml:1 already",
		"help: true\n":                        `there is no flag "help"`,
		"version: true\n":                     `there is no flag "version"`,
	} {
		if err := os.WriteFile("c.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := invoke(t, nil, "plan", path, "--config", "c.yaml"); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %s", text, code, stderr)
		}
	}
	for _, text := range []string{"", "# nothing\n", "---\nenv: sandbox\n...\n", "\xef\xbb\xbfenv: sandbox\n"} {
		if err := os.WriteFile("c.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := invoke(t, nil, "plan", path, "--config", "c.yaml"); code != 0 {
			t.Errorf("%q: exit code %d, %s", text, code, stderr)
		}
	}
}

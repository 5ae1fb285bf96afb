package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/dates"
	"offboard/internal/input"
	"offboard/internal/run"
	"offboard/internal/table"
)

const description = `Suspends a list of leavers in Thrive, and writes a report with one line per leaver: the proof of what was done, and the point from which a run can be resumed.

Every flag can also be set by its environment variable or in the YAML file of --config. A flag overrides the environment, and the environment overrides the file.`

// commands is the whole command line. Every flag is defined by a field of it, and
// with the flag its environment variable and its key in the configuration file.
type commands struct {
	Config    string     `placeholder:"FILE" help:"YAML file with flags, such as \"rate: 20\". Files that it names are found from its folder."`
	LogFormat string     `enum:"text,json" default:"text" help:"Format of what is written to standard error: text, or json for a JSON object on every line."`
	LogLevel  slog.Level `default:"info" help:"Lowest level of logs to write: debug, info, warn or error."`

	PrintVersion kong.VersionFlag `name:"version" short:"v" help:"Print the version, the commit and the Go version."`

	Run     runCommand     `cmd:"" help:"Suspend the leavers of the inputs, and write a report."`
	Plan    planCommand    `cmd:"" help:"Show what a run would do, without sending anything."`
	Report  reportCommand  `cmd:"" help:"Summarise reports."`
	Verify  verifyCommand  `cmd:"" help:"Read suspended leavers back, and list those who are active again."`
	Ping    pingCommand    `cmd:"" help:"Tell what the credentials may do, without changing anything."`
	Sandbox sandboxCommand `cmd:"" help:"Serve a simulator of the API on this machine."`
	Version versionCommand `cmd:"" help:"Print the version, the commit and the Go version."`
	Help    helpCommand    `cmd:"" help:"Show the help of a command."`
}

// groups returns the groups of flags in the order of the help.
func groups() []kong.Group {
	return []kong.Group{
		{Key: "input", Title: "Input:"},
		{Key: "tenant", Title: "Tenant and credentials:"},
		{Key: "pace", Title: "Pace and attempts:"},
		{Key: "safety", Title: "Safety:"},
		{Key: "report", Title: "Report and progress:"},
		{Key: "monitoring", Title: "Monitoring:"},
		{Key: "faults", Title: "Faults of the simulator:"},
	}
}

// inputFlags say which inputs are read, and how.
type inputFlags struct {
	Inputs []string `arg:"" optional:"" name:"input" help:"Files with leavers (CSV, XLSX or JSON) or reports of earlier runs, or folders of them: a folder means every file in it, oldest name first, and later files correct earlier ones. - means standard input."`

	Format        input.Format      `group:"input" placeholder:"FORMAT" help:"Format of the input: csv, jsonl or xlsx. Without it, the content decides."`
	Encoding      table.Encoding    `group:"input" placeholder:"NAME" help:"Encoding of the input: utf-8, utf-16le, utf-16be or windows-1252. Without it, the byte order mark and the content decide."`
	Delimiter     input.Delimiter   `group:"input" placeholder:"CHAR" help:"Character between the fields of a CSV file: , ; | or tab. Without it, the header decides."`
	Sheet         string            `group:"input" placeholder:"NAME" help:"Sheet of a workbook. Without it, the one that is not hidden and has a column for the ref."`
	HeaderRow     int               `group:"input" placeholder:"N" help:"Line or row of the header. Without it, the first of the first 30 that has a column for the ref."`
	RefColumn     string            `group:"input" placeholder:"NAME" help:"Column or key of the ref. Without it, the only one with the name ref, employee id, employee number, payroll id, personnel number, staff id, worker id or a similar one."`
	EndDateColumn string            `group:"input" placeholder:"NAME" help:"Column or key of the end date. Without it, the only one with the name endDate, end_date, End Date, leave date, leaving date, date left, termination date, last working day or a similar one. none: the input has no end dates, and everybody in it has left."`
	Where         []input.Condition `group:"input" sep:";" placeholder:"CONDITION" help:"Condition for a row to be a leaver, such as 'Status=Leaver,Terminated' or 'Status!=Active'. Other rows are counted and left out. A value with a comma must be in quotes. Repeat the flag, or write ; between conditions, for rows that meet all of them."`
	RefPad        input.Pad         `group:"input" placeholder:"DIGITS" help:"Number of digits of refs. A ref that has only digits, but fewer, gets zeros in front, which a spreadsheet may have removed."`
	RefPrefix     input.Prefix      `group:"input" placeholder:"TEXT" help:"Text to put in front of every ref."`
	RefMap        string            `group:"input" placeholder:"FILE" help:"Table with the columns old and new: each old ref is replaced by the new one. A row whose ref is not in the table is invalid."`
	Except        string            `group:"input" placeholder:"FILE" help:"List with a column ref: a leaver is never suspended if the old or the new ref is on it."`
	DateFormat    dates.Format      `group:"input" placeholder:"FORMAT" help:"Format of end dates, such as DD/MM/YYYY, D.M.YY, DD-MMM-YYYY, YYYYMMDD, excel for serial numbers, or unix or unix-ms for the time since 1970. Without it, YYYY-MM-DD and RFC 3339 are read."`
	Timezone      input.Zone        `group:"input" default:"UTC" help:"IANA time zone of dates that have no time zone."`
	MaxUnpacked   size              `group:"input" placeholder:"SIZE" help:"Most that a compressed file or a workbook may unpack to, and that standard input may have, such as 500MB or 8GiB. Without it, 4GiB, and 200 times the size of the file if that is more than 64MiB."`
	IncludeFuture bool              `group:"input" help:"Also suspend leavers whose end date has not passed."`
	folderFlags
}

// reading returns what the flags say, for a run.
func (f *inputFlags) reading(stdin io.Reader, now time.Time) run.Reading {
	return run.Reading{
		Paths:     f.Inputs,
		Stdin:     stdin,
		Crosswalk: f.RefMap,
		Except:    f.Except,

		MaxUnpacked: int64(f.MaxUnpacked),
		Settle:      f.Settle,
		Options: input.Options{
			Format:        f.Format,
			Encoding:      f.Encoding,
			Delimiter:     f.Delimiter,
			Sheet:         f.Sheet,
			HeaderRow:     f.HeaderRow,
			RefColumn:     f.RefColumn,
			EndDateColumn: f.EndDateColumn,
			Where:         f.Where,
			Repair:        input.Repair{Pad: f.RefPad, Prefix: f.RefPrefix},
			Dates:         f.DateFormat,
			Zone:          f.Timezone.Location,
			Now:           now,
		},
	}
}

func (f *inputFlags) Validate() error {
	if f.HeaderRow < 0 {
		return fmt.Errorf("--header-row must be 1 or more, or 0 to find the header, not %d", f.HeaderRow)
	}
	return f.folderFlags.Validate()
}

// targetFlags say where a run suspends, and with which credentials.
type targetFlags struct {
	Env              string `group:"tenant" placeholder:"NAME" help:"Environment: production, staging, production-mea, staging-mea, or sandbox (a simulator inside this process)."`
	BaseURL          string `group:"tenant" name:"base-url" placeholder:"URL" help:"Address of the API, instead of that of --env: https, or http for a loopback address."`
	Tenant           string `group:"tenant" placeholder:"ID" help:"Tenant ID, such as eu-west-2_AbcdEfghI."`
	APISecretFile    string `group:"tenant" name:"api-secret-file" placeholder:"FILE" help:"File with the API secret. Or set OFFBOARD_API_SECRET to the secret."`
	ClientID         string `group:"tenant" name:"client-id" placeholder:"ID" help:"OAuth client ID, for OAuth instead of an API secret."`
	ClientSecretFile string `group:"tenant" placeholder:"FILE" help:"File with the OAuth client secret. Or set OFFBOARD_CLIENT_SECRET to the secret."`
	TokenURL         string `group:"tenant" name:"token-url" placeholder:"URL" help:"OAuth token endpoint. Without it, that of --env."`
	Scope            string `group:"tenant" placeholder:"SCOPE" help:"OAuth scope. Without it, api/write, or api/all with --check."`
}

// rateFlag is the flag of the pace that a plan shows.
type rateFlag struct {
	Rate float64 `group:"pace" default:"10" help:"Ceiling in requests per second; 0: no ceiling. The pace is lower if the server limits it."`
}

func (f *rateFlag) Validate() error {
	if math.IsNaN(f.Rate) || math.IsInf(f.Rate, 0) || f.Rate < 0 {
		return fmt.Errorf("--rate must be a number of requests per second, or 0 for no ceiling, not %g", f.Rate)
	}
	return nil
}

type paceFlags struct {
	Concurrency int           `group:"pace" default:"8" help:"Maximum number of requests in flight."`
	MaxAttempts int           `group:"pace" default:"5" help:"Maximum number of requests per leaver."`
	Timeout     time.Duration `group:"pace" default:"30s" help:"Maximum time for one request."`
	MaxOutage   time.Duration `group:"pace" default:"15m" help:"How long to wait for a service that answers nobody. Then the run stops, and can be resumed."`
	Deadline    time.Duration `group:"pace" placeholder:"DURATION" help:"Maximum time for the whole run, such as 2h30m. Then the run stops as after Ctrl-C."`
}

// until returns a context that also ends when the time for the whole run is over.
func (f *paceFlags) until(intake context.Context) (context.Context, context.CancelFunc) {
	if f.Deadline == 0 {
		return intake, func() {}
	}
	return context.WithTimeoutCause(intake, f.Deadline, run.ErrDeadline)
}

func (f *paceFlags) Validate() error {
	switch {
	case f.Concurrency < 1 || f.Concurrency > run.MostConcurrency:
		return fmt.Errorf("--concurrency must be from 1 to %d, not %d", run.MostConcurrency, f.Concurrency)
	case f.MaxAttempts < 1:
		return fmt.Errorf("--max-attempts must be at least 1, not %d", f.MaxAttempts)
	case f.Timeout <= 0:
		return fmt.Errorf("--timeout must be longer than 0, such as 30s, not %s", f.Timeout)
	case f.MaxOutage < 0:
		return fmt.Errorf("--max-outage must be 0 or longer, such as 15m, not %s", f.MaxOutage)
	case f.Deadline < 0:
		return fmt.Errorf("--deadline must be longer than 0, such as 2h, not %s", f.Deadline)
	}
	return nil
}

// planFlags are the flags that change the plan, besides inputFlags.
type planFlags struct {
	rateFlag
	shardFlags
	Accept     []acceptance `group:"safety" placeholder:"KIND[=N]" help:"Kinds of doubt that you have looked at, such as odd-ref: rows that only they hold are suspended. With =N only if no more than N rows have it. Repeat the flag, or write a comma between kinds."`
	AcceptRefs string       `group:"safety" placeholder:"FILE" help:"List with a column ref of leavers whom you have looked at one by one: no doubt holds them."`
	Tolerate   []tolerated  `group:"safety" placeholder:"OUTCOME" help:"Outcomes that do not make the exit code 3: held, invalid, not_found, rejected, unconfirmed, failed; or known: any that the report had for this leaver before. Repeat the flag, or write a comma between outcomes."`
	MaxLeavers *int         `group:"safety" placeholder:"N" help:"Send nothing if the plan has more leavers to suspend than this."`
	Report     string       `group:"report" placeholder:"FILE" help:"Report to write: CSV, or JSON lines if the name ends in .jsonl. Without it, a file in the working directory with the first input's name and .report.csv. In the sandbox that ends in .sandbox.csv, and replaces the one of an earlier run."`
	Keep       columnNames  `group:"report" placeholder:"COLUMN" help:"Columns or keys of the inputs that travel into the report, such as Surname,Email. A name with a comma must be in quotes, as in CSV. Repeat the flag, or write a comma between names."`
	First      int          `group:"safety" placeholder:"N" help:"Try only the first N leavers, those first for whom no earlier run has called. The others stay pending."`
	Resume     bool         `group:"report" help:"Resume from the report if it exists; create it if it does not."`
	Unfinished bool         `group:"report" help:"With --resume: also suspend the leavers whom the report left unfinished and the input does not have: those who were called for, and those who are pending."`
}

// runSettings returns the settings of a run that is planned now, for a target as a report
// says it.
func (a *app) runSettings(in *inputFlags, f *planFlags, k *checkFlags, target string) run.Settings {
	now := a.now()
	reading := in.reading(a.Stdin, now)
	reading.AcceptRefs = f.AcceptRefs
	accept, _ := accepted(f.Accept) // Validate has returned the error
	return run.Settings{
		Reading:       reading,
		Accept:        accept,
		Keep:          f.Keep,
		Match:         k.columns(),
		Report:        f.Report,
		Resume:        f.Resume,
		IncludeFuture: in.IncludeFuture,
		Unfinished:    f.Unfinished,
		MaxLeavers:    f.MaxLeavers,
		Now:           now,
		Target:        target,
	}
}

func (f *planFlags) Validate() error {
	if f.MaxLeavers != nil && *f.MaxLeavers < 0 {
		return fmt.Errorf("--max-leavers must be 0 or more, not %d", *f.MaxLeavers)
	}
	switch {
	case f.First < 0:
		return fmt.Errorf("--first must be 1 or more, or 0 for all leavers, not %d", f.First)
	case f.Unfinished && !f.Resume:
		return errors.New("--unfinished needs --resume: it is about the report of earlier runs")
	}
	if f.Report == run.StdinPath {
		return errors.New("--report needs the name of a file, not -: standard output has the result; name a file, such as --report leavers.report.csv")
	}
	if _, err := accepted(f.Accept); err != nil {
		return err
	}
	if err := f.Keep.check(); err != nil {
		return err
	}
	return errors.Join(f.rateFlag.Validate(), f.shardFlags.Validate())
}

// runFlags are the flags of run. plan accepts all of them, so that one word turns a run
// into its rehearsal.
type runFlags struct {
	inputFlags
	targetFlags
	planFlags
	checkFlags
	approvalFlags
	paceFlags
	summaryFlag
	monitoringFlags
	MaxFailures batch.Limit `group:"safety" default:"50%" help:"With a share: stop when more than this share of the last 100 leavers tried have failed (after at least 20). With a number: stop when so many leavers have failed in all. 0: never stop."`
	Yes         bool        `group:"safety" help:"Do not ask for confirmation. Without it, a person has to type the number of leavers in a terminal. Without a terminal, the run is refused."`
	JSON        bool        `group:"report" name:"json" help:"Write the result as one JSON document to standard output; docs/schemas describes it."`
	Progress    string      `group:"report" enum:"auto,bar,plain,none" default:"auto" help:"Progress on standard error: bar, plain (a line every ten seconds), none, or auto (bar in a terminal, otherwise plain)."`
}

// Validate checks all flags, so that a person sees all mistakes at once.
func (c *runFlags) Validate() error {
	return errors.Join(c.inputFlags.Validate(), c.planFlags.Validate(), c.checkFlags.Validate(), c.approvalFlags.Validate(), c.paceFlags.Validate(), c.summaryFlag.Validate(), c.monitoringFlags.Validate(), c.checkShards())
}

// onlyForRun are the flags of run that change nothing in a plan, unless it asks the tenant.
// The help of plan does not show them.
var onlyForRun = []string{"concurrency", "max-attempts", "timeout", "max-outage", "max-failures", "yes", "progress", "summary", "metrics-file", "metrics-push", "notify", "notify-file"}

// hideOnlyForRun hides these flags of plan.
func hideOnlyForRun(k *kong.Kong) error {
	for _, command := range k.Model.Children {
		for _, flag := range command.Flags {
			if command.Name == "plan" && slices.Contains(onlyForRun, flag.Name) {
				flag.Hidden = true
			}
		}
	}
	return nil
}

type runCommand struct{ runFlags }

// describe returns the help of a flag with its default and its variable.
func describe(value *kong.Value) string {
	if value.Flag == nil || !configurable(value.Flag) {
		return value.Help
	}
	byDefault := "no default"
	switch {
	case value.HasDefault:
		byDefault = "default " + value.Default
	case value.IsBool():
		byDefault = "default off"
	}
	return fmt.Sprintf("%s [%s, $%s]", value.Help, byDefault, variable(value.Name))
}

// configurable tells whether a flag can be set by its variable and in a configuration: all
// can that do not replace the command by another one.
func configurable(flag *kong.Flag) bool { return flag.Name != "help" && flag.Name != "version" }

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

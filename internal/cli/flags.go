package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/dates"
	"offboard/internal/input"
	"offboard/internal/leaver"
)

const description = `Suspends a list of leavers in Thrive, and writes one line per leaver that is proof and restart point at once.

Every flag can also be set by its environment variable, or in the YAML file of --config; a flag goes before the environment, the environment before the file.`

// commands is the whole command line: every flag, variable and key of the
// configuration file is defined here and nowhere else.
type commands struct {
	Config    string     `placeholder:"FILE" help:"YAML file with flags, such as \"rate: 20\"."`
	LogFormat string     `enum:"text,json" default:"text" help:"How logs are written to standard error: text or json."`
	LogLevel  slog.Level `default:"info" help:"Least important log to write: debug, info, warn or error."`

	Run     runCommand     `cmd:"" help:"Suspend the leavers of the inputs, and report on each."`
	Plan    planCommand    `cmd:"" help:"Show what a run would do; send nothing."`
	Report  reportCommand  `cmd:"" help:"Sum up reports."`
	Sandbox sandboxCommand `cmd:"" help:"Serve a simulator of the API on this machine."`
	Version versionCommand `cmd:"" help:"Print version, commit and Go version."`
}

var groups = []kong.Group{
	{Key: "input", Title: "Input:"},
	{Key: "tenant", Title: "Tenant and credentials:"},
	{Key: "pace", Title: "Pace and attempts:"},
	{Key: "safety", Title: "Safety:"},
	{Key: "report", Title: "Report and progress:"},
	{Key: "faults", Title: "Faults on demand:"},
}

// handler returns the handler of all logs.
func (c *commands) handler(w io.Writer) slog.Handler {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// inputFlags say how leavers are read.
type inputFlags struct {
	Inputs []string `arg:"" name:"input" help:"Files with leavers (CSV, XLSX or JSON), or earlier reports; - is standard input."`

	Format        format       `group:"input" placeholder:"FORMAT" help:"csv, jsonl or xlsx; without it the content tells."`
	Encoding      encoding     `group:"input" placeholder:"NAME" help:"utf-8, utf-16le, utf-16be or windows-1252; without it, by byte order mark and content."`
	Delimiter     delimiter    `group:"input" placeholder:"CHAR" help:"Between the fields of a CSV file: , ; | or tab; without it, by the header."`
	Sheet         string       `group:"input" placeholder:"NAME" help:"Sheet of a workbook; without it, the first one that is not hidden."`
	HeaderRow     int          `group:"input" placeholder:"N" help:"Line or row of the header, where titles stand above it; without it, the first of 30 with a column for the ref."`
	RefColumn     string       `group:"input" placeholder:"NAME" help:"Column or key that holds the ref; without it, the one called ref, or else employee id, number or no, payroll id, personnel number, staff id, worker id and the like."`
	EndDateColumn string       `group:"input" placeholder:"NAME" help:"Column or key that holds the end date; without it, the one called endDate, end_date, End Date, or else leave date, leaving date, date left, termination date, last working day and the like."`
	Where         []condition  `group:"input" sep:";" placeholder:"CONDITION" help:"Only rows that meet it are leavers, such as 'Status=Leaver,Terminated' or 'Status!=Active'. A value with a comma stands in quotes. Of several, all must be met (give the flag again, or put ; between); the other rows are counted and left out."`
	RefPad        refPad       `group:"input" placeholder:"DIGITS" help:"Put zeros in front of refs that have digits only, and fewer: a spreadsheet has cut them."`
	RefPrefix     string       `group:"input" placeholder:"TEXT" help:"Text to put in front of every ref."`
	RefMap        string       `group:"input" placeholder:"FILE" help:"Table with the columns old and new: each ref is replaced by its partner; one without a partner is invalid."`
	Except        string       `group:"input" placeholder:"FILE" help:"List with a column ref: whoever is on it is never suspended, under the old ref or the new one."`
	DateFormat    dates.Format `group:"input" placeholder:"FORMAT" help:"How end dates are written, such as DD/MM/YYYY, D.M.YY, DD-MMM-YYYY, YYYYMMDD, or excel for serial numbers; without it YYYY-MM-DD or RFC 3339."`
	Timezone      zone         `group:"input" default:"UTC" help:"IANA zone in which a date without a zone is read."`
	IncludeFuture bool         `group:"input" help:"Also suspend leavers whose end date has not passed."`
}

// options are what inputs are read with, lists included.
func (f *inputFlags) options() (input.Options, error) {
	var where []input.Condition
	for _, c := range f.Where {
		where = append(where, c.Condition)
	}
	o := input.Options{
		Where:         where,
		Format:        input.Format(f.Format),
		Encoding:      input.Encoding(f.Encoding),
		Delimiter:     rune(f.Delimiter),
		Sheet:         f.Sheet,
		HeaderRow:     f.HeaderRow,
		RefColumn:     f.RefColumn,
		EndDateColumn: f.EndDateColumn,
		RefPad:        int(f.RefPad),
		RefPrefix:     f.RefPrefix,
		Dates:         f.DateFormat,
		Zone:          f.Timezone.Location,
	}
	var err error
	if f.RefMap != "" {
		if o.Crosswalk, err = input.ReadCrosswalk(f.RefMap); err != nil {
			return o, fmt.Errorf("--ref-map: %w", err)
		}
	}
	if f.Except != "" {
		if o.Except, err = input.ReadList(f.Except); err != nil {
			return o, fmt.Errorf("--except: %w", err)
		}
	}
	return o, nil
}

func (f *inputFlags) Validate() error {
	if f.HeaderRow < 0 {
		return fmt.Errorf("--header-row must be the number of a row, not %d", f.HeaderRow)
	}
	if ref := f.RefPrefix + "1"; f.RefPrefix != "" && (leaver.CheckRef(ref) != nil || leaver.TrimRef(ref) != ref) {
		return fmt.Errorf("--ref-prefix %q cannot begin a ref; look for white space and for what cannot be seen", f.RefPrefix)
	}
	return nil
}

// format is how inputs are written; "" if the content tells.
type format input.Format

func (f *format) UnmarshalText(text []byte) error {
	switch *f = format(text); input.Format(*f) {
	case "", input.CSV, input.JSONL, input.XLSX:
		return nil
	}
	return fmt.Errorf("%q is none of csv, jsonl and xlsx", text)
}

// encoding is how inputs are encoded; "" if the content tells.
type encoding input.Encoding

func (e *encoding) UnmarshalText(text []byte) error {
	parsed, err := input.ParseEncoding(string(text))
	*e = encoding(parsed)
	return err
}

// delimiter stands between fields; 0 if the header tells.
type delimiter rune

func (d *delimiter) UnmarshalText(text []byte) error {
	parsed, err := input.ParseDelimiter(string(text))
	*d = delimiter(parsed)
	return err
}

func (d delimiter) String() string { return input.DelimiterName(rune(d)) }

// refPad is how many digits refs have; 0 if nobody has said.
type refPad int

func (d *refPad) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text)) // 010 is ten
	if err != nil || n < 0 || n > leaver.MaxRef {
		return fmt.Errorf("%q is not a number of digits up to %d", text, leaver.MaxRef)
	}
	*d = refPad(n)
	return nil
}

// condition says which rows are leavers.
type condition struct{ input.Condition }

func (c *condition) UnmarshalText(text []byte) error {
	var err error
	c.Condition, err = input.ParseCondition(string(text))
	return err
}

// zone is an IANA time zone.
type zone struct{ *time.Location }

func (z *zone) UnmarshalText(text []byte) error {
	name := string(text)
	if name == "" || name == "Local" {
		// What a date means must not depend on the machine that reads it.
		return fmt.Errorf("%q is not an IANA zone such as Europe/London", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("%q is not an IANA zone such as Europe/London", name)
	}
	z.Location = location
	return nil
}

// targetFlags say where the leavers are, and as whom the API is called.
type targetFlags struct {
	Env              string `group:"tenant" placeholder:"NAME" help:"production, staging, production-mea, staging-mea, or sandbox (the simulator, inside the process)."`
	BaseURL          string `group:"tenant" name:"base-url" placeholder:"URL" help:"The API's address instead of --env; https, or http to a loopback address."`
	Tenant           string `group:"tenant" placeholder:"ID" help:"Tenant ID, such as eu-west-2_AbcdEfghI."`
	APISecretFile    string `group:"tenant" name:"api-secret-file" placeholder:"FILE" help:"File with the API secret; or set OFFBOARD_API_SECRET to the secret."`
	ClientID         string `group:"tenant" name:"client-id" placeholder:"ID" help:"OAuth client ID, instead of an API secret."`
	ClientSecretFile string `group:"tenant" placeholder:"FILE" help:"File with the OAuth client secret; or set OFFBOARD_CLIENT_SECRET to the secret."`
	TokenURL         string `group:"tenant" name:"token-url" placeholder:"URL" help:"OAuth token endpoint; without it, the one of --env."`
	Scope            string `group:"tenant" default:"api/write" help:"OAuth scope."`
}

// rateFlag is the one flag of the pace that a plan has a use for.
type rateFlag struct {
	Rate float64 `group:"pace" default:"10" help:"Ceiling in requests per second; 0: no ceiling. Below it the pace follows the server."`
}

func (f *rateFlag) Validate() error {
	if math.IsNaN(f.Rate) || math.IsInf(f.Rate, 0) || f.Rate < 0 {
		return fmt.Errorf("--rate must be a number of requests per second, or 0 for no ceiling, not %g", f.Rate)
	}
	return nil
}

type paceFlags struct {
	Concurrency int           `group:"pace" default:"8" help:"Requests in flight at most."`
	MaxAttempts int           `group:"pace" default:"5" help:"Requests per leaver at most."`
	Timeout     time.Duration `group:"pace" default:"30s" help:"Time for one request."`
	Deadline    time.Duration `group:"pace" placeholder:"DURATION" help:"Time for the whole run, such as 2h30m; then it stops as after Ctrl-C."`
}

// mostConcurrency is where more requests in flight can only be a slip.
const mostConcurrency = 1000

func (f *paceFlags) Validate() error {
	switch {
	case f.Concurrency < 1 || f.Concurrency > mostConcurrency:
		return fmt.Errorf("--concurrency must be from 1 to %d, not %d", mostConcurrency, f.Concurrency)
	case f.MaxAttempts < 1:
		return fmt.Errorf("--max-attempts must be at least 1, not %d", f.MaxAttempts)
	case f.Timeout <= 0:
		return fmt.Errorf("--timeout must be longer than 0, such as 30s, not %s", f.Timeout)
	case f.Deadline < 0:
		return fmt.Errorf("--deadline must be longer than 0, such as 2h, not %s", f.Deadline)
	}
	return nil
}

// planFlags are the flags that a plan and a run have in common beside those
// of the input.
type planFlags struct {
	rateFlag
	MaxLeavers *int   `group:"safety" placeholder:"N" help:"Refuse, before the first call, a plan with more leavers to suspend."`
	Report     string `group:"report" placeholder:"FILE" help:"Report to write; .jsonl writes JSON lines. Without it: the first input's name with .report.csv, in the working directory."`
	Resume     bool   `group:"report" help:"Go on with an existing report; an absent one is started."`
}

func (f *planFlags) Validate() error {
	if f.MaxLeavers != nil && *f.MaxLeavers < 0 {
		return fmt.Errorf("--max-leavers must be 0 or more, not %d", *f.MaxLeavers)
	}
	return f.rateFlag.Validate()
}

type runCommand struct {
	inputFlags
	targetFlags
	planFlags
	paceFlags
	MaxFailures batch.Limit `group:"safety" default:"50%" help:"Share: stop when more of the last 100 leavers tried have failed (of 20 at least). Number: stop at that many in all. 0: never stop."`
	Yes         bool        `group:"safety" help:"Do not ask. Without it a terminal is asked to type the number of leavers, and anything else is refused."`
	Progress    string      `group:"report" enum:"auto,bar,plain,none" default:"auto" help:"Progress on standard error: bar, plain (a line every ten seconds), none, or auto."`
}

// Validate looks at all flags, so that the first run after a change of the
// configuration tells of every slip at once.
func (c *runCommand) Validate() error {
	return errors.Join(c.inputFlags.Validate(), c.planFlags.Validate(), c.paceFlags.Validate())
}

// describe is the help of a flag, with its default and its variable.
func describe(value *kong.Value) string {
	if value.Flag == nil || value.Name == "help" {
		return value.Help
	}
	fallback := "no default"
	switch {
	case value.HasDefault:
		fallback = "default " + value.Default
	case value.IsBool():
		fallback = "default off"
	}
	return fmt.Sprintf("%s [%s, $%s]", value.Help, fallback, variable(value.Name))
}

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return "OFFBOARD_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

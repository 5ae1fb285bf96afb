package cli

import (
	"github.com/alecthomas/kong"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/table"
	"offboard/pkg/thrive"
)

// keywordsOf are the words that flags take in the place of the name of a file.
var keywordsOf = map[string][]string{"before": {noFile}}

// valuesOf returns the values of a flag that can be named; none if it takes any text or number.
func valuesOf(flag *kong.Flag) []candidate {
	if flag.Enum != "" {
		return wordsAlone(flag.EnumSlice())
	}
	switch flag.Name {
	case "env":
		return environments()
	case "format":
		return wordsAlone([]input.Format{input.CSV, input.JSONL, input.XLSX})
	case "encoding":
		return wordsAlone([]table.Encoding{table.UTF8, table.UTF16LE, table.UTF16BE, table.Windows1252})
	case "delimiter":
		return wordsAlone([]string{"tab"})
	case "end-date-column":
		return wordsAlone([]string{input.NoEndDates})
	case "date-format":
		return wordsAlone([]string{"DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "D.M.YY", "DD-MMM-YYYY", "YYYYMMDD", "excel", "unix", "unix-ms"})
	case "log-level":
		return wordsAlone([]string{"debug", "info", "warn", "error"})
	case "accept":
		return doubts()
	case "tolerate":
		return wordsAlone(canBeTolerated())
	case "rows":
		return wordsAlone(leaver.Outcomes())
	case "scope":
		return wordsAlone([]string{"api/read", "api/write", "api/all"})
	}
	return nil
}

func environments() (all []candidate) {
	for _, e := range thrive.Environments() {
		all = append(all, candidate{e.Name, e.APIURL})
	}
	return append(all, candidate{sandboxEnv, "a simulator inside the process"})
}

func doubts() (all []candidate) {
	for _, kind := range leaver.DoubtKinds() {
		all = append(all, candidate{kind.String(), doubtTexts[kind].what})
	}
	return all
}

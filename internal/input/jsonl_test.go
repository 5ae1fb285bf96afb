package input_test

import (
	"strings"
	"testing"

	"offboard/internal/input"
)

func TestJSONL(t *testing.T) {
	asked := func(ref, endDate string) input.Options {
		return input.Options{RefColumn: ref, EndDateColumn: endDate}
	}
	long := `{"ref": "b", "note": "` + strings.Repeat("x", longest) + `"}`
	tests := map[string]story{
		"a ref and an end date":                    {text: `{"ref": "a", "endDate": "2024-06-30"}`, rows: []string{"1 a 2024-06-30"}},
		"one object per line":                      {text: "{\"ref\": \"a\"}\n{\"ref\": \"b\"}\n", rows: []string{"1 a", "2 b"}},
		"CRLF":                                     {text: "{\"ref\": \"a\"}\r\n{\"ref\": \"b\"}\r\n", rows: []string{"1 a", "2 b"}},
		"no line break at the end":                 {text: "{\"ref\": \"a\"}\n{\"ref\": \"b\"}", rows: []string{"1 a", "2 b"}},
		"a byte order mark does not count":         {text: "\xef\xbb\xbf{\"ref\": \"a\"}\n", rows: []string{"1 a"}},
		"blank lines count as lines":               {text: "\n \t\n{\"ref\": \"a\"}\n\r\n{\"ref\": \"b\"}\n\n", rows: []string{"3 a", "5 b"}},
		"white space around an object":             {text: "  {\"ref\": \"a\"}\t\n", rows: []string{"1 a"}},
		"keys regardless of case":                  {text: `{"REF": "a", "ENDDATE": "2024-06-30"}`, rows: []string{"1 a 2024-06-30"}},
		"keys with underscores, dashes and spaces": {text: `{"_ref": "a", "End-_ Date": "2024-06-30"}`, rows: []string{"1 a 2024-06-30"}},
		"keys that differ from line to line":       {text: "{\"ref\": \"a\", \"end_date\": \"2024-06-30\"}\n{\"Ref\": \"b\", \"endDate\": \"2024-06-29\"}", rows: []string{"1 a 2024-06-30", "2 b 2024-06-29"}},
		"a key that is written with escapes":       {text: `{"\u0072ef": "a"}`, rows: []string{"1 a"}},
		"other keys are ignored":                   {text: `{"id": 1, "refs": [], "ref": "a", "": ""}`, rows: []string{"1 a"}},
		"nested values are ignored":                {text: `{"x": {"ref": "z", "endDate": "soon"}, "y": [{"ref": "y"}, [1, null]], "ref": "a"}`, rows: []string{"1 a"}},
		"white space around values is cut":         {text: `{"ref": " a\t\u00a0", "endDate": " 2024-06-30\n"}`, rows: []string{"1 a 2024-06-30"}},
		"escapes in values":                        {text: `{"ref": "Zo\u00eb\/\ud83d\ude42"}`, rows: []string{"1 Zoë/🙂"}},
		"no end date by null":                      {text: `{"ref": "a", "endDate": null}`, rows: []string{"1 a"}},
		"no end date by an empty text":             {text: `{"ref": "a", "endDate": ""}`, rows: []string{"1 a"}},
		"a whole number is a ref":                  {text: `{"ref": 1001}`, rows: []string{"1 1001"}},
		"a whole number is a ref, digit by digit":  {text: `{"ref": 123456789012345678901234567890}`, rows: []string{"1 123456789012345678901234567890"}},
		"zero is a ref":                            {text: `{"ref": 0}`, rows: []string{"1 0"}},
		"by the keys asked for":                    {text: `{"id": "a", "left": "2024-06-30", "ref": "z"}`, options: asked("id", "left"), rows: []string{"1 a 2024-06-30"}},
		"by keys asked for in another spelling":    {text: `{"Staff No": "a"}`, options: asked("staff_no", ""), rows: []string{"1 a"}},
		"of two keys, the one spelt as asked":      {text: `{"ID": "z", "id": "a", "left": "2024-06-30", "Left": "2024-06-29"}`, options: asked("id", "left"), rows: []string{"1 a 2024-06-30"}},
		"an end date key that some objects have":   {text: "{\"ref\": \"a\"}\n{\"ref\": \"b\", \"left\": null}", options: asked("", "left"), rows: []string{"1 a", "2 b"}},
		"an empty input has no rows":               {text: "", options: input.Options{Format: input.JSONL}},
		"blank lines have no rows":                 {text: "\n \n", options: input.Options{Format: input.JSONL}},

		"no ref":                             {text: "{\"ref\": \"a\"}\n{\"id\": \"b\"}", rows: []string{"1 a", "2 ! the ref is empty"}},
		"null is no ref":                     {text: `{"ref": null}`, rows: []string{"1 ! the ref is empty"}},
		"an empty object":                    {text: "{}\n{\"ref\": \"b\"}", rows: []string{"1 ! the ref is empty", "2 b"}},
		"a ref with a control character":     {text: `{"ref": "a\u0000b"}`, rows: []string{"1 ! control"}},
		"a ref that is not UTF-8":            {text: "{\"ref\": \"Zo\xeb\"}", rows: []string{"1 ! U+FFFD"}},
		"a ref with half a surrogate":        {text: `{"ref": "a\ud83d"}`, rows: []string{"1 ! U+FFFD"}},
		"a ref that is a negative number":    {text: `{"ref": -1}`, rows: []string{"1 ! neither text nor a whole number"}},
		"a ref that is a fraction":           {text: `{"ref": 1.0}`, rows: []string{"1 ! neither text nor a whole number"}},
		"a ref that is a power":              {text: `{"ref": 1e5}`, rows: []string{"1 ! neither text nor a whole number"}},
		"a ref that is true":                 {text: `{"ref": true}`, rows: []string{"1 ! neither text nor a whole number"}},
		"a ref that is a list":               {text: `{"ref": ["a"]}`, rows: []string{"1 ! neither text nor a whole number"}},
		"a ref that is an object":            {text: `{"ref": {"ref": "a"}}`, rows: []string{"1 ! neither text nor a whole number"}},
		"an end date that is none":           {text: `{"ref": "a", "endDate": "soon"}`, rows: []string{`1 ! "soon"`}},
		"an end date that is a number":       {text: `{"ref": "a", "endDate": 20240630}`, rows: []string{"1 ! all of them would fit --date-format YYYYMMDD"}},
		"an end date that is false":          {text: `{"ref": "a", "endDate": false}`, rows: []string{"1 ! neither text nor a whole number"}},
		"an end date that is an object":      {text: `{"ref": "a", "endDate": {}}`, rows: []string{"1 ! neither text nor a whole number"}},
		"the same key twice":                 {text: `{"ref": "a", "ref": "b"}`, rows: []string{"1 ! 2 keys"}},
		"the same key twice, with one value": {text: `{"ref": "a", "ref": "a"}`, rows: []string{"1 ! 2 keys"}},
		"two spellings of a key":             {text: `{"ref": "a", "Ref": "b"}`, rows: []string{`1 ! 2 keys could be meant by "ref"`}},
		"two spellings, and one is null":     {text: `{"ref": "a", "endDate": "2024-06-30", "end_date": null}`, rows: []string{"1 ! 2 keys"}},
		"the same end date key twice":        {text: `{"ref": "a", "endDate": null, "endDate": null}`, rows: []string{"1 ! 2 keys"}},
		"the key asked for twice":            {text: `{"id": "a", "id": "b"}`, options: asked("id", ""), rows: []string{`1 ! 2 keys could be meant by "id"`}},
		"end dates that are one date if they are put together": {text: `{"ref": "a", "endDate": 2024, "end_date": -0, "end date": 6, "END_DATE": -1, "end-date": 0}`,
			rows: []string{"1 ! 5 keys"}},
		"another key twice is no matter": {text: `{"x": 1, "x": 2, "ref": "a"}`, rows: []string{"1 a"}},

		"a malformed line":            {text: "{\"ref\": \"a\"}\n{\"ref\": \"b\"\n{\"ref\": \"c\"}", rows: []string{"1 a", "2 ! not closed", "3 c"}},
		"a malformed first line":      {text: "{\"ref\"\n{\"ref\": \"b\"}", rows: []string{"1 ! not valid JSON", "2 b"}},
		"a line that is text":         {text: "{\"ref\": \"a\"}\nb\n{\"ref\": \"c\"}", rows: []string{"1 a", "2 ! not valid JSON", "3 c"}},
		"a line that is a list":       {text: "{\"ref\": \"a\"}\n[\"b\"]\n{\"ref\": \"c\"}", rows: []string{"1 a", "2 ! not an object", "3 c"}},
		"a line that is null":         {text: "{\"ref\": \"a\"}\nnull\n", rows: []string{"1 a", "2 ! not an object"}},
		"two objects on a line":       {text: "{\"ref\": \"a\"} {\"ref\": \"b\"}\n{\"ref\": \"c\"}", rows: []string{"1 ! more than one value", "2 c"}},
		"text behind an object":       {text: "{\"ref\": \"a\"},\n{\"ref\": \"c\"}", rows: []string{"1 ! more than one value", "2 c"}},
		"a comma too many":            {text: "{\"ref\": \"a\",}\n{\"ref\": \"c\"}", rows: []string{"1 ! not", "2 c"}},
		"a comma too few":             {text: "{\"ref\": \"a\" \"x\": 1}\n{\"ref\": \"c\"}", rows: []string{"1 ! not valid JSON", "2 c"}},
		"a key that is a number":      {text: "{1: \"a\"}\n{\"ref\": \"c\"}", rows: []string{"1 ! not valid JSON", "2 c"}},
		"a key that is an object":     {text: "{{}: \"a\"}\n{\"ref\": \"c\"}", rows: []string{"1 ! not valid JSON", "2 c"}},
		"a bracket that closes":       {text: "{\"ref\": \"a\"]\n{\"ref\": \"c\"}", rows: []string{"1 ! not closed", "2 c"}},
		"an object over two lines":    {text: "{\"ref\":\n\"a\"}\n{\"ref\": \"c\"}", rows: []string{"1 ! not", "2 ! not", "3 c"}},
		"a value that is very deep":   {text: `{"x": ` + strings.Repeat("[", 100_000) + "\n{\"ref\": \"c\"}", rows: []string{"1 ! not valid JSON", "2 c"}},
		"a malformed value":           {text: "{\"x\": nul, \"ref\": \"a\"}\n{\"ref\": \"c\"}", rows: []string{"1 ! from byte", "2 c"}},
		"a line that is long":         {text: "{\"ref\": \"a\"}\n" + long[:len(long)-100] + "\"}\n{\"ref\": \"c\"}\n", rows: []string{"1 a", "2 b", "3 c"}},
		"a line that is too long":     {text: "{\"ref\": \"a\"}\n" + long + "\n{\"ref\": \"c\"}\n", rows: []string{"1 a", "2 ! the line is longer than 1048576 bytes", "3 c"}},
		"a first line that is":        {text: long + "\n{\"ref\": \"c\"}\n", rows: []string{"1 ! the line is longer than", "2 c"}},
		"a last line that is":         {text: "{\"ref\": \"a\"}\n" + long, rows: []string{"1 a", "2 ! the line is longer than"}},
		"a long line after a longer":  {text: "{\"ref\": \"a\"}\n" + long + "\n" + long[:len(long)-100] + "\"}", rows: []string{"1 a", "2 ! the line is longer than", "3 b"}},
		"a line of the longest kind":  {text: long[:longest-3] + "\"}\n{\"ref\": \"c\"}\n", rows: []string{"1 b", "2 c"}},
		"a line that is one too long": {text: long[:longest-2] + "\"}\n{\"ref\": \"c\"}\n", rows: []string{"1 ! the line is longer than", "2 c"}},

		"no object has a ref": {text: "{\"id\": \"a\", \"name\": \"b\"}\n{\"id\": \"b\"}\n", rows: []string{"1 ! the ref is empty", "2 ! the ref is empty"},
			fails: []string{"leavers.jsonl: ", `"ref"`, `"id", "name"`, "--ref-column"}},
		"no object has the ref key asked for": {text: `{"ref": "a"}`, options: asked("id", ""), rows: []string{"1 ! the ref is empty"},
			fails: []string{`"id"`, `the first one has "ref"`, "--ref-column"}},
		"no object can be read": {text: "{\n{\n", rows: []string{"1 ! not closed", "2 ! not closed"},
			fails: []string{`"ref"`, "--ref-column"}},
		"no object has the end date key asked for": {text: "{\"ref\": \"a\", \"left\": \"2999-01-01\"}\n{\"ref\": \"b\"}\n", options: asked("", "let"), rows: []string{"1 a", "2 b"},
			fails: []string{"leavers.jsonl: ", `"let"`, `"ref", "left"`, "--end-date-column"}},
		"both keys asked for and the same": {text: `{"id": "a"}`, options: asked("id", "ID"), fails: []string{"both", `"id"`}},
		"one key asked for is the other":   {text: `{"ref": "a"}`, options: asked("", "Ref"), fails: []string{"both", `"ref"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.jsonl") })
	}
}

func TestJSONLKeepsTheKeysOfTheFirstObject(t *testing.T) {
	s, err := open(t, "leavers.jsonl", "\n{\"Ref\": \"a\", \"x\": {\"y\": 1}}\n{\"z\": 1}\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Header) != 2 || s.Header[0] != "Ref" || s.Header[1] != "x" {
		t.Errorf("got %q", s.Header)
	}
}

func TestJSONOfOtherShapes(t *testing.T) {
	asked := input.Options{RefColumn: "employee.number", EndDateColumn: "job.leave.date"}
	tests := map[string]story{
		"an array":                                 {text: "\n[ {\"ref\": \"a\",\n \"endDate\": \"2024-06-30\"},\n{\"ref\": 1.5}, 7, {\"ref\":\"b\"}]\n", rows: []string{"1 a 2024-06-30", "2 ! neither text nor", "3 ! not an object", "4 b"}},
		"an array of nothing":                      {text: " [ ]\n", rows: nil},
		"keys within objects":                      {text: `{"employee":{"number":"a"},"job":{"leave":{"date":"2024-06-30"}}}` + "\n" + `{"Employee":{"Number":7},"job":null}` + "\n", options: asked, rows: []string{"1 a 2024-06-30", "2 7"}},
		"a key with a dot wins":                    {text: `{"employee.number":"a","employee":{"number":"b"}}`, options: asked, rows: []string{"1 a"}, fails: []string{`no object has the key "job.leave.date"`}},
		"a key that is twice":                      {text: `{"employee":{"Number":"a","NUMBER":"b"},"job":{"leave":{"date":null}}}`, options: asked, rows: []string{"1 ! 2 keys could be meant"}},
		"objects that do not agree":                {text: "{\"employeeId\":\"a\"}\n{\"employeeId\":\"b\",\"ref\":\"c\"}\n", rows: []string{"1 a"}, fails: []string{`some objects have the key "employeeId" and others "ref"`, "--ref-column"}},
		"an object without the key of the others":  {text: "{\"ref\":\"a\",\"employeeId\":\"1\"}\n{\"employeeId\":\"2\"}\n", rows: []string{"1 a"}, fails: []string{`some objects have the key "ref" and others "employeeId"`}},
		"end dates that do not agree":              {text: "{\"ref\":\"a\",\"endDate\":null}\n{\"ref\":\"b\",\"leaveDate\":\"2024-06-30\"}\n", rows: []string{"1 a"}, fails: []string{`"endDate" and others "leaveDate"`, "--end-date-column"}},
		"two keys are listed, with the flag":       {text: `{"ref":"a","leaveDate":null,"dateLeft":null}`, rows: []string{`1 ! 2 keys could be meant by "enddate": "leaveDate", "dateLeft"; name one with --end-date-column`}},
		"objects that are left out need not agree": {text: "{\"ref\":\"a\",\"kind\":\"staff\"}\n{\"staffId\":\"7\",\"kind\":\"contractor\"}\n{\"ref\":\"b\",\"kind\":\"staff\"}\n", options: where(t, "kind=staff"), rows: []string{"1 a", "3 b"}},
		"all objects are left out":                 {text: "{\"ref\":\"a\",\"kind\":\"staff\"}\n", options: where(t, "kind=none"), rows: nil},
		"all are left out, and none has a ref":     {text: "{\"kind\":\"staff\"}\n", options: where(t, "kind=none"), rows: nil, fails: []string{`no object has the key "ref"`}},
		"keys that differ by spelling agree":       {text: "{\"ref\":\"a\"}\n{\"REF\":\"b\"}\n", rows: []string{"1 a", "2 b"}},
		"no ref, but within objects":               {text: `{"worker":{"id":"a","x":{}},"at":[{"y":1}],"z":null}`, rows: []string{"1 ! the ref is empty"}, fails: []string{`the first one has "worker.id", "worker.x", "at", "z"`}},
		"a fault names its key":                    {text: `{"employee":{"number":"."},"job":{"leave":{"date":null}}}` + "\n" + `{"employee":{"number":"a"},"job":{"leave":{"date":"30.06.2024"}}}`, options: asked, rows: []string{`1 ! key "employee.number": the ref "."`, `2 ! key "job.leave.date": the end date "30.06.2024"`}},
		"an object that is text":                   {text: `{"employee":"number","job":{"leave":{"date":null}}}` + "\n" + `{"employee":{"number":"b"}}`, options: asked, rows: []string{`1 ! the value of "employee" is no object, so it has no "number"`, "2 b"}},
		"end dates in a list, and in a text": {text: `{"ref":"1","job":{"end":"2020-01-01"}}` + "\n" + `{"ref":"2","job":[{"end":"2027-01-01"}]}` + "\n" + `{"ref":"3","job":"end 2027-01-01"}` + "\n" + `{"ref":"4","job":null}`,
			options: input.Options{EndDateColumn: "job.end"}, rows: []string{"1 1 2020-01-01", `2 ! the value of "job" is a list`, `3 ! the value of "job" is no object`, "4 4"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.json") })
	}
}

func TestTheKeysThatWereTakenAreKnown(t *testing.T) {
	for text, want := range map[string]string{
		"{\"name\":\"x\"}\n{\"Employee Number\":7,\"Leave Date\":null}\n": "Employee Number,Leave Date",
		"{\"ref\":\"a\"}\n{\"REF\":\"b\"}\n":                              "ref,",
		"":                                                                ",",
	} {
		s, err := prepare(t, "leavers.jsonl", text, input.Options{Format: input.JSONL})
		if err == nil {
			_, err = read(t, s, input.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if ref, endDate := s.Columns(); ref+","+endDate != want {
			t.Errorf("%q: the keys are %q and %q, want %s", text, ref, endDate, want)
		}
	}
}

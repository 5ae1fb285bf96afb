package tenant

import (
	"strings"
	"testing"
)

func TestTextsThatAgree(t *testing.T) {
	const (
		equal = iota
		differ
		notKnown
	)
	for _, tt := range []struct {
		name, input, account string // of the account: JSON
		want                 int
	}{
		{"equal", "Lovelace", `"Lovelace"`, equal},
		{"another name", "Lovelace", `"Hopper"`, differ},
		{"a part of the name", "Love", `"Lovelace"`, differ},
		{"more than the name", "Lovelace", `"Love"`, differ},
		{"case", "LOVELACE", `"Lovelace"`, equal},
		{"case of other scripts", "ΣΊΣΥΦΟΣ", `"σίσυφος"`, equal},
		{"space around", "\t Lovelace \u00a0", `" Lovelace\n"`, equal},
		{"space between words", "De  la\u00a0Cruz", `"de la\tcruz"`, equal},
		{"a space more is another word", "De la Cruz", `"Dela Cruz"`, differ},
		{"accents", "Zoë Müller", `"zoe muller"`, equal},
		{"accents on the other side", "Zoe Muller", `"ZOË MÜLLER"`, equal},
		{"other accents", "Zoé", `"Zoè"`, equal},
		{"composed and decomposed", "Mu\u0308ller", `"M\u00fcller"`, equal},
		{"two marks in another order", "e\u0323\u0302", `"e\u0302\u0323"`, equal},
		{"full width", "Ｌｏｖｅｌａｃｅ\u3000Ａ", `"lovelace a"`, equal},
		{"a ligature", "ﬁnn", `"Finn"`, equal},
		{"a sharp s", "Weiß", `"WEISS"`, equal},
		{"a capital sharp s", "WEIẞ", `"weiß"`, equal},
		{"a sharp s is not one s", "Weiß", `"Weis"`, differ},
		{"an umlaut that is spelt out is another name", "Müller", `"Mueller"`, differ},
		{"a vowel of another script is no accent", "कि", `"क"`, differ},
		{"a dot in a capital i", "İpek", `"ipek"`, equal},
		{"punctuation", "O'Neil", `"O’Neil"`, differ},
		{"zeros", "0017", `"17"`, differ},
		{"an empty cell", "", `"Lovelace"`, notKnown},
		{"a blank cell", " \u00a0\t", `"Lovelace"`, notKnown},
		{"an empty account", "Lovelace", `""`, notKnown},
		{"a blank account", "Lovelace", `" "`, notKnown},
		{"empty on both sides", "", `""`, notKnown},
		{"an account with null", "Lovelace", `null`, notKnown},
		{"an account with a number", "17", `17`, notKnown},
		{"an account with an object", "Lovelace", `{"name":"Lovelace"}`, notKnown},
		{"an account with a list", "Lovelace", `["Lovelace"]`, notKnown},
		{"an account with a lost character", "Lovelace", `"Lovelace\udc00"`, notKnown},
		{"an account with the name twice", "Lovelace", `"Lovelace","lastName":"Hopper"`, notKnown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := checkOf(t, `{"ref":"E1","lastName":`+tt.account+`}`).Account("E1")
			compared, differs := a.Compare([]Match{{"Surname", "lastName"}}, []string{tt.input})
			got := equal
			switch {
			case compared == 0:
				got = notKnown
			case differs != "":
				got = differ
			}
			if got != tt.want || got == notKnown && differs != "" {
				t.Errorf("compared %d, differs %q; want %d", compared, differs, tt.want)
			}
		})
	}
}

func TestEachFieldIsCompared(t *testing.T) {
	const account = `{"ref":"E1","id":"1","email":"e","firstName":"f","lastName":"l","role":"learner","languageCode":"en",
		"additionalFields":{"dept":"d","Dept":"other","n":7,"twice":"x","twice":"x","":"empty"}}`
	a := checkOf(t, account).Account("E1")
	for _, tt := range []struct {
		field, text string
		known       bool
	}{
		{"id", "1", true}, {"email", "e", true}, {"firstName", "f", true}, {"lastName", "l", true}, {"role", "learner", true},
		{"languageCode", "en", true}, {"additionalFields.dept", "d", true}, {"additionalFields.Dept", "other", true},
		{"additionalFields.DEPT", "d", false}, {"additionalFields.n", "7", false}, {"additionalFields.twice", "x", false},
		{"EMAIL", "e", true}, {"ADDITIONALFIELDS.dept", "d", true},
	} {
		field, err := ParseField(tt.field)
		if err != nil {
			t.Error(err)
			continue
		}
		m := []Match{{"C", field}}
		if n, differs := a.Compare(m, []string{tt.text}); (n == 1) != tt.known || differs != "" {
			t.Errorf("%s: compared %d, differs %q", tt.field, n, differs)
		}
		if n, differs := a.Compare(m, []string{"?"}); (differs != "") != tt.known {
			t.Errorf("%s: compared %d, differs %q from another text", tt.field, n, differs)
		}
	}
}

func TestFieldsThatAreNone(t *testing.T) {
	for _, name := range []string{"", "mail", "status", "additionalFields", "additionalFields.", "additional.x", " email"} {
		_, err := ParseField(name)
		if err == nil || !strings.Contains(err.Error(), "the fields are email, firstName, id, languageCode, lastName, role and additionalFields.NAME") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestSeveralColumnsAndTheirWords(t *testing.T) {
	a := checkOf(t, `{"ref":"E1","email":"ada@x","lastName":"Love; lace\n","firstName":null}`).Account("E1")
	matches := []Match{{"E-Mail", "email"}, {"First", "firstName"}, {"Sur; name", "lastName"}, {"Mail 2", "email"}}
	for _, tt := range []struct {
		name     string
		texts    []string
		compared int
		want     string
	}{
		{"all agree", []string{"ADA@x", "Ada", "love; lace", "ada@x"}, 3, ""},
		{"one differs", []string{" bo@x ", "Ada", "love; lace", "ada@x"}, 3, `E-Mail is "bo@x" in the input and "ada@x" in the account`},
		{"all differ", []string{"bo@x", "Ada", "Hopper; G.", "cy@x"}, 3,
			`E-Mail is "bo@x" in the input and "ada@x" in the account, Sur, name is "Hopper, G." in the input and "Love, lace " in the account, Mail 2 is "cy@x" in the input and "ada@x" in the account`},
		{"cells are missing", []string{"ada@x"}, 1, ""},
		{"no cells", nil, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			compared, differs := a.Compare(matches, tt.texts)
			if compared != tt.compared || differs != tt.want {
				t.Errorf("compared %d: %s\nwant %d: %s", compared, differs, tt.compared, tt.want)
			}
			if strings.Contains(differs, "; ") {
				t.Error("the parts of what was seen cannot be told apart")
			}
		})
	}
}

func TestAnAccountThatIsNotThereDiffersFromNothing(t *testing.T) {
	for name, give := range map[string]answer{"no such user": none, "could not be read": failing, "an answer without a ref": byRef(`{"email":"bo@x"}`)} {
		c := asking("E1")
		give(t, c)
		if n, differs := c.Account("E1").Compare([]Match{{"E-Mail", "email"}}, []string{"ada@x"}); n != 0 || differs != "" {
			t.Errorf("%s: compared %d, differs %q", name, n, differs)
		}
	}
}

func TestTextsOfOneAccountThatTwoAnswersDoNotAgreeOn(t *testing.T) {
	c := asking("E1")
	c.Page(pageOf(t, -1, `{"ref":"E1","id":"1","email":"old@x","lastName":"L"}`, `{"ref":"E1","id":"1","email":"new@x","lastName":"L"}`))
	a := c.Account("E1")
	if n, differs := a.Compare([]Match{{"E-Mail", "email"}, {"Surname", "lastName"}}, []string{"other@x", "l"}); n != 1 || differs != "" {
		t.Errorf("compared %d, differs %q", n, differs)
	}
	c.Read("E1", user(t, `{"ref":"E1","id":"1","email":"new@x"}`))
	if n, differs := a.Compare([]Match{{"E-Mail", "email"}, {"Surname", "lastName"}}, []string{"NEW@x", "l"}); n != 2 || differs != "" {
		t.Errorf("after the read by ref: compared %d, differs %q", n, differs)
	}
}

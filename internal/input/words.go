package input

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The words by which an export says whether somebody is still employed. Their form does
// not say it, so they are listed, in the languages of the usual systems. They count
// without accents, case, and the endings of gender and number (see stem). A word that is
// missing here says nothing.
const (
	activeList = "active activated reactivated aktiv aktiver actif activo attivo attivi ativo actief actieve aktywny aktywni " +
		"employed working enabled hired rehired reinstated beschäftigt angestellt zatrudniony in-dienst 在職 在職中 在籍 在籍中"
	goneList = "terminated termed term left leaver exited departed gone offboarded deleted delete disabled deactivated deprovisioned " +
		"ausgetreten ausgeschieden beendet gelöscht deaktiviert sorti parti terminé radié désactivé cesado desligado rescindido " +
		"cessato uit-dienst vertrokken zakończony 退職 退職済 退職済み 退社 離職 离职"
	// Ways to leave. A column with such a name does not say that the others are employed.
	wayList = "resigned archived quit retired dismissed deceased died separated redundant redundancy fired ended expired laid-off discharged " +
		"gekündigt gekuendigt verstorben entlassen pensioniert démissionné démissionnaire licencié retraité décédé " +
		"despedido jubilado finalizado fallecido demitido aposentado falecido dimesso licenziato pensionato deceduto " +
		"ontslagen gepensioneerd overleden zwolniony"
	currentList  = "current currently"                                                         // employed, unless another word says more
	formerList   = "former formerly ex previous previously ehemalig ehemaliger ancien ehemals" // gone, and so is what is active behind it
	negationList = "not non never no-longer nicht kein pas nie niet inte"                      // the word behind it says the opposite
	noList       = "no"                                                                        // not active, but hardly: not gone
	// Words that say it only if nothing stands beside them: "baja médica" is a sick leave.
	aloneActiveList = "a alta"
	aloneGoneList   = "t i d r baja"

	trueList  = "true yes y 1 -1 x t on ja j oui o si s sim tak wahr vrai verdadero vero はい ✓ ✔ ☑"
	falseList = "false no n 0 f off nein non nao nee nie falsch faux falso いいえ"
)

// The words of the names of columns that say it. A name that has any other word is about
// something else, such as a marital status.
const (
	statusList = "status statut estatus estado stato state zustand situation situación situação état stan 在職状況 ステータス"
	startList  = "hire hired rehire start started joining joined join entry eintritt wiedereintritt"
	dateList   = "date datum fecha data"
	personList = "employment employee employees emp empl worker staff person people personnel associate colleague member user " +
		"mitarbeiter salarié employé empleado trabajador dipendente funcionário colaborador medewerker pracownik 社員 従業員"
	besideList = "work working job assignment position personal account login profile record contract company hr hris payroll pay " +
		"service system ad termination leaving lifecycle relationship beschäftigung anstellung arbeit konto benutzer vertrag laboral rapporto"
	formList = "is has still to be the of as do da de del du d der des le la l ist est es re code cd desc description descr value values flag indicator ind " +
		"name label text key read only required yes no true false y n t f last latest most recent original first now"
	typeList = "type" // of a status: that of a leaver is a way to leave
	// Ways to leave of which a column may say that somebody has not left if it says of others
	// that they have.
	flagList = "resigned archived"
	// Objects of JSON that are about other people than the leaver.
	otherPeople = "manager supervisor report team subordinate dependent spouse"
)

// meaning is what a word says.
type meaning uint8

const (
	unknownWord meaning = iota
	activeWord
	goneWord
	wayWord
	currentWord
	formerWord
	negationWord
	noWord
	statusWord
	flagWord
	typeWord
	startWord
	dateWord
	personWord
	besideWord
	formWord
)

var (
	valueWords  = dictionary(map[meaning]string{activeWord: activeList, goneWord: goneList, wayWord: wayList, currentWord: currentList, formerWord: formerList, negationWord: negationList, noWord: noList})
	nameWords   = dictionary(map[meaning]string{statusWord: statusList, flagWord: flagList, typeWord: typeList, startWord: startList, dateWord: dateList, personWord: personList, besideWord: besideList, formWord: formList})
	aloneWords  = dictionary(map[meaning]string{activeWord: aloneActiveList, goneWord: aloneGoneList})
	truthWords  = dictionary(map[meaning]string{activeWord: trueList, goneWord: falseList}) // yes and no
	opposites   = [...]string{"in", "un", "nie", "non", "未"}
	otherPerson = strings.Fields(otherPeople)
)

// dictionary makes a table of listed words. A hyphen stands for the blank between two.
func dictionary(lists map[meaning]string) map[string]meaning {
	all := map[string]meaning{}
	for m, list := range lists {
		for word := range strings.FieldsSeq(list) {
			if len(word) > 2 {
				word = strings.ReplaceAll(word, "-", " ")
			}
			all[stem(fold(word))] = m
		}
	}
	return all
}

// fold returns a text in lower case and without accents.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

// stem cuts the endings of gender and number: sorti, sortie, sorties.
func stem(word string) string {
	if cut := strings.TrimRight(word, "aeos"); len(cut) >= 3 {
		return cut
	}
	return word
}

// meaningOf returns what a folded word of a value says. The opposite of a word that is
// known is known, too: inactive, unemployed, nieaktywny.
func meaningOf(word string) meaning {
	switch m := valueWords[stem(word)]; m {
	case unknownWord:
	case wayWord:
		return goneWord
	default:
		return m
	}
	for _, prefix := range opposites {
		if rest, cut := strings.CutPrefix(word, prefix); cut {
			switch valueWords[stem(rest)] {
			case activeWord:
				return goneWord
			case goneWord, wayWord:
				return activeWord
			}
		}
	}
	return unknownWord
}

// wordsOf returns the folded words of a text. A word with a hyphen or with capital letters
// within is one word if that is known (In-Active, InActive), and several otherwise.
func wordsOf(text string) (words []string) {
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if whole := fold(strings.ReplaceAll(run, "-", "")); meaningOf(whole) != unknownWord {
			words = append(words, whole)
			continue
		}
		for part := range strings.SplitSeq(run, "-") {
			if whole := fold(part); meaningOf(whole) != unknownWord {
				words = append(words, whole)
				continue
			}
			for len(part) > 0 {
				end := nextCapital(part)
				words = append(words, fold(part[:end]))
				part = part[end:]
			}
		}
	}
	return words
}

// nextCapital returns where a capital letter follows a small one; the length of the text
// if none does.
func nextCapital(text string) int {
	small := false
	for i, r := range text {
		if small && unicode.IsUpper(r) {
			return i
		}
		small = unicode.IsLower(r)
	}
	return len(text)
}

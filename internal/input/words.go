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
	goneList = "terminated termed left leaver exited departed gone offboarded deleted delete disabled deactivated deprovisioned " +
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
	// What has not happened yet or was taken back, and what ends again: with one of them no
	// word says that somebody has left. A sick leave or a parental leave is such an end.
	plannedList = "to-be will planned future pending upcoming scheduled serving-notice on-notice notice-period cancelled canceled rescinded retracted revoked reversed " +
		"withdrawn came-back returned returning geplant zukünftig künftig storniert widerrufen zurückgezogen zurückgekehrt prévu annulé previsto annullato revocato previsto " +
		"anulado cancelado gepland geannuleerd"
	absentList  = "temporarily temporary leave maternity paternity parental sabbatical absence vorübergehend elternzeit mutterschutz congé"
	neutralList = "voluntary involuntary a-termine" // the last one is a contract, and none that has ended
	// Words that say it only if nothing stands beside them: "baja médica" is a sick leave.
	aloneActiveList = "a alta"
	aloneGoneList   = "t i d r baja term " +
		// Nouns: somebody whose retirement is planned is still there.
		"termination resignation retirement dismissal death end-of-contract kündigung austritt rente ruhestand démission fin-de-contrat " +
		"dimissioni cessazione baja-voluntaria baja-definitiva rescisão einde-contract pensioen zwolnienie"
	// Words of an account that is closed, and not of a person.
	accountGoneList = "suspended locked gesperrt suspendu bloqué suspendido bloqueado sospeso bloccato geblokkeerd"
	// Events after which somebody who had left is there again.
	againList = "rehire rehired reinstatement reinstated reactivation reactivated return returned returning wiedereintritt wiedereinstellung réintégration réembauche reingreso riassunzione"

	trueList  = "true yes y 1 -1 x t on ja j oui o si s sim tak wahr vrai verdadero vero はい ✓ ✔ ☑"
	falseList = "false no n 0 f off nein non nao nee nie falsch faux falso いいえ"
)

// The words of the names of columns that say it. A name that has any other word is about
// something else, such as a marital status.
const (
	statusList = "status statut estatus estado stato state zustand situation situación situação état stan 在職状況 ステータス"
	startList  = "hire hired start started joining joined join entry eintritt wiedereintritt rehire reinstatement entrée ingreso ingresso alta assunzione indienst"
	backList   = "rehired reinstated" // active, or the beginning of a date
	dateList   = "date dt on datum fecha data"
	personList = "employment employee employees emp empl worker staff person people personnel associate colleague member " +
		"mitarbeiter salarié employé empleado trabajador dipendente funcionário colaborador medewerker pracownik 社員 従業員"
	userList   = "user benutzer" // persons, and accounts
	besideList = "work working job assignment position personal profile record contract leaving termination lifecycle hr hris " +
		"beschäftigung anstellung arbeit vertrag laboral rapporto"
	// Objects of JSON with such a name are about something that the employee has beside the
	// employment. An account that is open is why there is a list of leavers: it says nothing.
	placeList   = "company payroll pay service system"
	accountList = "account login konto mailbox mail email ad okta google sso"
	relateList  = "relationship"                                                              // a marriage, unless it is one of work
	wrapperList = "attribute attributes fields field properties property details info custom" // objects of JSON around anything
	eventList   = "event action reason movement transaction ereignis maßnahme"
	formList    = "is has still to be the of as do da de del du d der des le la l ist est es re code cd desc description descr value values flag indicator ind " +
		"name label text key read only required yes no true false y n t f c u s id nr ja oui si tak sim o j last latest most recent original first now " +
		"actual actuel attuale aktueller primary overall main"
	typeList = "type" // of a status: that of a leaver is a way to leave
	// Ways to leave of which a column may say that somebody has not left if it says of others
	// that they have.
	flagList = "resigned"
	// What is true of the record, which may be that of somebody who is employed.
	recordList = "deleted archived gelöscht archiviert supprimé archivé eliminado archivado"
	// Objects of JSON that are about other people than the leaver.
	otherPeople = "manager supervisor report team subordinate dependent spouse"
)

// wholeNames are names that say it by a word that says something else in other names.
var wholeNames = map[string]statusKind{
	"indienst": statusActive, "eintritt": startDate, "wiedereintritt": startDate, "doj": startDate,
}

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
	plannedWord
	absentWord
	neutralWord
	statusWord
	flagWord
	recordWord
	backWord
	userWord
	placeWord
	accountWord
	relateWord
	wrapperWord
	eventWord
	typeWord
	startWord
	dateWord
	personWord
	besideWord
	formWord
)

var (
	valueWords = dictionary(map[meaning]string{activeWord: activeList, goneWord: goneList, wayWord: wayList, currentWord: currentList, formerWord: formerList,
		negationWord: negationList, noWord: noList, plannedWord: plannedList, absentWord: absentList, neutralWord: neutralList})
	nameWords = dictionary(map[meaning]string{statusWord: statusList, flagWord: flagList, recordWord: recordList, typeWord: typeList, startWord: startList, backWord: backList,
		dateWord: dateList, personWord: personList, userWord: userList, besideWord: besideList, placeWord: placeList, accountWord: accountList, relateWord: relateList,
		wrapperWord: wrapperList, eventWord: eventList, formWord: formList})
	aloneWords   = dictionary(map[meaning]string{activeWord: aloneActiveList, goneWord: aloneGoneList})
	accountWords = dictionary(map[meaning]string{goneWord: accountGoneList})
	againWords   = dictionary(map[meaning]string{activeWord: againList})
	truthWords   = dictionary(map[meaning]string{activeWord: trueList, goneWord: falseList}) // yes and no
	opposites    = [...]string{"in", "un", "nie", "non", "未"}
	otherPerson  = strings.Fields(otherPeople)
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

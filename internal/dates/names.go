package dates

import (
	"strings"
	"time"
	"unicode/utf8"
)

// The names of months and weekdays in English, German, French, Spanish, Italian,
// Dutch and Portuguese. They are those of CLDR 48.2 (the npm package
// cldr-dates-full 48.2.0, main/<locale>/ca-gregorian.json, months and days, "wide"
// and "abbreviated" of "format" and "stand-alone"), without the point at the end of
// an abbreviation. Each line is of the locale behind it.
var (
	longMonths = []string{
		"January February March April May June July August September October November December",         // en
		"Januar Februar März April Mai Juni Juli August September Oktober November Dezember",            // de
		"Jänner Februar März April Mai Juni Juli August September Oktober November Dezember",            // de-AT
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",          // fr
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",      // es
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", // it
		"januari februari maart april mei juni juli augustus september oktober november december",       // nl
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",      // pt
	}
	shortMonths = []string{
		"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",         // en
		"Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",        // en-GB
		"Jan Feb März Apr Mai Juni Juli Aug Sept Okt Nov Dez",     // de
		"Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",         // de
		"Jän Feb März Apr Mai Juni Juli Aug Sep Okt Nov Dez",      // de-AT
		"janv févr mars avr mai juin juil août sept oct nov déc",  // fr
		"janv févr mars avr mai juin juill août sept oct nov déc", // fr-CA
		"ene feb mar abr may jun jul ago sept oct nov dic",        // es
		"ene feb mar abr may jun jul ago sep oct nov dic",         // es-MX
		"gen feb mar apr mag giu lug ago set ott nov dic",         // it
		"jan feb mrt apr mei jun jul aug sep okt nov dec",         // nl
		"jan fev mar abr mai jun jul ago set out nov dez",         // pt
	}
	weekdays = []string{
		"Sunday Monday Tuesday Wednesday Thursday Friday Saturday",                       // en
		"Sun Mon Tue Wed Thu Fri Sat",                                                    // en
		"Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",                    // de
		"So Mo Di Mi Do Fr Sa",                                                           // de
		"dimanche lundi mardi mercredi jeudi vendredi samedi",                            // fr
		"dim lun mar mer jeu ven sam",                                                    // fr
		"domingo lunes martes miércoles jueves viernes sábado",                           // es
		"dom lun mar mié jue vie sáb",                                                    // es
		"domenica lunedì martedì mercoledì giovedì venerdì sabato",                       // it
		"dom lun mar mer gio ven sab",                                                    // it
		"zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",                     // nl
		"zo ma di wo do vr za",                                                           // nl
		"domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado", // pt
		"dom seg ter qua qui sex sáb",                                                    // pt
		"domingo segunda terça quarta quinta sexta sábado",                               // pt-PT
	}
)

// The names, folded, and their places in the lines above, from 0.
var (
	longMonth  = places(longMonths)
	shortMonth = places(shortMonths)
	weekday    = places(weekdays)
)

func places(lines []string) map[string]int {
	all := map[string]int{}
	for _, line := range lines {
		for i, name := range strings.Fields(line) {
			var f folded
			f.read(name)
			all[string(f.letters[:f.n])] = i
		}
	}
	return all
}

// folded is the name at the front of a text, in lower case and without accents, which
// many programs drop. A longer name than fits is no name of a month or a weekday.
type folded struct {
	letters [16]byte
	n       int // letters
	size    int // bytes of the text
}

// read takes the letters at the front of a text, and a hyphen only in "-feira", the end
// of Portuguese weekdays: other hyphens separate the parts of a date.
func (f *folded) read(text string) {
	for f.size < len(text) && f.n < len(f.letters) {
		c, size := text[f.size], 1
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z':
		case c == '-' && len(text) >= f.size+len("-feira") && strings.EqualFold(text[f.size:f.size+len("-feira")], "-feira"):
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(text[f.size:])
			if c = base(r); c == 0 {
				return
			}
			if c == accent {
				f.size += size
				continue
			}
		default:
			return
		}
		f.letters[f.n] = c
		f.n++
		f.size += size
	}
}

// accent is what base returns for an accent that is a character of its own.
const accent = 1

// base returns the letter without its accent, in lower case; 0 for other characters.
func base(r rune) byte {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'À', 'Á', 'Â', 'Ã', 'Ä':
		return 'a'
	case 'ç', 'Ç':
		return 'c'
	case 'è', 'é', 'ê', 'ë', 'È', 'É', 'Ê', 'Ë':
		return 'e'
	case 'ì', 'í', 'î', 'ï', 'Ì', 'Í', 'Î', 'Ï':
		return 'i'
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'Ò', 'Ó', 'Ô', 'Õ', 'Ö':
		return 'o'
	case 'ù', 'ú', 'û', 'ü', 'Ù', 'Ú', 'Û', 'Ü':
		return 'u'
	}
	if r >= '\u0300' && r <= '\u036f' {
		return accent
	}
	return 0
}

// month reads the name of a month, in any case and with or without accents: an
// abbreviation, or the whole name.
func (s *scanner) month(names map[string]int) (month int, ok bool) {
	if *s == "" || isDigit((*s)[0]) {
		return 0, false
	}
	var f folded
	f.read(string(*s))
	i, ok := names[string(f.letters[:f.n])]
	if ok {
		*s = (*s)[f.size:]
	}
	return i + 1, ok
}

// weekday reads the name of a weekday and what separates it from the date: a point,
// a comma or spaces.
func (s *scanner) weekday() (day time.Weekday, ok bool) {
	if *s == "" || (*s)[0] < 'A' {
		return 0, false
	}
	var f folded
	f.read(string(*s))
	i, ok := weekday[string(f.letters[:f.n])]
	if !ok {
		return 0, false
	}
	rest := (*s)[f.size:]
	point, comma := rest.take('.'), rest.take(',')
	if rest.spaces() == 0 && !point && !comma {
		return 0, false
	}
	*s = rest
	return time.Weekday(i), true
}

// of reads "de" and the spaces around it, with which Spanish and Portuguese join the
// parts of a date (30 de junio de 2024), and leaves one space.
func (s *scanner) of() {
	rest := *s
	if rest.spaces() > 0 && len(rest) > len("de ") && (rest[:3] == "de " || rest[:3] == "DE ") {
		*s = rest[2:]
	}
}

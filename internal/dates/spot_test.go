package dates

import (
	"regexp"
	"testing"
	"time"
)

func TestSpot(t *testing.T) {
	for _, tt := range []struct {
		text    string
		numbers bool
		last    string
		sight   Sight
	}{
		{"2027-12-31", false, "2027-12-31", Sure},
		{"2027-12-31T17:00:00+02:00", false, "2027-12-31", Sure},
		{"31.12.2027", false, "2027-12-31", Sure},
		{"05/06/2027 17:00", false, "2027-06-05", Sure}, // or in May
		{"31. Dez. 27", false, "2031-12-27", Sure},
		{"30 de junio de 2027", false, "2027-06-30", Sure},
		{"Friday, December 31, 2027", false, "2027-12-31", Sure},
		{"30Jun2027", false, "2027-06-30", Sure},
		{"2027. 12. 31.", false, "2027-12-31", Sure},
		{"/Date(1830297600000)/", false, "2028-01-01", Sure},
		{"31.12.9999", false, "9999-12-31", Sure},
		{"31.12.27", false, "2031-12-27", Maybe}, // or on 31 December 2027,
		{"24.06.30", false, "2030-06-24", Maybe},
		{"20271231", false, "2027-12-31", Maybe},
		{"20271231170000Z", false, "2027-12-31", Maybe},
		{"December 2027", false, "2027-12-31", Maybe},
		{"12/2027", false, "2027-12-31", Maybe},
		{"12.2027", false, "2027-12-31", Maybe},
		{"2027-02", false, "2027-02-28", Maybe},
		{"31.12.", true, "2031-12-31", Maybe}, // or of any year
		{"31. Dez.", true, "2031-12-31", Maybe},
		{"31.12.", false, "", NoDate},
		{"Dec-26", true, "2026-12-31", Maybe},
		{"12/27", true, "2027-12-31", Maybe},
		{"12/27", false, "", NoDate},
		{"Dez 27", true, "2027-12-31", Maybe},
		{"Dez 27", false, "", NoDate},
		{"46387", true, "2026-12-31", Maybe},
		{"46387.75", true, "2026-12-31", Maybe},
		{"46387", false, "", NoDate},
		{"36525", true, "", NoDate},
		{"73051", true, "", NoDate},
		{"1830297600", true, "2028-01-01", Maybe},
		{"1830297600000", true, "2028-01-01", Maybe},
		{"1830297600", false, "", NoDate},
		{"311227", true, "2031-12-27", Maybe},
		{"31122027", true, "2027-12-31", Maybe},
		{"010128", true, "2028-01-01", Maybe},
		{"31122027", false, "", NoDate},
		{"E10017", true, "", NoDate},
		{"+44 20 7946", true, "", NoDate},
		{"555-123-4567", true, "", NoDate},
		{"Room 42", true, "", NoDate},
		{"soon", true, "", NoDate},
		{"1", true, "", NoDate},
		{"00042", true, "", NoDate},
		{"3f2a9c10-27b1-4c1d-a0b2-0123456789ab", true, "", NoDate},
		{"ada12@example.com", true, "", NoDate},
		{"31.06.2027", true, "", NoDate},
		{"1.2.3.4", true, "", NoDate},
	} {
		last, sight := Spot(tt.text, tt.numbers)
		got := ""
		if !last.IsZero() {
			got = last.Format(dayLayout)
		}
		if got != tt.last || sight != tt.sight {
			t.Errorf("%q, %t: got %q, %d, want %q, %d", tt.text, tt.numbers, got, sight, tt.last, tt.sight)
		}
	}
}

var signed = regexp.MustCompile(`[+/-][+-][0-9]|^[+-]`)

// TestSpotSeesWhatLooksLikeADate compares Spot with what every format reads.
func TestSpotSeesWhatLooksLikeADate(t *testing.T) {
	seen := 0
	for _, day := range days {
		if signed.MatchString(day) {
			continue // time.Parse takes a sign and a digit for a year; nobody writes it
		}
		for _, clock := range clocks {
			text := day + clock
			if _, sight := Spot(text, false); sight == NoDate && Looks(text, time.UTC) {
				t.Errorf("%q looks like a date, and Spot sees none", text)
			} else if sight != NoDate {
				seen++
			}
		}
	}
	if seen < 500 {
		t.Errorf("%d texts are dates", seen)
	}
}

func BenchmarkSpot(b *testing.B) {
	for _, text := range []string{"Ada Ash", "Room 42", "E1001", "ada.ash7@example.com", "12/2024", "2024-06-30", "45473"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				Spot(text, false)
			}
		})
	}
}

func FuzzSpot(f *testing.F) {
	for i, day := range days {
		f.Add(day+clocks[i%len(clocks)], i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, numbers bool) {
		last, sight := Spot(text, numbers)
		if sight == NoDate && !last.IsZero() {
			t.Errorf("%q is no date, and %v", text, last)
		}
		if _, wider := Spot(text, true); wider < sight {
			t.Errorf("%q is a date only if numbers are none", text)
		}
	})
}

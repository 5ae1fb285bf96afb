package cli

import "testing"

func TestSizesAsPeopleTypeThem(t *testing.T) {
	for text, want := range map[string]size{
		"4GiB": 4 << 30, "500MB": 500e6, "500 mb": 500e6, "1.5gib": 3 << 29, "64KiB": 64 << 10, "1000": 1000, "7B": 7, "2TiB": 2 << 40, "1TB": 1e12,
	} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
		var again size
		if err := again.UnmarshalText([]byte(got.String())); err != nil || again != got {
			t.Errorf("%q is written as %q and read again as %d (%v)", text, got, again, err)
		}
	}
	for _, text := range []string{"", "GiB", "4G", "-1MB", "0", "0.5B", "NaN", "1e30", "1e300TiB", "all", "4GiBs"} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
	for s, want := range map[size]string{4 << 30: "4GiB", 500e6: "500MB", 1000: "1KB", 1024: "1KiB", 1001: "1001B", 0: "0"} {
		if s.String() != want {
			t.Errorf("%d is written as %s, want %s", int64(s), s, want)
		}
	}
	for bytes, want := range map[int64]string{64 << 20: "128MiB", 500e6: "1GiB", 1: "2B"} {
		if got := larger(bytes); got.String() != want || int64(got) < 2*bytes {
			t.Errorf("larger than %d is %s, want %s", bytes, got, want)
		}
	}
}

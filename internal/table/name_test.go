package table

import "testing"

func TestNormalName(t *testing.T) {
	for name, want := range map[string]string{
		"endDate": "enddate", "End Date": "enddate", "END_DATE": "enddate", "end-date": "enddate", "End\nDate": "enddate",
		"\ufeffref": "ref", "Ref.": "ref", "(ref)": "ref", "'ref'": "ref", "HTTP\u00a0Status": "httpstatus", "": "", "._-": "",
		"ref.no": "ref.no", "Ünïcode": "ünïcode",
	} {
		if got := NormalName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

package input

import "testing"

func TestPadIsProposedOnlyIfAllWidthsAgree(t *testing.T) {
	for name, tt := range map[string]struct {
		refs   []string
		widths []int // that the sheet shows
		want   int
	}{
		"the sheet shows one width":                     {nil, []int{6, 6}, 6},
		"the sheet shows two widths":                    {nil, []int{6, 8}, 0},
		"texts have the width that the sheet shows":     {[]string{"004711"}, []int{6}, 6},
		"texts have another width than it shows":        {[]string{"00004711"}, []int{6}, 0},
		"texts have one width, and others are shorter":  {[]string{"004711", "4712"}, nil, 6},
		"texts have two widths, and others are shorter": {[]string{"004711", "0004712", "4713"}, nil, 0},
		"nothing is shorter":                            {[]string{"004711", "514712"}, nil, 0},
	} {
		var z zeros
		for _, ref := range tt.refs {
			z.note(ref)
		}
		for _, width := range tt.widths {
			z.noteShown(width, 0)
		}
		if got := z.pad(); got != tt.want {
			t.Errorf("%s: %d digits are proposed, want %d", name, got, tt.want)
		}
	}
}

package batch

import (
	"fmt"
	"strconv"
	"strings"
)

// Limit says how many leavers may fail before the run stops: either a share of
// the last 100 leavers tried, or a number in the whole run. The zero value
// never stops a run. Limits can be compared with ==.
type Limit struct {
	text  string // as it was typed
	kind  limitKind
	share float64 // of byShare, 0 to 1
	count int     // of byCount, at least 1
}

type limitKind int

const (
	never   limitKind = iota
	byShare           // more than a share of the leavers tried last
	byCount           // a number of leavers in the whole run
)

// ParseLimit reads a limit: "50%" stops the run when more than half of the last
// 100 leavers tried have failed (at least 20 must have been tried), "20" when 20
// have failed in all, and "0" never.
func ParseLimit(text string) (Limit, error) {
	invalid := fmt.Errorf("%q is neither a share such as 50%% nor a number such as 20; 0 never stops", text)
	if share, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return Limit{}, invalid
		}
		return Limit{text: text, kind: byShare, share: percent / 100}, nil
	}
	count, err := strconv.Atoi(text)
	switch {
	case err != nil || count < 0:
		return Limit{}, invalid
	case count == 0:
		return Limit{text: text}, nil
	}
	return Limit{text: text, kind: byCount, count: count}, nil
}

// Divided returns the limit of one of n runs that carry out a plan together: a number is
// divided among them, so that they do not have more failures together, but each of them may
// have one before it stops. A share is the same in each.
func (l Limit) Divided(n int) Limit {
	if l.kind == byCount && n > 1 {
		l.text = fmt.Sprintf("%s, divided by %d", l, n)
		l.count = max(1, l.count/n)
	}
	return l
}

// UnmarshalText implements encoding.TextUnmarshaler with ParseLimit.
func (l *Limit) UnmarshalText(text []byte) error {
	limit, err := ParseLimit(string(text))
	if err == nil {
		*l = limit
	}
	return err
}

// String returns the text that was parsed, and "0" for the zero value.
func (l Limit) String() string {
	if l.text == "" {
		return "0"
	}
	return l.text
}

package cli

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// size is a number of bytes, typed such as 500MB or 4GiB.
type size int64

// sizeUnits are the units of a size, in the order in which they are tried.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}, {"", 1},
}

// UnmarshalText reads a number of bytes, with a unit or without one.
func (s *size) UnmarshalText(text []byte) error {
	typed := strings.TrimSpace(string(text))
	for _, unit := range sizeUnits {
		at := len(typed) - len(unit.name)
		if at < 0 || !strings.EqualFold(typed[at:], unit.name) {
			continue
		}
		number, err := strconv.ParseFloat(strings.TrimSpace(typed[:at]), 64)
		bytes := number * float64(unit.bytes)
		if err != nil || math.IsNaN(bytes) || bytes < 1 || bytes >= math.MaxInt64 {
			break
		}
		*s = size(bytes)
		return nil
	}
	return fmt.Errorf("%q is no size such as 500MB or 4GiB", text)
}

// String writes the size as UnmarshalText reads it, with the largest unit in which it is a
// whole number.
func (s size) String() string {
	for _, unit := range sizeUnits {
		if int64(s) >= unit.bytes && int64(s)%unit.bytes == 0 {
			return strconv.FormatInt(int64(s)/unit.bytes, 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// larger returns a round size of at least twice as many bytes.
func larger(bytes int64) size { return size(1) << min(bits.Len64(uint64(2*bytes-1)), 62) }

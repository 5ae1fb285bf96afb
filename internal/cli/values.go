package cli

import (
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
)

// valueMappers read numbers, durations and levels, because the parser's own errors about
// them have the words of Go's packages. Numbers are decimal: 010 is 10.
func valueMappers() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.Int, mapper("a whole number", ", such as 20", strconv.Atoi)),
		kong.KindMapper(reflect.Float64, mapper("a number", ", such as 2.5", func(text string) (float64, error) { return strconv.ParseFloat(text, 64) })),
		kong.KindMapper(reflect.Bool, switchMapper{}),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), mapper("a duration", ", such as 90s, 15m or 2h30m", time.ParseDuration)),
		kong.TypeMapper(reflect.TypeFor[slog.Level](), mapper("a level", ": debug, info, warn or error", parseLevel)),
	}
}

// mapper returns a mapper for a kind of value, with examples of it.
func mapper[T any](kind, example string, parse func(text string) (T, error)) kong.Mapper {
	return kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		var text string
		if err := ctx.Scan.PopValueInto("value", &text); err != nil {
			return err
		}
		value, err := parse(text)
		if err != nil {
			return fmt.Errorf("%q is not %s%s", text, kind, example)
		}
		target.Set(reflect.ValueOf(value).Convert(target.Type()))
		return nil
	})
}

func parseLevel(text string) (level slog.Level, err error) {
	return level, level.UnmarshalText([]byte(text))
}

// switchMapper reads a flag that is on or off. Without a value it is on.
type switchMapper struct{}

// IsBool tells the parser that the word behind the flag is not its value.
func (switchMapper) IsBool() bool { return true }

// Decode implements kong.Mapper.
func (switchMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	switch text := ctx.Scan.Pop().String(); text {
	case "true", "yes", "1":
		target.SetBool(true)
	case "false", "no", "0":
		target.SetBool(false)
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

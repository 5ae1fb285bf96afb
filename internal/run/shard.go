package run

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// Shard is one part of a plan that several processes carry out together, each of them
// with all inputs. The zero value is the whole plan.
//
// Every process plans the whole input, so that duplicates, conflicts and doubts are the
// same in all of them. It calls, and records, only the rows of its own shard.
type Shard struct {
	Number int // from 1 on
	Count  int // 0: there are no shards
}

// ParseShard reads a shard such as "3/10", the third of ten.
func ParseShard(text string) (Shard, error) {
	number, count, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	of, errCount := strconv.Atoi(count)
	if err != nil || errCount != nil || n < 1 || n > of {
		return Shard{}, fmt.Errorf("%q is not a shard such as 3/10, from 1/10 to 10/10", text)
	}
	return Shard{n, of}, nil
}

// String writes the shard as ParseShard reads it; "" for the whole plan.
func (s Shard) String() string {
	if s.IsWhole() {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Number, s.Count)
}

// IsWhole tells whether there are no shards.
func (s Shard) IsWhole() bool { return s.Count == 0 }

// Path returns the path of a file of the shard: ledger.csv is ledger.03-of-10.csv. The
// numbers have the same length, so that the names can be sorted. "" stays "".
func (s Shard) Path(path string) string {
	if s.IsWhole() || path == "" {
		return path
	}
	count, extension := strconv.Itoa(s.Count), filepath.Ext(path)
	return fmt.Sprintf("%s.%0*d-of-%s%s", strings.TrimSuffix(path, extension), len(count), s.Number, count, extension)
}

// Has tells whether a row is one of the shard. For a number of shards, all rows of a ref
// are always in the same one, by the ref as the tenant knows it; those without a ref are
// spread by their numbers. It is computed from the leaver's normal form, which does not
// change when a row is written to a report and read again. The paths of the inputs, which
// may be others in other processes, do not matter.
func (s Shard) Has(row leaver.Row) bool {
	if s.Count <= 1 {
		return true
	}
	ref, _ := row.Normal()
	if ref == "" {
		ref = "\n" + strconv.Itoa(row.Place.Row) // no ref has a line break
	}
	sum := sha256.Sum256([]byte(ref))
	return int(binary.BigEndian.Uint64(sum[:8])%uint64(s.Count)) == s.Number-1
}

// brakes divides the brakes of a run. Each shard needs a few leavers of its own to tell
// that something is wrong with all of them. That the credentials may not suspend has to be
// found before it is asked whether it is the right tenant, as in a run of the whole plan:
// no other attempt mends it.
func (s Shard) brakes() batch.Brakes {
	b := batch.UsualBrakes()
	part := func(whole, least int) int { return max(whole/max(1, s.Count), least) }
	return batch.Brakes{Firsts: part(b.Firsts, 4), Forbidden: part(b.Forbidden, 3), Tried: part(b.Tried, 5)}
}

// Part is the shard that a run carries out, and what the run counts of the whole plan and of
// the rows of the shard.
type Part struct {
	Shard
	// Leavers are those of the whole plan who are to be suspended; of shards, before the tenant
	// is asked, because each asks about its own ones.
	Leavers int
	rows    int                  // of the shard
	all     int                  // rows of the whole plan
	doubts  map[leaver.Doubt]int // that hold leavers of the shard, as in plan.Plan.Doubts
}

// Rate returns the part of a ceiling in requests per second that the run may use: as many
// per cent as it has of the rows, so that all shards end at the same time. What reports say
// makes no difference, so that all parts together are the whole.
func (p *Part) Rate(whole float64) float64 {
	switch {
	case p.Count <= 1:
		return whole
	case p.rows == 0: // nobody is called
		return whole / float64(p.Count)
	}
	return whole * float64(p.rows) / float64(p.all)
}

// conduct divides what all shards may do together. Calls in flight, attempts and times are
// those of each process.
func (p *Part) conduct(c Conduct) Conduct {
	c.Rate, c.MaxFailures = p.Rate(c.Rate), c.MaxFailures.Divided(p.Count)
	return c
}

// of returns the decisions about rows of the shard.
func (p *Part) of(decisions iter.Seq2[plan.Decision, error]) iter.Seq2[plan.Decision, error] {
	if p.Count <= 1 {
		return decisions
	}
	return func(yield func(plan.Decision, error) bool) {
		for d, err := range decisions {
			if (err != nil || p.Has(d.Row)) && !yield(d, err) {
				return
			}
		}
	}
}

// count counts the rows of the shard by outcome, the doubts, and all rows. own are the decisions
// about its rows, and all is the whole plan.
func (p *Part) count(own iter.Seq2[plan.Decision, error], all *plan.Plan) (leaver.Tally, error) {
	if p.Count <= 1 {
		totals := all.Totals()
		p.doubts, p.Leavers = all.Doubts(), totals[leaver.Pending]
		return totals, nil
	}
	totals := leaver.Tally{}
	p.doubts = map[leaver.Doubt]int{}
	for d, err := range own {
		if err != nil {
			return nil, err
		}
		if totals[d.Outcome]++; d.Outcome != leaver.Held {
			continue
		}
		kinds, _ := leaver.ParseHeldReason(d.Reason)
		for _, kind := range kinds.Kinds() {
			p.doubts[kind]++
		}
	}
	if p.all == 0 { // the tenant was not asked
		p.rows, p.all, p.Leavers = totals.Total(), all.Totals().Total(), all.Totals()[leaver.Pending]
	}
	return totals, nil
}

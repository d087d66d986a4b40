package assessment

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/stats"
)

// The matrix is filled in with reciprocals, whatever the judgements above the diagonal are.
func TestTheGridIsReciprocal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, mostPairs).Draw(t, "n")
		pairs := rapid.SliceOfN(rapid.SampledFrom(Judgements()), pairCount(n), pairCount(n)).Draw(t, "pairs")
		words, values, err := Grid(n, pairs)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			for j := range n {
				if math.Abs(values[i][j]*values[j][i]-1) > 1e-12 {
					t.Fatalf("%v and %v", values[i][j], values[j][i])
				}
				if v, back, ok := judged(words[i][j]); !ok || v != values[i][j] || back != words[j][i] {
					t.Fatalf("%s and %s", words[i][j], words[j][i])
				}
			}
		}
		if p, err := PrioritiesOf(n, pairs); err != nil || (p.Why == "") == (p.CR >= 0.10) || p.Why != "" && p.Weights != nil {
			t.Fatalf("%+v, %v", p, err)
		}
	})
}

func TestBadComparisonsAreRefused(t *testing.T) {
	for _, x := range []struct {
		n     int
		pairs []string
		want  string
	}{
		{1, nil, "至少要有两项"}, {11, equalPairs(11), "超过 10 项"}, {3, []string{"1"}, "没有填全"}, {2, []string{"10"}, "不是 1—9 标度"}, {2, []string{"2/3"}, "不是 1—9 标度"}, {2, []string{""}, "不是 1—9 标度"},
	} {
		if _, err := PrioritiesOf(x.n, x.pairs); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%d with %q: %v, want %q", x.n, x.pairs, err, x.want)
		}
	}
}

// The matrices of the reference case: one is consistent, Saaty's school example is not and its
// weights are not given out.
func TestTheReferenceCaseOfComparisons(t *testing.T) {
	var c struct {
		Input struct {
			Matrices []struct {
				ID   string
				Rows [][]any
			}
		}
		Expected struct {
			Results []struct {
				ID      string
				Weights []float64
				CR      float64
				Rows    []float64 `json:"geometric_mean_weights"`
			}
		}
	}
	read(t, "ahp_weights_consistency", &c)
	for k, m := range c.Input.Matrices {
		var pairs []string
		for i, row := range m.Rows {
			for _, v := range row[i+1:] {
				if n, ok := v.(float64); ok {
					pairs = append(pairs, strconv.Itoa(int(n)))
				} else {
					pairs = append(pairs, v.(string))
				}
			}
		}
		want := c.Expected.Results[k]
		p, err := PrioritiesOf(len(m.Rows), pairs)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.CR-want.CR) > 1e-9 {
			t.Errorf("%s: CR %v, want %v", m.ID, p.CR, want.CR)
		}
		if want.CR >= 0.10 {
			if p.Why != stats.Inconsistent || p.Weights != nil {
				t.Errorf("%s is inconsistent, but gives %v", m.ID, p.Weights)
			}
			continue
		}
		for i := range want.Weights {
			if math.Abs(p.Weights[i]-want.Weights[i]) > 1e-9 || math.Abs(p.Rows[i]-want.Rows[i]) > 1e-9 {
				t.Errorf("%s %d: %v and %v, want %v and %v", m.ID, i, p.Weights[i], p.Rows[i], want.Weights[i], want.Rows[i])
			}
		}
	}
}

// Rounded weights add up to 100 exactly, each within a hundredth of a percent.
func TestRoundedWeightsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Float64Range(0.01, 9), 2, 10).Draw(t, "weights")
		sum := 0.0
		for _, w := range raw {
			sum += w
		}
		for i := range raw {
			raw[i] /= sum
		}
		total := 0
		for i, s := range roundedWeights(raw) {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || math.Abs(v-100*raw[i]) > 0.0100001 {
				t.Fatalf("%s for %v: %v", s, raw[i], err)
			}
			total += int(math.Round(100 * v))
		}
		if total != 10000 {
			t.Fatalf("they add up to %d", total)
		}
	})
}

// The example of Opricovic and Tzeng through the module: units with a missing figure stand aside
// and are named, and both normalisations are there.
func TestCommonMethodsLeaveOutWhatIsIncomplete(t *testing.T) {
	s := scheme(up("A", "1", "0", "100"), up("B", "1", "0", "100"))
	list := units([]string{"90", "10"}, []string{"80", "30"}, []string{"60", "50"}, []string{"40", ""}, []string{"30", "80"}, []string{"10", "90"})
	c := CommonOf(s, Compute(s, year2017, list, random()))
	if c.Why != "" || len(c.Lines) != 5 || len(c.Without) != 1 || c.Without[0] != "第4镇" {
		t.Fatalf("why %q, %d lines, without %v", c.Why, len(c.Lines), c.Without)
	}
	if c.Raw == nil || c.MinMax == nil || len(c.Vector.Rank) != 5 || len(c.Scaled.Rank) != 5 {
		t.Fatalf("%+v", c)
	}
	sum := 0.0
	for _, w := range c.MinMax.Weights {
		sum += w
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("entropy weights add up to %v", sum)
	}
	if c := CommonOf(s, Compute(s, year2017, list[:5], random())); c.Why != stats.TooFewUnits {
		t.Errorf("four complete units: %q", c.Why)
	}
}

// One judgement that contradicts the others is the one to look at first, with what they make of it.
func TestTheOddComparisonIsNamed(t *testing.T) {
	// Weights 4 : 2 : 2 : 1, but the second is entered as a ninth of the fourth.
	p, err := PrioritiesOf(4, []string{"2", "2", "4", "1", "1/9", "2"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Why != stats.Inconsistent || p.Odd == nil || *p.Odd != (oddPair{1, 3, "1/9", "2"}) {
		t.Errorf("consistency ratio %.3f (%s), odd pair %+v; want the second against the fourth, about 2", p.CR, p.Why, p.Odd)
	}
	p, err = PrioritiesOf(4, []string{"2", "2", "4", "1", "2", "2"})
	if err != nil || p.Odd != nil {
		t.Errorf("consistent comparisons name an odd pair %+v (%v)", p.Odd, err)
	}
	for v, want := range map[float64]string{0.2: "1/5", 0.9: "1", 1.4: "1", 3.6: "4", 40: "9", 0.01: "1/9"} {
		if got := onScale(v); got != want {
			t.Errorf("onScale(%v) = %s, want %s", v, got, want)
		}
	}
}

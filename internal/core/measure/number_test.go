package measure

import (
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
)

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	for _, c := range []struct {
		text  string
		scale int
		want  int64
	}{
		{"12", 0, 12}, {"１２", 0, 12}, {" 2,071 ", 0, 2071}, {"-3", 0, -3}, {"－3", 0, -3}, {"＋5", 0, 5}, {"2.490", 3, 2490}, {"2.49", 3, 2490},
		{"0", 2, 0}, {".5", 1, 5}, {"1e2", 0, 100}, {"1.5E3", 0, 1500}, {"1 000 000", 0, 1_000_000}, {"12，345.5", 1, 123455}, {"- 1,000", 0, -1000}, {"007", 0, 7}, {"100000000000", 0, 100_000_000_000},
	} {
		got, err := ParseValue(c.text, c.scale)
		if got != c.want || err != nil {
			t.Errorf("ParseValue(%q, %d) = %d, %v; want %d", c.text, c.scale, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "很多", "1/2", "1.5", "0x10", "1_000", "100000000001", "1..2", "--1", "1,0", "1,00", "1,0000", "1000,000", ",5", "5,", "1,,000", "1 2", "1.5 2", "0b11", "0o17", "+-1", "1e", "e5"} {
		if _, err := ParseValue(bad, 0); fault.KindOf(err) != fault.Invalid {
			t.Errorf("ParseValue(%q) = %v, want a refusal", bad, err)
		}
	}
}

// Halves go away from zero, once, at display.
func TestRounding(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		digits   int
		want     string
	}{
		{285, 1000, 2, "0.29"}, {-285, 1000, 2, "-0.29"}, {568, 1514, 4, "0.3752"}, {1, 2, 0, "1"}, {-1, 2, 0, "-1"}, {-1, 1000, 2, "0.00"},
		{2490, 1000, 2, "2.49"}, {5, 1, 2, "5.00"},
	} {
		if got := Round(big.NewRat(c.num, c.den), c.digits); got != c.want {
			t.Errorf("Round(%d/%d, %d) = %s, want %s", c.num, c.den, c.digits, got, c.want)
		}
	}
	for _, n := range []int64{0, 7, 999, 1000, 12345, 1234567, -1, -999, -1000, -1234567} {
		if got, want := string(AppendGroup([]byte("x"), n)), "x"+Group(strconv.FormatInt(n, 10)); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
	if got := Group("-1234567.80"); got != "-1,234,567.80" {
		t.Errorf("Group = %s", got)
	}
	if got := Group("33/12345"); got != "33/12,345" {
		t.Errorf("Group of a fraction = %s", got)
	}
	if got := Exact(big.NewRat(1, 3)); got != "1/3" {
		t.Errorf("Exact(1/3) = %s", got)
	}
	if got := Exact(big.NewRat(3, 8)); got != "0.375" {
		t.Errorf("Exact(3/8) = %s", got)
	}
}

func TestAValueIsReadBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(-MaxValue, MaxValue).Draw(t, "value")
		scale := rapid.IntRange(0, 6).Draw(t, "scale")
		got, err := ParseValue(Group(Decimal(v, scale)), scale)
		if got != v || err != nil {
			t.Fatalf("%d at scale %d: read back %d, %v", v, scale, got, err)
		}
	})
}

// What 64 bits hold is rounded as big numbers are: n / d rounds as that of numbers too large for 64
// bits does.
func TestRoundingSmallAndLarge(t *testing.T) {
	huge := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 80))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3000, 3000)).Draw(t, "n")
		d := rapid.OneOf(rapid.Int64Range(1, 1<<63-1), rapid.Int64Range(1, 1000)).Draw(t, "d")
		digits := rapid.IntRange(0, 9).Draw(t, "digits")
		r := big.NewRat(n, d)
		// Half away from zero is the floor of |r| × 10^digits + 1/2.
		up := new(big.Rat).SetInt(pow10(digits))
		x := new(big.Rat).Abs(r)
		x.Mul(x, up).Add(x, big.NewRat(1, 2)).Add(x, huge)
		q := new(big.Int).Quo(x.Num(), x.Denom())
		q.Sub(q, huge.Num())
		want := new(big.Rat).SetFrac(q, pow10(digits))
		if n < 0 {
			want.Neg(want)
		}
		got, ok := new(big.Rat).SetString(Round(r, digits))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("Round(%s, %d) = %s, want %s", r, digits, Round(r, digits), want)
		}
		if s := want.FloatString(digits); want.Sign() != 0 && Round(r, digits) != s {
			t.Fatalf("Round(%s, %d) = %s, want %s", r, digits, Round(r, digits), s)
		}
	})
}

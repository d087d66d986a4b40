package measure

import (
	"math/big"
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
		{"0", 2, 0}, {".5", 1, 5}, {"1e2", 0, 100}, {"100000000000", 0, 100_000_000_000},
	} {
		got, err := ParseValue(c.text, c.scale)
		if got != c.want || err != nil {
			t.Errorf("ParseValue(%q, %d) = %d, %v; want %d", c.text, c.scale, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "很多", "1/2", "1.5", "0x10", "1_000", "100000000001", "1..2", "--1"} {
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
	if got := Group("-1234567.80"); got != "-1,234,567.80" {
		t.Errorf("Group = %s", got)
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

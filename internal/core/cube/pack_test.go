package cube

import (
	"bytes"
	"testing"

	"kaiyang/internal/core/measure"

	"pgregory.net/rapid"
)

func TestPackSizes(t *testing.T) {
	row := func(v ...int64) []int64 { return v }
	zeros := make([]int64, 12)
	for _, c := range []struct {
		name    string
		vals    []int64
		present uint32
		want    int
	}{
		{"a year without a report", zeros, 0, 3},
		{"a year of zeros", zeros, 0xfff, 1},
		{"twelve small values", row(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), 0xfff, 13},
		{"eleven zeros and a value", row(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5), 0xfff, 4},
		{"one zero among values", row(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0), 0xfff, 13},
		{"a month is missing", row(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99), 0x7ff, 14},
		{"a negative correction", row(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -3), 0xfff, 13},
		{"a year's value", row(1_000_000), 1, 4},
		{"the largest", row(measure.MaxValue, -measure.MaxValue), 3, 13},
	} {
		if got := len(Pack(c.vals, c.present)); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

func TestPackRoundTrip(t *testing.T) {
	value := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 200), rapid.Int64Range(-100, 100),
		rapid.Int64Range(-measure.MaxValue, measure.MaxValue))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 2, 4, 12, 24}).Draw(t, "slots")
		vals := rapid.SliceOfN(value, n, n).Draw(t, "values")
		present := rapid.OneOf(rapid.Uint32(), rapid.Just(^uint32(0))).Draw(t, "present")
		b := Pack(vals, present)
		var got [MaxSlots]int64
		k, p, err := Unpack(b, &got)
		if err != nil {
			t.Fatalf("Unpack(%x): %v", b, err)
		}
		if k != n || p != present&(1<<n-1) {
			t.Fatalf("%d slots, present %b; want %d, %b", k, p, n, present)
		}
		for j := range got {
			want := int64(0)
			if p>>j&1 == 1 {
				want = vals[j]
			}
			if got[j] != want {
				t.Errorf("slot %d = %d, want %d", j, got[j], want)
			}
		}
	})
}

// Whatever bytes a damaged database holds: either they are exactly what Pack writes, or an error.
func FuzzUnpack(f *testing.F) {
	for _, b := range [][]byte{Pack([]int64{1, 2, 3, 4}, 5), Pack(make([]int64, 12), 0xfff), Pack([]int64{-1}, 1), {}, {0xff}, {0x0c}, {0x24}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var vals [MaxSlots]int64
		n, present, err := Unpack(b, &vals)
		if err != nil {
			return
		}
		if again := Pack(vals[:n], present); !bytes.Equal(again, b) {
			t.Errorf("Unpack accepted %x, which Pack writes as %x", b, again)
		}
	})
}

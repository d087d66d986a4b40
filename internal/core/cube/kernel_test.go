package cube

import (
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// The kernels against the plain loops they stand for, for every width of a frame.
func TestKernels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 24).Draw(t, "slots")
		rows := rapid.IntRange(0, 600).Draw(t, "rows")
		cells := make([]int64, rows*n)
		counts := make([]int32, rows*n)
		words := make([]uint64, bitWords(rows*n))
		x := rapid.Uint64().Draw(t, "seed")
		full := rapid.Bool().Draw(t, "full") // a lane of counts must not run over
		wantSum, wantAdd, wantCount := make([]int64, n), make([]int32, n), make([]int32, n)
		for i := range cells {
			x = x*6364136223846793005 + 1442695040888963407
			cells[i] = int64(x) >> 20
			counts[i] = int32(x >> 50)
			wantSum[i%n] += cells[i]
			wantAdd[i%n] += counts[i]
			if full || x>>40&3 != 0 {
				words[i>>6] |= 1 << (i & 63)
			}
		}
		lo := rapid.IntRange(0, rows).Draw(t, "lo")
		hi := rapid.IntRange(lo, rows).Draw(t, "hi")
		for i := lo * n; i < hi*n; i++ {
			if hasBit(words, i) {
				wantCount[i%n]++
			}
		}
		sum, add, count := make([]int64, n), make([]int32, n), make([]int32, n)
		addRows(cells, n, sum)
		addCounts(counts, n, add)
		countRows(words, n, lo, hi, count)
		total, present := int64(0), int32(0)
		for j := range n {
			if sum[j] != wantSum[j] || add[j] != wantAdd[j] || count[j] != wantCount[j] {
				t.Fatalf("slot %d of %d: sums %d %d %d, want %d %d %d", j, n, sum[j], add[j], count[j], wantSum[j], wantAdd[j], wantCount[j])
			}
			total += sum[j]
			present += count[j]
		}
		if got := addAll(cells); got != total {
			t.Errorf("addAll = %d, want %d", got, total)
		}
		if got := countBits(words, lo*n, hi*n); got != int(present) {
			t.Errorf("countBits = %d, want %d", got, present)
		}
	})
}

// Masks may lie across two words.
func TestMasks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 24).Draw(t, "n")
		off := rapid.IntRange(0, 200).Draw(t, "off")
		words := rapid.SliceOfN(rapid.Uint64(), 5, 5).Draw(t, "words")
		m := rapid.Uint32().Draw(t, "m") & (1<<n - 1)
		before := append([]uint64(nil), words...)
		setMask(words, off, n, m)
		if got := mask(words, off, n); got != m {
			t.Fatalf("mask = %b, want %b", got, m)
		}
		if got := countBits(words, off, off+n); got != bits.OnesCount32(m) {
			t.Errorf("countBits = %d, want %d", got, bits.OnesCount32(m))
		}
		for i := range len(words) * 64 {
			if (i < off || i >= off+n) && hasBit(words, i) != hasBit(before, i) {
				t.Fatalf("bit %d changed", i)
			}
		}
	})
}

package cube

import "math/bits"

// The kernels add runs of rows. Slots of a row stand side by side, so the sum of a run is a few
// independent vertical sums; missing cells are zero, so no cell needs a test.

// maxSlots is the number of slots of the finest grain in a year.
const maxSlots = 24

// addRows adds the rows of src, n cells each, to dst[:n].
func addRows(src []int64, n int, dst []int64) {
	switch n {
	case 1:
		dst[0] += addAll(src)
	case 2:
		addRows2(src, (*[2]int64)(dst))
	case 4:
		addRows4(src, (*[4]int64)(dst))
	case 12:
		addRows12(src, 12, (*[12]int64)(dst))
	case 24:
		addRows12(src, 24, (*[12]int64)(dst))
		addRows12(src[min(12, len(src)):], 24, (*[12]int64)(dst[12:]))
	default:
		dst = dst[:n]
		for len(src) >= n {
			r := src[:n]
			for j, x := range r {
				dst[j] += x
			}
			src = src[n:]
		}
	}
}

// addRows12 adds the first twelve cells of rows that begin every n cells. Two rows a turn and
// sums in memory: twelve sums and what else a turn needs do not fit the registers, and one loop a
// run mispredicts its end only once, which matters more while cells come from memory.
func addRows12(src []int64, n int, dst *[12]int64) {
	at := 0
	for ; at+n+12 <= len(src); at += 2 * n {
		r, s := (*[12]int64)(src[at:]), (*[12]int64)(src[at+n:])
		dst[0] += r[0] + s[0]
		dst[1] += r[1] + s[1]
		dst[2] += r[2] + s[2]
		dst[3] += r[3] + s[3]
		dst[4] += r[4] + s[4]
		dst[5] += r[5] + s[5]
		dst[6] += r[6] + s[6]
		dst[7] += r[7] + s[7]
		dst[8] += r[8] + s[8]
		dst[9] += r[9] + s[9]
		dst[10] += r[10] + s[10]
		dst[11] += r[11] + s[11]
	}
	if at+12 <= len(src) {
		for i, x := range (*[12]int64)(src[at:]) {
			dst[i] += x
		}
	}
}

func addRows4(src []int64, dst *[4]int64) {
	var a, b, c, d int64
	for len(src) >= 4 {
		r := (*[4]int64)(src)
		a += r[0]
		b += r[1]
		c += r[2]
		d += r[3]
		src = src[4:]
	}
	dst[0] += a
	dst[1] += b
	dst[2] += c
	dst[3] += d
}

func addRows2(src []int64, dst *[2]int64) {
	var a, b int64
	for len(src) >= 2 {
		a += src[0]
		b += src[1]
		src = src[2:]
	}
	dst[0] += a
	dst[1] += b
}

// addAll adds every cell of src.
func addAll(src []int64) int64 {
	var a, b, c, d int64
	for len(src) >= 8 {
		r := (*[8]int64)(src)
		a += r[0] + r[4]
		b += r[1] + r[5]
		c += r[2] + r[6]
		d += r[3] + r[7]
		src = src[8:]
	}
	for _, x := range src {
		a += x
	}
	return a + b + c + d
}

// addCounts adds the rows of src, n counts each, to dst[:n].
func addCounts(src []int32, n int, dst []int32) {
	if n == 12 {
		for j := 0; j < 12; j += 6 {
			var a, b, c, d, e, f int32
			for at := j; at+6 <= len(src); at += 12 {
				r := (*[6]int32)(src[at:])
				a += r[0]
				b += r[1]
				c += r[2]
				d += r[3]
				e += r[4]
				f += r[5]
			}
			t := (*[6]int32)(dst[j:])
			t[0] += a
			t[1] += b
			t[2] += c
			t[3] += d
			t[4] += e
			t[5] += f
		}
		return
	}
	dst = dst[:n]
	for len(src) >= n {
		for j, x := range src[:n] {
			dst[j] += x
		}
		src = src[n:]
	}
}

// Presence bits of a block stand row after row without a gap, n bits a row; a spare word at the
// end lets every read take two words.

// bitWords gives the words that hold the bits of so many cells.
func bitWords(cells int) int { return (cells+63)/64 + 1 }

// mask gives the n bits that begin at bit off.
func mask(words []uint64, off, n int) uint32 {
	i, s := off>>6, uint(off&63)
	return uint32(words[i]>>s|words[i+1]<<1<<(63-s)) & (1<<n - 1)
}

// setMask writes the n bits that begin at bit off.
func setMask(words []uint64, off, n int, m uint32) {
	i, s := off>>6, uint(off&63)
	words[i] = words[i]&^(uint64(1<<n-1)<<s) | uint64(m)<<s
	if int(s)+n > 64 {
		words[i+1] = words[i+1]&^(uint64(1<<n-1)>>(64-s)) | uint64(m)>>(64-s)
	}
}

// hasBit tells whether bit off is set.
func hasBit(words []uint64, off int) bool { return words[off>>6]>>(off&63)&1 == 1 }

// countBits counts the set bits of [lo, hi).
func countBits(words []uint64, lo, hi int) int {
	if lo >= hi {
		return 0
	}
	i, j := lo>>6, hi>>6
	first := words[i] >> (lo & 63)
	if i == j {
		return bits.OnesCount64(first & (1<<(hi-lo) - 1))
	}
	c := bits.OnesCount64(first)
	for i++; i < j; i++ {
		c += bits.OnesCount64(words[i])
	}
	return c + bits.OnesCount64(words[j]&(1<<(hi&63)-1))
}

// lanes and lane spread six bits into six bytes: the product puts bit i at every i+7j, and only
// i = j falls on a multiple of eight.
const (
	lanes = 1 | 1<<7 | 1<<14 | 1<<21 | 1<<28 | 1<<35
	lane  = 1 | 1<<8 | 1<<16 | 1<<24 | 1<<32 | 1<<40
)

// countRows adds to dst[:n] how many of the rows [lo, hi) have each slot present.
func countRows(words []uint64, n, lo, hi int, dst []int32) {
	if n == 12 {
		countRows12(words, lo, hi, (*[12]int32)(dst))
		return
	}
	dst = dst[:n]
	for lo < hi {
		stop := min(hi, lo+255) // a byte counts to 255
		var c [4]uint64
		for ; lo < stop; lo++ {
			w := uint64(mask(words, lo*n, n))
			for g := 0; w != 0; g++ {
				c[g&3] += (w & 63) * lanes & lane
				w >>= 6
			}
		}
		for j := range dst {
			dst[j] += int32(c[j/6] >> (8 * (j % 6)) & 255)
		}
	}
}

func countRows12(words []uint64, lo, hi int, dst *[12]int32) {
	for lo < hi {
		stop := min(hi, lo+255)
		var a, b uint64
		for o := lo * 12; lo < stop; lo, o = lo+1, o+12 {
			i, s := o>>6, uint(o&63)
			w := words[i]>>s | words[i+1]<<1<<(63-s)
			a += (w & 63) * lanes & lane
			b += (w >> 6 & 63) * lanes & lane
		}
		for j := 0; j < 6; j++ {
			dst[j] += int32(a >> (8 * j) & 255)
			dst[6+j] += int32(b >> (8 * j) & 255)
		}
	}
}

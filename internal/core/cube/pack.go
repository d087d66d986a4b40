package cube

import (
	"encoding/binary"
	"math/bits"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

// A packed row holds the cells of one unit in one year, as the database keeps them:
//
//	byte 0        bits 0–2: 24, 12, 4, 2 or 1 slots as 5 … 1; bit 3: every slot is present;
//	              bit 4: a mask of the zeros follows; bit 5: every present value is zero;
//	              bit 6: values are zigzag; bits of no use are 0
//	presence      one bit a slot, only if not every slot is present
//	zeros         one bit a present value, only with bit 4; zeros are then not written
//	values        varints
//
// Twelve values of a village take about 16 bytes, twelve zeros one byte. There is exactly one
// encoding of a row, so equal rows are equal bytes.
const (
	packAll    = 1 << 3
	packZeros  = 1 << 4
	packSilent = 1 << 5
	packSigned = 1 << 6
)

// MaxSlots is the number of slots in a year of the finest grain, half-months.
const MaxSlots = maxSlots

// Pack writes the cells of a row: vals has 1, 2, 4, 12 or 24 slots, present one bit a slot from
// the lowest on. Values of slots that are not present are ignored.
func Pack(vals []int64, present uint32) []byte {
	return AppendPack(make([]byte, 0, 8+2*len(vals)), vals, present)
}

// AppendPack is Pack into the end of dst. It panics if vals has a number of slots that no grain has.
func AppendPack(dst []byte, vals []int64, present uint32) []byte {
	n := len(vals)
	code := packCode(n)
	if code == 0 {
		panic("cube: no grain has so many slots")
	}
	present &= 1<<n - 1
	var zeros uint32 // one bit a present value
	signed, k := false, 0
	for m := present; m != 0; m &= m - 1 {
		switch v := vals[bits.TrailingZeros32(m)]; {
		case v == 0:
			zeros |= 1 << k
		case v < 0:
			signed = true
		}
		k++
	}
	head := code
	if present == 1<<n-1 {
		head |= packAll
	}
	nz := bits.OnesCount32(zeros)
	switch {
	case k > 0 && nz == k:
		head |= packSilent
	case nz > (k+7)/8:
		head |= packZeros
	}
	if signed {
		head |= packSigned
	}
	dst = append(dst, head)
	if head&packAll == 0 {
		dst = appendMask(dst, present, n)
	}
	if head&packSilent != 0 {
		return dst
	}
	if head&packZeros != 0 {
		dst = appendMask(dst, zeros, k)
	}
	for m := present; m != 0; m &= m - 1 {
		v := vals[bits.TrailingZeros32(m)]
		switch {
		case v == 0 && head&packZeros != 0:
		case signed:
			dst = binary.AppendVarint(dst, v)
		default:
			dst = binary.AppendUvarint(dst, uint64(v))
		}
	}
	return dst
}

// Unpack reads a packed row into vals (zero where missing) and gives the number of its slots and
// their presence. Bytes that Pack does not write, and values beyond measure.MaxValue, are an
// error: the row is damaged.
func Unpack(b []byte, vals *[MaxSlots]int64) (n int, present uint32, err error) {
	*vals = [MaxSlots]int64{}
	if len(b) == 0 {
		return 0, 0, errDamaged()
	}
	head := b[0]
	b = b[1:]
	n = packSlots(head & 7)
	if n == 0 || head&0x80 != 0 {
		return 0, 0, errDamaged()
	}
	all := uint32(1<<n - 1)
	present = all
	if head&packAll == 0 {
		if present, b = takeMask(b, n); present >= all { // full rows have no mask
			return 0, 0, errDamaged()
		}
	}
	k := bits.OnesCount32(present)
	if head&packSilent != 0 {
		if len(b) != 0 || k == 0 || head&(packZeros|packSigned) != 0 {
			return 0, 0, errDamaged()
		}
		return n, present, nil
	}
	var zeros uint32
	if head&packZeros != 0 {
		if zeros, b = takeMask(b, k); zeros > 1<<k-1 {
			return 0, 0, errDamaged()
		}
	}
	seen, negative, i := 0, false, 0
	for m := present; m != 0; m &= m - 1 {
		slot := bits.TrailingZeros32(m)
		if zeros>>i&1 == 1 {
			i++
			continue
		}
		i++
		var u uint64
		if len(b) > 0 && b[0] < 0x80 {
			u, b = uint64(b[0]), b[1:]
		} else {
			var w int
			if u, w = binary.Uvarint(b); w <= 0 || b[w-1] == 0 {
				return 0, 0, errDamaged()
			}
			b = b[w:]
		}
		v := int64(u)
		if head&packSigned != 0 {
			v = int64(u>>1) ^ -int64(u&1)
		}
		if !measure.InRange(v) {
			return 0, 0, errDamaged()
		}
		if v == 0 {
			seen++
		}
		negative = negative || v < 0
		vals[slot] = v
	}
	// The flags must be those that Pack chooses.
	nz := bits.OnesCount32(zeros)
	chosen := nz > (k+7)/8 && seen == 0 && nz < k
	if head&packZeros == 0 {
		chosen = seen <= (k+7)/8 && (k == 0 || seen < k)
	}
	if len(b) != 0 || !chosen || negative != (head&packSigned != 0) {
		return 0, 0, errDamaged()
	}
	return n, present, nil
}

func errDamaged() error {
	return fault.New(fault.Internal, "数据库中的一行数值已损坏，无法读出；请用 kaiyang check 检查，并从备份恢复。")
}

func packCode(slots int) byte {
	switch slots {
	case 1:
		return 1
	case 2:
		return 2
	case 4:
		return 3
	case 12:
		return 4
	case 24:
		return 5
	}
	return 0
}

func packSlots(code byte) int {
	switch code {
	case 1, 2:
		return int(code)
	case 3:
		return 4
	case 4:
		return 12
	case 5:
		return 24
	}
	return 0
}

func appendMask(dst []byte, m uint32, n int) []byte {
	for ; n > 0; n -= 8 {
		dst = append(dst, byte(m))
		m >>= 8
	}
	return dst
}

// takeMask reads a mask of n bits; a mask that is cut short or has higher bits comes out too large.
func takeMask(b []byte, n int) (uint32, []byte) {
	var m uint32
	for s := 0; s < n; s += 8 {
		if len(b) == 0 {
			return 1<<32 - 1, nil
		}
		m |= uint32(b[0]) << s
		b = b[1:]
	}
	return m, b
}

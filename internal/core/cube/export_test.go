package cube

import "math"

// Damage changes something that Verify has to find, in the first series or in the derived one that
// was selected last.
func Damage(c *Cube, what string) {
	flow, total := c.series[1].column(2018).blocks[0], c.series[len(c.series)-1].column(2018)
	switch what {
	case "sum":
		flow.sums[0]++ // of the first upper unit in January
	case "count":
		flow.counts[0]--
	case "presence":
		flow.bits[0] &^= 1 // of the first row in January
		flow.counts[0]--
		flow.counts[flow.n]--
	case "bit beyond":
		flow.bits[len(flow.bits)-1] |= 1
	case "derived":
		total.blocks[0].put(0, 0, 77, true)
		total.blocks[0].climb(0, 0)
	case "expected":
		total.extra[0]++
	}
}

// Inflate sets a sum to the end of the range, that of the first upper unit in January 2018.
func Inflate(c *Cube) { c.series[1].column(2018).blocks[0].sums[0] = math.MaxInt64 }

package cube

import "math"

// Damage changes one kept sum, that of the first upper unit in January 2018.
func Damage(c *Cube) { c.series[1].column(2018).blocks[0].sums[0]++ }

// Inflate sets the same sum to the end of the range.
func Inflate(c *Cube) { c.series[1].column(2018).blocks[0].sums[0] = math.MaxInt64 }

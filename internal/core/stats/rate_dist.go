package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// zOf gives the two-sided normal quantile of a confidence level, 1.95996 for 0.95.
func zOf(level float64) float64 { return math.Sqrt2 * math.Erfinv(level) }

// tOf gives the two-sided Student quantile of a confidence level with df degrees of freedom.
func tOf(level, df float64) float64 {
	// P(|T| ≤ t) = I_y(1/2, df/2) with y = t²/(df+t²).
	y := betaQuantile(level, 0.5, df/2)
	return math.Sqrt(df * y / (1 - y))
}

// chiSquareTail gives P(X > x) of a chi-square variable with df degrees of freedom.
func chiSquareTail(x, df float64) float64 {
	if x <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(df/2, x/2)
}

// levelOK tells whether a confidence level can be used.
func levelOK(level float64) bool { return level > 0.5 && level < 0.99999 }

// stirlingError gives ln(x!) minus Stirling's formula (Loader 2000), without cancellation.
func stirlingError(x float64) float64 {
	if x < 16 {
		g, _ := math.Lgamma(x + 1)
		return g - float64((x+0.5)*math.Log(x)) + x - 0.918938533204672741780
	}
	xx := x * x
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/1188/xx)/xx)/xx)/xx) / x
}

// deviancePart gives x ln(x/m) + m − x without cancellation near m (Loader 2000).
func deviancePart(x, m float64) float64 {
	if d := x - m; math.Abs(d) < 0.1*(x+m) {
		v := d / (x + m)
		s, ej := d*v, 2*x*v
		v *= v
		for j := 1; j < 1000; j++ {
			ej *= v
			next := s + ej/float64(2*j+1)
			if next == s {
				return s
			}
			s = next
		}
		return s
	}
	return float64(x*math.Log(x/m)) + m - x
}

// A betaShape is a beta distribution with a, b > 0 and the part of its density that does not
// depend on x.
type betaShape struct{ a, b, stirling, root float64 }

func newBetaShape(a, b float64) betaShape {
	n := a + b
	return betaShape{a, b, stirlingError(n) - stirlingError(a) - stirlingError(b), math.Sqrt(n / (2 * math.Pi * a * b))}
}

// at gives the regularised incomplete beta function I_x(a, b) and the density at x, with y = 1 − x
// given apart so that nothing is lost near 1.
func (s betaShape) at(x, y float64) (cdf, density float64) {
	if x <= 0 {
		return 0, 0
	}
	if y <= 0 {
		return 1, 0
	}
	a, b, n := s.a, s.b, s.a+s.b
	// Γ(n+1)/(Γ(a+1)Γ(b+1)) x^a y^b; times ab/n it is x^a y^b / B(a,b).
	term := math.Exp(s.stirling-deviancePart(a, n*x)-deviancePart(b, n*y)) * s.root
	density = term * (a / n) * b / (x * y)
	if math.Min(a, b) > 1e6 {
		return s.large(x, y), density
	}
	if x < (a+1)/(n+2) {
		return math.Min(1, term*b/n*betaFraction(x, a, b)), density
	}
	return math.Max(0, 1-float64(term*a/n*betaFraction(y, b, a))), density
}

// large is I_x(a, b) where both a and b exceed a million: Temme's uniform expansion with its first
// correction (DLMF 8.18.9), good to 1e-8.
func (s betaShape) large(x, y float64) float64 {
	a, b, n := s.a, s.b, s.a+s.b
	half := math.Max(0, deviancePart(a, n*x)+deviancePart(b, n*y)) // n η²/2
	x0, root := a/n, math.Sqrt(a/n*(b/n))
	eta := math.Copysign(math.Sqrt(2*half/n), x-x0)
	c := (1 - float64(2*x0)) / (3 * root)
	if math.Abs(x-x0) > 1e-5*root {
		c = 1/eta - root/(x-x0)
	}
	p := float64(0.5*math.Erfc(math.Copysign(math.Sqrt(half), -eta))) + float64(math.Exp(-half)/math.Sqrt(2*math.Pi*n)*c)
	return math.Max(0, math.Min(1, p))
}

// betaFraction is the continued fraction of the incomplete beta function (modified Lentz).
func betaFraction(x, a, b float64) float64 {
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	for m := 1.0; m < 1e6; m++ {
		t := m * (b - m) * x / ((a + float64(2*m) - 1) * (a + float64(2*m)))
		if d = 1 + float64(t*d); math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + t/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		t = -(a + m) * (a + b + m) * x / ((a + float64(2*m)) * (a + float64(2*m) + 1))
		if d = 1 + float64(t*d); math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + t/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		if math.Abs(float64(d*c)-1) < 3e-16 {
			break
		}
	}
	return h
}

// betaCDF gives P(B ≤ x) of a beta variable with a, b > 0.
func betaCDF(x, a, b float64) float64 {
	p, _ := newBetaShape(a, b).at(x, 1-x)
	return p
}

// betaQuantile gives the p-quantile of a beta variable with a, b > 0: Halley steps kept inside a
// shrinking bracket.
func betaQuantile(p, a, b float64) float64 {
	if p <= 0 {
		return 0
	}
	if p >= 1 {
		return 1
	}
	x, shape := betaStart(p, a, b), newBetaShape(a, b)
	lo, hi := 0.0, 1.0
	for range 200 {
		cdf, density := shape.at(x, 1-x)
		e := cdf - p
		if e == 0 {
			return x
		}
		if e > 0 {
			hi = x
		} else {
			lo = x
		}
		next := x
		if density > 0 {
			u := e / density
			next = x - u/(1-float64(0.5*math.Max(-1, math.Min(1, u*((a-1)/x-(b-1)/(1-x))))))
		}
		if next > lo && next < hi && density > 0 {
			if math.Abs(next-x) <= 1e-5*math.Min(x*(1-x), math.Sqrt(x*(1-x)/(a+b))) {
				return next // third order: the next error is far below the last digit
			}
		} else {
			next = lo + (hi-lo)/2
			if lo == 0 && hi < 1e-3 {
				next = hi * 1e-3 // the root may be many powers of ten below
			}
		}
		if math.Abs(next-x) <= 2e-16*x || next == lo && next == hi {
			return next
		}
		x = next
		if hi-lo <= 1e-300 {
			return x
		}
	}
	return x
}

// betaStart is a first guess for betaQuantile (Abramowitz & Stegun 26.5.22).
func betaStart(p, a, b float64) float64 {
	var x float64
	if a >= 1 && b >= 1 {
		z := math.Sqrt2 * math.Erfinv(float64(2*p)-1)
		l := (float64(z*z) - 3) / 6
		h := 2 / (1/(float64(2*a)-1) + 1/(float64(2*b)-1))
		w := -z*math.Sqrt(math.Max(0, l+h))/h - float64((1/(float64(2*b)-1)-1/(float64(2*a)-1))*(l+5.0/6-2/(3*h)))
		x = a / (a + float64(b*math.Exp(2*w)))
	} else {
		la, lb := math.Log(a/(a+b)), math.Log(b/(a+b))
		t, u := math.Exp(a*la)/a, math.Exp(b*lb)/b
		if s := t + u; p < t/s {
			x = math.Pow(a*s*p, 1/a)
		} else {
			x = 1 - math.Pow(b*s*(1-p), 1/b)
		}
	}
	if !(x > 1e-300) {
		x = 1e-300
	}
	if !(x < 1) {
		x = 1 - 1e-16
	}
	return x
}

// gammaQuantile gives the p-quantile of a gamma variable with the shape and scale 1.
func gammaQuantile(p, shape float64) float64 {
	if shape <= 0 || p <= 0 {
		return 0
	}
	x := mathext.GammaIncRegInv(shape, p)
	g, _ := math.Lgamma(shape)
	for range 4 {
		if x <= 0 {
			break
		}
		density := math.Exp(float64((shape-1)*math.Log(x)) - x - g)
		if !(density > 0) {
			break
		}
		step := (mathext.GammaIncReg(shape, x) - p) / density
		if math.Abs(step) > 0.1*x {
			break
		}
		x -= step
		if math.Abs(step) < 1e-15*x {
			break
		}
	}
	return x
}

// binomialCDF gives P(X ≤ k) of n trials with chance p.
func binomialCDF(k, n, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	case p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	c, _ := newBetaShape(n-k, k+1).at(1-p, p)
	return c
}

// binomialUpper gives P(X ≥ k) of n trials with chance p.
func binomialUpper(k, n, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n || p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	c, _ := newBetaShape(k, n-k+1).at(p, 1-p)
	return c
}

// poissonBelow gives P(X ≤ k) of a Poisson variable with the mean.
func poissonBelow(k, mean float64) float64 {
	if k < 0 {
		return 0
	}
	if mean <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(k+1, mean)
}

// discreteQuantile gives the smallest whole r in [0, top] with cdf(r) ≥ q, searched from guess.
func discreteQuantile(q, guess, top float64, cdf func(float64) float64) float64 {
	const fuzz = 1 + 64*2.220446049250313e-16
	r := math.Max(0, math.Min(top, math.Floor(guess)))
	reached := func(r float64) bool { return float64(cdf(r)*fuzz) >= q }
	step := 1.0
	if reached(r) {
		for r > 0 && reached(math.Max(0, r-step)) {
			r = math.Max(0, r-step)
			step *= 2
		}
		lo, hi := math.Max(-1, r-step), r
		for hi-lo > 1 {
			mid := math.Floor((lo + hi) / 2)
			if mid >= 0 && reached(mid) {
				hi = mid
			} else {
				lo = mid
			}
		}
		return hi
	}
	for r < top && !reached(math.Min(top, r+step)) {
		r = math.Min(top, r+step)
		step *= 2
	}
	lo, hi := r, math.Min(top, r+step)
	for hi-lo > 1 {
		mid := math.Floor((lo + hi) / 2)
		if reached(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// gammaDraw gives a gamma draw with the shape and scale 1 from uniform and normal draws
// (Marsaglia and Tsang 2000).
func gammaDraw(r normalSource, shape float64) float64 {
	if shape < 1 {
		return gammaDraw(r, shape+1) * math.Pow(1-r.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		z := r.NormFloat64()
		v := float64(1 + float64(c*z))
		if v <= 0 {
			continue
		}
		v = float64(float64(v*v) * v)
		u := 1 - r.Float64()
		// Nearly every draw is seen to be good without a logarithm; the answer is the same.
		if square := float64(z * z); u < 1-float64(0.0331*float64(square*square)) {
			return float64(d * v)
		}
		if math.Log(u) < float64(0.5*float64(z*z))+float64(d*float64(1-v+math.Log(v))) {
			return float64(d * v)
		}
	}
}

// A normalSource is a stream of uniform and normal draws, as *rand.Rand is.
type normalSource interface {
	Float64() float64
	NormFloat64() float64
}

// quantile7 gives the quantile of sorted values by linear interpolation (R type 7).
func quantile7(sorted []float64, q float64) float64 {
	h := float64(q * float64(len(sorted)-1))
	i := int(h)
	if i >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((h-float64(i))*(sorted[i+1]-sorted[i]))
}

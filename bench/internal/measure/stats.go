package measure

import (
	"math"
	"slices"
)

// A Figure is one that is read of a Usage.
type Figure func(Usage) float64

// Wall is the time that passed, in seconds.
func Wall(u Usage) float64 { return u.Wall.Seconds() }

// CPU is the time that processors spent, in seconds.
func CPU(u Usage) float64 { return u.CPU.Seconds() }

// Peak is memory, in megabytes.
func Peak(u Usage) float64 { return float64(u.Peak) / (1 << 20) }

// A Spread is what became of measuring one thing several times.
type Spread struct{ Least, Median, Greatest float64 }

// SpreadOf returns the spread of a figure.
func SpreadOf(figure Figure, usages []Usage) Spread {
	var values []float64
	for _, u := range usages {
		values = append(values, figure(u))
	}
	return spread(values)
}

// Ratio returns the spread of the ratios of a figure of two tools: of what they
// cost in the same round each. A round without a figure does not count.
func Ratio(figure Figure, usages, to []Usage) Spread {
	var values []float64
	for i := range min(len(usages), len(to)) {
		if v := figure(to[i]); v > 0 {
			values = append(values, figure(usages[i])/v)
		}
	}
	return spread(values)
}

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	slices.Sort(values)
	half := len(values) / 2
	s := Spread{values[0], values[half], values[len(values)-1]}
	if len(values)%2 == 0 {
		s.Median = (values[half-1] + values[half]) / 2
	}
	return s
}

// PerDoubling returns by how much cost is multiplied with every doubling of a
// size, given the costs of two sizes. It is 0 if they do not say.
func PerDoubling(size, sizeTo int, cost, costTo float64) float64 {
	if size <= 0 || sizeTo <= size || cost <= 0 || costTo <= 0 {
		return 0
	}
	doublings := math.Log2(float64(sizeTo) / float64(size))
	return math.Pow(costTo/cost, 1/doublings)
}

package bench

import (
	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/cube"
)

// updates draws n single values of random cells.
func updates(s *dataset.Set, n int) []cube.Change {
	list := make([]cube.Change, n)
	h := uint64(12345)
	for i := range list {
		h = h*6364136223846793005 + 1442695040888963407
		list[i] = cube.Change{
			Element: dataset.ID(int(h>>33) % s.Elements), Unit: s.Villages()[int(h>>13&(1<<40-1))%len(s.Villages())],
			Period: s.Month(int(h>>41) % s.Months), Value: int64(i % 100), Present: i%50 != 0,
		}
	}
	return list
}

// form gives the values of all elements of one village in one month.
func form(s *dataset.Set, i int) []cube.Change {
	list := make([]cube.Change, s.Elements)
	for e := range list {
		list[e] = cube.Change{Element: dataset.ID(e), Unit: s.Villages()[i*104729%len(s.Villages())],
			Period: s.Month(i % s.Months), Value: int64(e), Present: true}
	}
	return list
}

package fault

import (
	"errors"
	"slices"
)

// Together adds to the findings of an input those of a second look at it, so that all faults come at
// once; a field keeps its first. Anything but findings, on either side, leaves err as it is.
func Together(err, rest error) error {
	var list, more Findings
	if !errors.As(err, &list) || !errors.As(rest, &more) {
		return err
	}
	out := slices.Clone(list)
	for _, f := range more {
		if f.Field == "" || !slices.ContainsFunc(list, func(g Finding) bool { return g.Field == f.Field }) {
			out = append(out, f)
		}
	}
	return out.Err()
}

package calendar

import (
	"embed"
	"fmt"
)

// data holds the arrangements that were published when the program was built; data/ORIGIN.md says
// where they come from.
//
//go:embed data/*.json
var data embed.FS

// Published gives the arrangements that come with the program, by year. Later years are imported.
func Published() ([]Year, error) {
	files, err := data.ReadDir("data")
	if err != nil {
		return nil, err
	}
	var years []Year
	for _, f := range files {
		text, err := data.ReadFile("data/" + f.Name())
		if err != nil {
			return nil, err
		}
		y, err := ParseYear(text)
		if err != nil {
			return nil, fmt.Errorf("data/%s: %w", f.Name(), err)
		}
		years = append(years, y)
	}
	return years, nil
}

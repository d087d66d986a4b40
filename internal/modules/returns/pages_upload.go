package returns

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/words"
)

// uploadView lists what became of several files.
type uploadView struct {
	Files     []fileView
	Ready     int // can be handed in
	Submitted bool
}

type fileView struct {
	Name, Form, Unit, Period, Path, Place, State string
	Tag                                          string
	Read, Created, Updated, Unchanged, Rejected  int
	Ready                                        bool
	Findings                                     []findingView
	More                                         int
}

// maxListed is how many findings of a file are listed; its page shows all.
const maxListed = 20

// newUploadView builds the page.
func newUploadView(lang words.Lang, list []Imported, submitted bool) uploadView {
	v := uploadView{Submitted: submitted}
	for _, one := range list {
		f := fileView{Name: one.File, Form: one.Form, Unit: one.Name, State: words.T(lang, one.State.Text()), Read: one.Report.Read, Created: one.Report.Created,
			Updated: one.Report.Updated, Unchanged: one.Report.Unchanged, Rejected: one.Report.Rejected}
		if one.Place.Form != "" {
			f.Period, f.Path = periodName(lang, one.Place.Period), address(one.Place, one.Unit)
			f.Place = one.Place.Form + "/" + one.Unit + "/" + one.Place.Period.String()
		}
		stops := one.Err != nil
		for _, x := range one.Report.Findings {
			stops = stops || x.Rule != ruleBlank && !x.Soft
			if len(f.Findings) < maxListed {
				f.Findings = append(f.Findings, findingView{Where: x.Where(lang.Text), Say: x.Message(lang.Text), Soft: x.Soft})
			} else {
				f.More++
			}
		}
		if one.Err != nil && len(f.Findings) == 0 {
			f.Findings = []findingView{{Say: fault.Say(one.Err, lang.Text)}}
		}
		switch {
		case submitted && one.Err == nil:
			f.Tag = "good"
		case stops:
			f.Tag = "bad"
		default:
			f.Ready = !submitted
			v.Ready++
		}
		v.Files = append(v.Files, f)
	}
	return v
}

package assessment

import (
	"net/http"

	"kaiyang/internal/platform/web"
)

// schemeJSON is a scheme for programs.
type schemeJSON struct {
	ID        int64        `json:"id"`
	Name      string       `json:"name"`
	Edition   int          `json:"edition"`
	Span      Span         `json:"span"`
	Basis     string       `json:"basis,omitempty"`
	State     State        `json:"state"`
	Published string       `json:"published_on,omitempty"`
	Items     []Item       `json:"items"`
	Results   []resultHead `json:"results"`
}

type resultHead struct {
	ID        int64  `json:"id"`
	Period    string `json:"period"`
	No        int    `json:"no"`
	Checksum  string `json:"checksum"`
	Published string `json:"published_on,omitempty"`
}

func headOf(r Record) resultHead {
	return resultHead{r.ID, r.Period.String(), r.No, r.Checksum, dayText(r.PublishedOn)}
}

func (s *Service) getListJSON(w http.ResponseWriter, r *http.Request) error {
	list, err := s.All(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	out := []schemeJSON{}
	for _, o := range list {
		e, _ := o.Edition(0)
		j := schemeJSON{e.ID, e.Name, e.Edition, e.Span, e.Basis, e.State, dayText(e.PublishedOn), e.Items, []resultHead{}}
		for _, k := range o.Records {
			j.Results = append(j.Results, headOf(k))
		}
		out = append(out, j)
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (s *Service) getResultJSON(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "result")
	if err != nil {
		return err
	}
	o, err := s.Result(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, struct {
		resultHead
		Whole  bool   `json:"whole"`
		Sound  bool   `json:"sound"`
		Result Result `json:"scores"`
	}{headOf(*o.Record), o.Whole, o.Record.Proved(), o.Result})
}

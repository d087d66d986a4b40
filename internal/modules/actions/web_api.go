package actions

import (
	"net/http"

	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/web"
)

// itemJSON is an item as programs read it. Keys may be added and are never removed.
type itemJSON struct {
	ID        int64         `json:"id"`
	No        string        `json:"no"`
	Title     string        `json:"title"`
	Standard  string        `json:"standard"`
	Lead      string        `json:"lead"`
	Assist    []string      `json:"assist"`
	Force     string        `json:"force"`
	State     work.State    `json:"state"`
	Light     string        `json:"light"`
	Why       string        `json:"why"`
	Opened    string        `json:"opened"`
	Deadline  string        `json:"deadline"`
	First     string        `json:"first_deadline"`
	Ended     string        `json:"ended"`
	Overdue   int           `json:"overdue"`
	Returned  int           `json:"returned"`
	Urgent    bool          `json:"urgent"`
	Source    sourceJSON    `json:"source"`
	Indicator *figureJSON   `json:"indicator"`
	Answer    string        `json:"answer"`
	Path      string        `json:"path"`
	Log       []entryJSON   `json:"log,omitempty"`
	Feedback  []answersJSON `json:"feedback,omitempty"`
}

type sourceJSON struct {
	Kind work.SourceKind `json:"kind"`
	Ref  string          `json:"ref"`
	Text string          `json:"text"`
	Path string          `json:"path"`
}

type figureJSON struct {
	Code   string `json:"code"`
	Unit   string `json:"unit"`
	Period string `json:"period"`
}

type entryJSON struct {
	No     int    `json:"no"`
	At     string `json:"at"`
	By     string `json:"by"`
	Post   string `json:"post"`
	Deed   Deed   `json:"deed"`
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"`
	Note   string `json:"note"`
}

type answersJSON struct {
	Unit  string   `json:"unit"`
	At    string   `json:"at"`
	Text  string   `json:"text"`
	Files []string `json:"files"`
}

func (s *Service) json(i work.Item) itemJSON {
	out := itemJSON{ID: i.ID, No: i.No, Title: i.Title, Standard: i.Standard, Lead: s.codeOrNone(i.Lead), Assist: []string{}, Force: s.codeOrNone(i.Force), State: i.State,
		Light: string(i.Light), Why: i.Why, Opened: dayText(i.Opened), Deadline: dayText(i.Deadline), First: dayText(i.First), Ended: dayText(i.Ended), Overdue: i.Overdue,
		Returned: i.Returned, Urgent: i.Urgent, Source: sourceJSON(i.Source), Answer: i.Answer, Path: i.Path}
	for _, u := range i.Assist {
		out.Assist = append(out.Assist, s.unitCode(u))
	}
	if i.Figure.Code != "" {
		out.Indicator = &figureJSON{i.Figure.Code, s.codeOrNone(i.Figure.Unit), i.Figure.Period.String()}
	}
	return out
}

// apiList answers the list as the page chooses it.
func (s *Service) apiList(w http.ResponseWriter, r *http.Request) error {
	c := s.choiceOf(r)
	list, err := s.list(r.Context(), web.ActorOf(r), c.filter())
	if err != nil {
		return err
	}
	rows := c.take(s.lens(r), list)
	sortByDay(rows)
	items := make([]itemJSON, 0, len(rows))
	for _, i := range rows {
		items = append(items, s.json(i.Item))
	}
	return web.WriteJSON(w, http.StatusOK, map[string]any{"count": len(items), "items": items})
}

func (s *Service) apiItem(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	item, err := s.Item(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	all, err := s.Look(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	out := s.json(item)
	for _, e := range all.Log {
		out.Log = append(out.Log, entryJSON{e.No, e.At, e.Name, e.Post, e.Deed, string(e.Before), string(e.After), e.Reason, e.Note})
	}
	for _, f := range all.Feedback {
		a := answersJSON{Unit: s.codeOrNone(f.Unit), At: f.At, Text: f.Text, Files: []string{}}
		for _, file := range f.Files {
			a.Files = append(a.Files, filePath(id, file))
		}
		out.Feedback = append(out.Feedback, a)
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

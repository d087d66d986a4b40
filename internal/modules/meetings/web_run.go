package meetings

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

func (s *Service) getRun(w http.ResponseWriter, r *http.Request) error {
	topic, _ := strconv.ParseInt(r.URL.Query().Get("topic"), 10, 64)
	return s.showRun(w, r, http.StatusOK, topic, nil, nil)
}

// showRun shows the chair's view of one topic: what the data say of it, what is under way, and the
// form for what is decided.
func (s *Service) showRun(w http.ResponseWriter, r *http.Request, status int, topic int64, faults web.Faults, typed url.Values) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r)
	m, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	q := m.Meeting
	v := runView{ID: id, Title: q.Title, State: x.t(q.State.Text()), Running: q.State == Running, Held: q.State == Held, MayKeep: a.Can(ruleKeep), Topics: x.topicLines(m.Topics, q.Current), Path: meetingPath(id)}
	if topic == 0 {
		topic = q.Current
	}
	if topic == 0 && len(m.Topics) > 0 {
		topic = m.Topics[0].ID
	}
	for i, t := range m.Topics {
		if t.ID != topic {
			continue
		}
		line := v.Topics[i]
		v.Topic = &line
		v.Topics[i].Current = true
		if i > 0 {
			v.Prev = runPath(id, m.Topics[i-1].ID)
		}
		if i+1 < len(m.Topics) {
			v.Next = runPath(id, m.Topics[i+1].ID)
		}
		if err := s.evidence(r, x, m, t, &v); err != nil {
			return err
		}
	}
	for _, d := range m.Decisions {
		if !d.Gone && (d.Topic == topic || topic == 0) {
			v.Decisions = append(v.Decisions, x.decisionLine(d, m.Items, m.Topics))
		}
	}
	v.Form = s.decisionForm(x, q, topic, "run")
	for _, t := range m.Topics {
		if t.ID == topic {
			v.Form.Lead = x.leadOf(t)
		}
	}
	if faults != nil {
		v.Form.F = faults
		s.retype(&v.Form, x, typed)
	}
	return runPage().RenderStatus(w, r, status, q.Title, v)
}

// evidence gathers what is known of a topic.
func (s *Service) evidence(r *http.Request, x lens, m Whole, t Topic, v *runView) error {
	a, ctx := web.ActorOf(r), r.Context()
	on := min(s.today(), m.Meeting.Day)
	if t.Code != "" && s.joints.Figures != nil {
		f, err := s.joints.Figures.Newest(ctx, s.room(a), t.Code, t.Unit, on)
		if err != nil {
			return err
		}
		v.Figure = x.figureView(f)
		list, err := s.joints.Figures.Among(ctx, s.room(a), t.Code, f.Period)
		if err != nil {
			return err
		}
		if len(list) > 1 {
			slices.SortStableFunc(list, func(a, b measure.Shown) int { return placeOr(a) - placeOr(b) })
			v.Ranking = x.rankingTable(list)
			c, err := s.chance(ctx, a, t.Code, f.Period)
			if err != nil {
				return err
			}
			if c.beside(v.Ranking, list, func(s string) string { return x.t(s) }); c != nil && x.Lang == words.Chinese {
				v.Ranking.Notes = c.Sentences
			}
		}
	}
	if s.joints.Items != nil && t.Kind != Followup {
		list, err := s.joints.Items.Items(ctx, a, work.Filter{Open: true})
		if err != nil {
			return err
		}
		for _, i := range list {
			if t.Code != "" && i.Figure.Code == t.Code || t.Key == "item:"+strconv.FormatInt(i.ID, 10) || t.Code == "" && t.Force != 0 && i.Force == t.Force {
				v.Items = append(v.Items, x.itemLine(i))
			}
		}
	}
	if t.Kind == Followup && m.Before != nil {
		k, err := s.known(ctx, a, m)
		if err != nil {
			return err
		}
		effects, err := s.effects(ctx, a, m, k)
		if err != nil {
			return err
		}
		if len(effects) > 0 {
			v.Followup = x.effectsTable(Content{Last: m.Before.Title, Effects: effects})
		}
	}
	for _, h := range m.Handouts {
		if h.Force == t.Force && h.Force != 0 || t.Force == 0 && t.Kind == Paper {
			v.Handouts = append(v.Handouts, handoutLine{ID: h.ID, Title: h.Title, File: h.File, By: h.By, Path: meetingPath(m.Meeting.ID) + "/papers/" + strconv.FormatInt(h.ID, 10)})
		}
	}
	return nil
}

// getCurrent tells a screen which topic is under discussion, so that it follows the chair.
func (s *Service) getCurrent(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	m, err := s.Show(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"topic": m.Meeting.Current, "state": m.Meeting.State, "decisions": len(m.Decisions), "version": m.Meeting.Version})
	return nil
}

// meetingJSON is a meeting as programs see it.
type meetingJSON struct {
	ID       int64         `json:"id"`
	Title    string        `json:"title"`
	Period   period.Period `json:"period"`
	Day      period.Day    `json:"day"`
	Time     string        `json:"time"`
	Place    string        `json:"place"`
	State    State         `json:"state"`
	Packs    int           `json:"packs"`
	Topics   []topicJSON   `json:"topics"`
	Decision []any         `json:"decisions"`
}

type topicJSON struct {
	Kind    TopicKind `json:"kind"`
	Title   string    `json:"title"`
	Reason  string    `json:"reason"`
	Path    string    `json:"path"`
	Carried int       `json:"carried"`
	Outcome Outcome   `json:"outcome"`
}

func (s *Service) getJSON(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	list, err := s.Meetings(r.Context(), a, period.MustDay("2000-01-01"), period.MustDay("2999-12-31"))
	if err != nil {
		return err
	}
	out := []meetingJSON{}
	for _, m := range list {
		whole, err := s.Show(r.Context(), a, m.ID)
		if err != nil {
			return err
		}
		j := meetingJSON{ID: m.ID, Title: m.Title, Period: m.Period, Day: m.Day, Time: m.Time, Place: m.Place, State: m.State, Packs: len(whole.Packs), Topics: []topicJSON{}, Decision: []any{}}
		for _, t := range whole.Topics {
			j.Topics = append(j.Topics, topicJSON{t.Kind, t.Title, t.Reason, t.Path, t.Carried, t.Outcome})
		}
		for _, d := range whole.Decisions {
			if !d.Gone {
				j.Decision = append(j.Decision, map[string]any{"no": d.No, "kind": d.Kind, "text": d.Text, "lead": s.unitName(d.Lead), "deadline": d.Deadline, "item": whole.Items[d.Item].No})
			}
		}
		out = append(out, j)
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"meetings": out})
	return nil
}

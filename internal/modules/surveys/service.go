package surveys

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Units is what surveys need to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
}

// A Service keeps surveys.
type Service struct {
	db    *sqldb.DB
	units Units
	files *files.Store
	clock func() time.Time
	log   *slog.Logger
}

// New makes the service.
func New(db *sqldb.DB, units Units, store *files.Store, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, units: units, files: store, clock: clock, log: log}
}

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// unitName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) unitName(u org.UnitID) string {
	if u == 0 {
		return ""
	}
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

// now gives the unit that carries on a unit today; itself where nobody does.
func (s *Service) now(u org.UnitID) org.UnitID {
	if s.units.Today().Has(u) {
		return u
	}
	if x, ok := s.units.Register().Unit(u); ok {
		if n, err := s.units.Register().Recast(u, x.Last().From, s.today()); err == nil {
			return n
		}
	}
	return u
}

// mayWrite tells whether a person may change a survey of a task force; 0 is the office's own.
func (s *Service) mayWrite(a perm.Actor, force org.UnitID) error {
	if force == 0 {
		if err := a.May(ruleWrite, perm.On{}); err != nil {
			return err
		}
		if !a.Has(perm.Office) {
			return fault.New(fault.Forbidden, "这项调查由禁毒办登记，专班不能改；请选择本专班，或请禁毒办办理")
		}
		return nil
	}
	f := s.now(force)
	return a.May(ruleWrite, perm.On{Force: f})
}

// inside tells who sees a survey before its results are fixed, and all its counts afterwards.
func (s *Service) inside(a perm.Actor, x Survey) bool { return s.mayWrite(a, x.Force) == nil }

// sees tells whether a person may know of a survey.
func (s *Service) sees(a perm.Actor, x Survey) bool {
	return x.State == Fixed || x.State == Withdrawn && !x.FixedOn.IsZero() || s.inside(a, x)
}

// forces lists the task forces of today in their order.
func (s *Service) forces() (out []org.UnitID) {
	t := s.units.Today()
	for _, u := range t.Preorder(org.Functional) {
		if t.Kind(u) == org.TaskForce {
			out = append(out, u)
		}
	}
	return out
}

func ref(id int64) string { return "survey:" + strconv.FormatInt(id, 10) }

// done writes the audit line and the change of a deed.
func done(tx *sqldb.Tx, deed string, id int64, detail any) error {
	tx.Audit("surveys."+deed, ref(id), detail)
	_, err := tx.Change("surveys", ref(id))
	return err
}

// An Overview is a survey in the list with its results as they were fixed.
type Overview struct {
	Survey  Survey
	Results []Line
	Inside  bool
}

// List lists the surveys that a reader may know of, the newest first.
func (s *Service) List(ctx context.Context, reader perm.Actor) (list []Overview, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := surveysOf(tx)
		if err != nil {
			return err
		}
		for _, x := range slices.Backward(all) {
			if !s.sees(reader, x) {
				continue
			}
			o := Overview{Survey: x, Inside: s.inside(reader, x)}
			if x.State == Fixed {
				if o.Results, err = x.lines(); err != nil {
					return err
				}
			}
			list = append(list, o)
		}
		return nil
	})
	return list, err
}

// A Line is the result of a question as it was fixed: a record, in the words of its document.
type Line struct {
	Question   string            `json:"question"`
	Name       string            `json:"name"`
	Interviews int64             `json:"interviews"`
	Yes        int64             `json:"yes"`
	Base       int64             `json:"base"`
	Value      string            `json:"value,omitempty"` // per cent
	Low        string            `json:"low,omitempty"`
	High       string            `json:"high,omitempty"`
	Deff       string            `json:"deff,omitempty"`
	DF         int               `json:"df,omitempty"`
	Why        stats.Reason      `json:"reason,omitempty"`
	Target     string            `json:"target,omitempty"`
	Met        *bool             `json:"met,omitempty"`
	Support    stats.Support     `json:"support,omitempty"`
	Caps       []stats.SurveyCap `json:"reference,omitempty"`
}

// line makes the record of a result.
func (r Result) line() Line {
	l := Line{Question: r.Question.Code, Name: r.Question.Name, Interviews: r.Whole.Interviews, Yes: r.Whole.Yes, Base: r.Whole.Base(), Why: r.Whole.Why, Target: r.Question.Target, Caps: r.Caps}
	e := r.Whole.Est
	if l.Why == "" {
		l.Low, l.High, l.DF = stats.SurveyPercent(e.Interval.Lo), stats.SurveyPercent(e.Interval.Hi), e.DF
		if e.Deff > 0 {
			l.Deff = deff(e.Deff)
		}
	}
	if l.Why == "" || l.Why == stats.NoIntervalAtEnd {
		l.Value = stats.SurveyPercent(e.Value)
	}
	if t, ok := r.Target(); ok {
		l.Met = &t.Met
		if !r.Reference() {
			l.Support = t.Support
		}
	}
	return l
}

func (s Survey) lines() (out []Line, err error) {
	if s.Record == "" {
		return nil, nil
	}
	return out, json.Unmarshal([]byte(s.Record), &out)
}

func (s Survey) record(c Counts) (string, error) {
	var list []Line
	for _, q := range s.Questions {
		list = append(list, s.Analyse(q, c).line())
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// A Whole is a survey with what it shows.
type Whole struct {
	Survey  Survey
	Inside  bool
	Counts  Counts // for those inside
	Results []Result
	Waves   [][]Wave // by question: the earlier waves, the nearest first; empty without one
	Earlier string   // title of the previous wave; "" without one
	Unfixed bool     // the previous wave is not fixed or was withdrawn
	Stale   bool     // the results no longer agree with the record of their fixing
}

// mostWaves is how many earlier waves a page looks back.
const mostWaves = 8

// Show gives a survey. Figures of a survey that was withdrawn are kept from those outside.
func (s *Service) Show(ctx context.Context, reader perm.Actor, id int64) (w Whole, err error) {
	defer fault.Wrap(&err, "surveys.Show(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return w, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		x, err := surveyOf(tx, id)
		if err != nil {
			return err
		}
		if !s.sees(reader, x) {
			return noSurvey()
		}
		w.Survey, w.Inside = x, s.inside(reader, x)
		if x.State == Withdrawn && !w.Inside {
			return nil
		}
		c, err := countsOf(tx, id)
		if err != nil {
			return err
		}
		if w.Inside {
			w.Counts = c
		}
		if len(c) == 0 {
			return nil
		}
		for _, q := range x.Questions {
			w.Results = append(w.Results, x.Analyse(q, c))
		}
		if x.State == Fixed {
			again, err := x.record(c)
			if err != nil {
				return err
			}
			w.Stale = again != x.Record
		}
		return w.earlier(tx, s, reader)
	})
	return w, err
}

// earlier adds the waves before.
func (w *Whole) earlier(tx *sqldb.Tx, s *Service, reader perm.Actor) error {
	w.Waves = make([][]Wave, len(w.Results))
	seen := map[int64]bool{w.Survey.ID: true}
	next := w.Survey.Previous
	for n := 0; next != 0 && !seen[next] && n < mostWaves; n++ {
		seen[next] = true
		x, err := surveyOf(tx, next)
		if err != nil {
			return err
		}
		if n == 0 && s.sees(reader, x) {
			w.Earlier = x.Title
		}
		if x.State != Fixed {
			w.Unfixed = n == 0
			return nil
		}
		c, err := countsOf(tx, next)
		if err != nil {
			return err
		}
		for i, r := range w.Results {
			w.Waves[i] = append(w.Waves[i], w.Survey.CompareWith(r, x, c))
		}
		next = x.Previous
	}
	return nil
}

// CheckFixed recomputes the results of every fixed survey from its counts and tells the first that
// differs from the record of its fixing; n is how many agree.
func (s *Service) CheckFixed(ctx context.Context) (n int, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := surveysOf(tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.State != Fixed {
				continue
			}
			c, err := countsOf(tx, x.ID)
			if err != nil {
				return err
			}
			again, err := x.record(c)
			if err != nil {
				return err
			}
			if again != x.Record {
				return fault.New(fault.Conflict, "调查 %d 的结果与定稿记录不一致；请核对数据是否被改动", x.ID)
			}
			n++
		}
		return nil
	})
	return n, err
}

func detail(x Survey) map[string]any {
	return map[string]any{"title": x.Title, "design": x.Design, "mode": x.Mode, "days": fmt.Sprintf("%s..%s", dayText(x.From), dayText(x.To)), "strata": len(x.Strata), "questions": len(x.Questions)}
}

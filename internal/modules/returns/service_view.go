package returns

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// A Seen is one version of a return as its unit and its chain may see it.
type Seen struct {
	Return   Return
	Standing Standing
	Layout   *Layout
	Version  Version
	Versions []Version // without values, ascending
	Events   []Event
	Previous map[Key]Value // approved for the period before
	Before   Version       // approved before this version; No is 0 if there is none
	Closed   bool
	Hints    []Found // what the checks say about it, for the reviewer; soft ones and information

	MayFill, MayReview, MayApprove, MaySendBack bool
}

// See shows a version of a return, the newest for 0: to those who may fill it in, to the task
// force of its form and to the office.
func (s *Service) See(ctx context.Context, actor perm.Actor, id int64, no int) (v *Seen, err error) {
	defer fault.Wrap(&err, "returns.See(%d, %d)", id, no)
	v = &Seen{}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if v.Return, err = returnByID(tx, id); err != nil {
			return err
		}
		f := s.book.Load().newest(v.Return.Place.Form)
		on := s.on(f, v.Return.Place)
		v.MayFill = actor.May(ruleFill, on) == nil
		if err := actor.May(ruleChain, on); err != nil && !v.MayFill {
			return err
		}
		if v.Return.Version == 0 {
			return fault.New(fault.Missing, "这份报表还没有提交")
		}
		if no == 0 {
			no = v.Return.Version
		}
		if v.Version, err = version(tx, id, no); err != nil {
			return err
		}
		if v.Versions, err = versions(tx, id); err != nil {
			return err
		}
		if v.Events, err = events(tx, id); err != nil {
			return err
		}
		for i := len(v.Versions) - 1; i >= 0; i-- {
			if n := v.Versions[i].No; n < no && wasApproved(v.Events, n) {
				if v.Before, err = version(tx, id, n); err != nil {
					return err
				}
				break
			}
		}
		mine := v.Return.Version == no
		v.MayReview = mine && v.Return.State == Submitted && v.Return.By != actor.Login && actor.May(ruleReview, on) == nil
		v.MayApprove = mine && v.Return.State == Reviewed && v.Return.By != actor.Login && v.Return.Reviewer != actor.Login && actor.May(ruleApprove, on) == nil
		v.MaySendBack = mine && (v.Return.State == Submitted || v.Return.State == Reviewed) && (v.MayReview || actor.May(ruleApprove, on) == nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, s.layOut(v)
}

func wasApproved(list []Event, no int) bool {
	return slices.ContainsFunc(list, func(e Event) bool { return e.Version == no && (e.Deed == DidApprove || e.Deed == DidImport) })
}

// layOut lays the version out by the form it was filled in with, and compares.
func (s *Service) layOut(v *Seen) error {
	at := v.Return.Place
	f := s.book.Load().version(at.Form, v.Version.FormNo)
	if f == nil {
		return fault.New(fault.Missing, "报表 %s 没有第 %d 版", at.Form, v.Version.FormNo)
	}
	var err error
	if v.Layout, err = s.layout(f, at); err != nil {
		return err
	}
	v.Standing = newStanding(f, v.Return, s.units.Calendar())
	v.Closed = s.facts.Closed(at.Period)
	v.Previous, _ = s.past(v.Layout, true)
	in := v.Version.filling(v.Layout)
	for _, x := range s.check(v.Layout, in, ByGrid).Found {
		if x.Rule != ruleBlank && x.Severity != Hard {
			v.Hints = append(v.Hints, x)
		}
	}
	return nil
}

// A Side is one of two things compared: a version or a draft.
type Side struct {
	ID   string // "v2", "d0:login"
	Name string // Chinese, "第 2 版 · 张三 · 2018-04-03 09:12"
	Args []any
	Fill Filling
	door Door
	file string // of one's own draft that came from a file
	name string
}

// Sides lists what can be compared of a return by those who may fill it in: its versions and the
// drafts of its people, newest first.
func (s *Service) Sides(ctx context.Context, actor perm.Actor, at Place) (l *Layout, list []Side, err error) {
	defer fault.Wrap(&err, "returns.Sides(%s, %d, %s)", at.Form, at.Unit, at.Period)
	f, err := s.owed(at)
	if err != nil {
		return nil, nil, err
	}
	if err := actor.May(ruleFill, s.on(f, at)); err != nil {
		return nil, nil, err
	}
	if l, err = s.layout(f, at); err != nil {
		return nil, nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		x, begun, err := returnAt(tx, at)
		if err != nil || !begun {
			return err
		}
		open, err := drafts(tx, x.ID)
		if err != nil {
			return err
		}
		for _, d := range open {
			full, ok, err := draftOf(tx, x.ID, d.Account, d.Slot)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			name := "草稿 · %s · %s"
			if d.Slot > 0 {
				name = "保留的草稿 · %s · %s"
			}
			side := Side{ID: draftID(d.Slot, d.Account), Name: name, Args: []any{d.Name, shortStamp(d.At)}, Fill: full.Filling, door: ByGrid}
			if d.Account == actor.Login {
				side.door, side.file, side.name = d.Source, d.File, d.FileName
			}
			list = append(list, side)
		}
		all, err := versions(tx, x.ID)
		if err != nil {
			return err
		}
		for i := len(all) - 1; i >= 0; i-- {
			v, err := version(tx, x.ID, all[i].No)
			if err != nil {
				return err
			}
			list = append(list, Side{ID: versionID(v.No), Name: "第 %d 版 · %s · %s", Args: []any{v.No, v.Name, shortStamp(v.At)}, Fill: v.filling(l), door: ByGrid})
		}
		return nil
	})
	return l, list, err
}

// TakeSide makes something that was kept the own draft, to go on from; what was in the draft is
// kept in its place.
func (s *Service) TakeSide(ctx context.Context, actor perm.Actor, at Place, side string) (err error) {
	defer fault.Wrap(&err, "returns.TakeSide(%s, %d, %s, %s)", at.Form, at.Unit, at.Period, side)
	_, list, err := s.Sides(ctx, actor, at)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.ID == side {
			_, err := s.SaveDraft(ctx, actor, at, DraftIn{Filling: x.Fill, Base: s.at(at).Version, Door: x.door, File: x.file, FileName: x.name, Fresh: true, Detach: true})
			return err
		}
	}
	return fault.New(fault.Missing, "没有这一份；请刷新后再选")
}

// VersionFile gives the workbook of a version: the one it came from, or one made of it.
func (s *Service) VersionFile(ctx context.Context, actor perm.Actor, id int64, no int, lang words.Lang) (out NamedFile, media string, err error) {
	defer fault.Wrap(&err, "returns.VersionFile(%d, %d)", id, no)
	v, err := s.See(ctx, actor, id, no)
	if err != nil {
		return out, "", err
	}
	if v.Version.File != "" {
		f, content, err := s.files.Get(ctx, owner, v.Version.File)
		if err != nil {
			return out, "", err
		}
		name := v.Version.FileName
		if name == "" {
			name = path.Base(f.Name)
		}
		return NamedFile{name, content}, f.Media, nil
	}
	in := v.Version.filling(v.Layout)
	out, err = s.workbook(v.Layout, v.Standing, lang, planIn{Cells: in.Cells, Notes: in.Notes, Previous: v.Previous, Declared: v.Version.Declared, Comment: v.Version.Comment})
	return out, mediaXLSX, err
}

// Mine lists the returns of the units that an actor fills in for, the open ones by due day, then
// those that are on their way, then the newest approved ones; limit bounds the last two together.
func (s *Service) Mine(actor perm.Actor, limit int) (open, others []Standing, err error) {
	if err := actor.May(ruleOpen, perm.On{}); err != nil {
		return nil, nil, err
	}
	mine := s.unitsUnder(actor)
	b, reg, today := s.book.Load(), s.units.Register(), s.today()
	for _, code := range b.codes {
		for _, p := range b.periods(code, today) {
			f := b.at(code, p)
			owing := b.owing(f, p, reg)
			for _, u := range mine {
				if !owing.has[u] {
					continue
				}
				if st := s.standing(f, Place{code, u, p}); st.Open() {
					open = append(open, st)
				} else {
					others = append(others, st)
				}
			}
		}
	}
	slices.SortStableFunc(open, func(a, b Standing) int { return cmp.Compare(a.Due, b.Due) })
	rank := map[State]int{Submitted: 0, Reviewed: 1, Approved: 2}
	slices.SortStableFunc(others, func(a, b Standing) int {
		if c := cmp.Compare(rank[a.Return.State], rank[b.Return.State]); c != 0 {
			return c
		}
		return cmp.Compare(b.Due, a.Due)
	})
	return open, others[:min(limit, len(others))], nil
}

// Burdened counts the cells of a return, and those that must be newly typed.
func (s *Service) Burdened(st Standing) (all, fresh int) {
	l, err := s.layout(st.Form, st.Return.Place)
	if err != nil {
		return 0, 0
	}
	all = l.Cells()
	if st.Return.Version > 0 {
		return all, 0
	}
	_, known := s.past(l, false)
	return all, all - len(known)
}

// ToReview lists what an actor can take the next step with, oldest first: to review, and to approve.
func (s *Service) ToReview(actor perm.Actor) (review, approve []Standing, err error) {
	if err := actor.May(ruleOpen, perm.On{}); err != nil {
		return nil, nil, err
	}
	b, cal := s.book.Load(), s.units.Calendar()
	var waiting []Return
	s.mu.RLock()
	for _, x := range s.byID {
		if x.State == Submitted || x.State == Reviewed {
			waiting = append(waiting, *x)
		}
	}
	s.mu.RUnlock()
	slices.SortFunc(waiting, func(a, b Return) int { return cmp.Or(cmp.Compare(a.LastAt, b.LastAt), cmp.Compare(a.ID, b.ID)) })
	for _, x := range waiting {
		f := b.version(x.Place.Form, x.FormNo)
		if f == nil {
			continue
		}
		on := s.on(f, x.Place)
		switch {
		case x.State == Submitted && actor.May(ruleReview, on) == nil:
			review = append(review, newStanding(f, x, cal))
		case x.State == Reviewed && actor.May(ruleApprove, on) == nil:
			approve = append(approve, newStanding(f, x, cal))
		}
	}
	return review, approve, nil
}

// A Rate is the reporting of one unit, form by form.
type Rate struct {
	Unit  org.UnitID
	Forms []Tally // as asked
	All   Tally
}

// Rates counts the returns of forms in a period, for every unit that owes any of them, in the
// order of the tree, and in all. Forms that have no period inside it are left out.
func (s *Service) Rates(actor perm.Actor, p period.Period, codes []string) (forms []*Form, list []Rate, all Rate, err error) {
	if err := actor.May(ruleRate, perm.On{}); err != nil {
		return nil, nil, all, err
	}
	b, today := s.book.Load(), s.today()
	t := s.units.Register().On(p.Last())
	at := map[org.UnitID]int{}
	for _, code := range b.codes {
		if len(codes) > 0 && !slices.Contains(codes, code) {
			continue
		}
		periods, ok := b.slots(code, p)
		if !ok || len(periods) == 0 {
			continue
		}
		k := len(forms)
		forms = append(forms, b.at(code, periods[len(periods)-1]))
		all.Forms = append(all.Forms, Tally{})
		for i := range list {
			list[i].Forms = append(list[i].Forms, Tally{})
		}
		for _, q := range periods {
			for _, st := range s.standings(code, 0, q) {
				u := st.Return.Place.Unit
				i, ok := at[u]
				if !ok {
					i = len(list)
					at[u] = i
					list = append(list, Rate{Unit: u, Forms: make([]Tally, k+1)})
				}
				var one Tally
				one.Add(st, today)
				list[i].Forms[k].Sum(one)
				list[i].All.Sum(one)
				all.Forms[k].Sum(one)
				all.All.Sum(one)
			}
		}
	}
	order := map[org.UnitID]int{}
	for _, k := range []org.TreeKind{org.Territorial, org.Functional} {
		for _, u := range t.Preorder(k) {
			order[u] = len(order) + 1
		}
	}
	slices.SortStableFunc(list, func(a, b Rate) int { return cmp.Compare(order[a.Unit], order[b.Unit]) })
	return forms, list, all, nil
}

// Missing lists who has not handed in, form by form and period by period, for a message.
func (s *Service) Missing(p period.Period, codes []string) []Waiting {
	var out []Waiting
	today := s.today()
	for _, w := range s.Waiting(p) {
		if len(codes) > 0 && !slices.Contains(codes, w.Form.Code) || len(w.Units) == 0 || !w.Period.Last().Before(today) {
			continue
		}
		out = append(out, w)
	}
	return out
}

// A Datum is one approved value of a form, as the form's data list shows it.
type Datum struct {
	Unit    org.UnitID
	Key     Key
	Label   string // as the version that it was filled in with calls it
	Current string // as the newest version calls it
	Value   string
	Version int // of the return
	FormNo  int
	Place   Place
	ID      int64
}

// Data lists the approved values of a form in a period, with the version of the form that each was
// filled in with (PEERS §3 pain 10). It is for the office and the form's task force.
func (s *Service) Data(ctx context.Context, actor perm.Actor, code string, p period.Period) (out []Datum, err error) {
	defer fault.Wrap(&err, "returns.Data(%s, %s)", code, p)
	b := s.book.Load()
	f := b.newest(code)
	if f == nil {
		return nil, fault.New(fault.Missing, "没有代码为 %s 的报表；请从报表目录进入", code)
	}
	if err := actor.May(ruleChain, perm.On{Force: f.Force}); err != nil {
		return nil, err
	}
	periods, ok := b.slots(code, p)
	if !ok {
		return nil, fault.New(fault.Invalid, "%s 不是报表 %s 的整期；它按%s报送", p, code, fault.Word(f.Grain.Chinese()))
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		for _, q := range periods {
			for _, st := range s.standings(code, 0, q) {
				if st.Return.Approved == 0 {
					continue
				}
				v, err := version(tx, st.Return.ID, st.Return.Approved)
				if err != nil {
					return err
				}
				l, err := s.layout(b.version(code, v.FormNo), st.Return.Place)
				if err != nil {
					return err
				}
				out = append(out, data(l, v, st.Return, f)...)
			}
		}
		return nil
	})
	return out, err
}

// data lists the values of a version.
func data(l *Layout, v Version, r Return, newest *Form) []Datum {
	var out []Datum
	for row := range l.Subjects {
		for col := range l.Columns {
			k := l.Key(row, col)
			x, ok := v.Values[k]
			if !ok {
				continue
			}
			d := Datum{Unit: r.Place.Unit, Key: k, Label: l.Name(col), Current: l.Name(col), Value: measure.Decimal(x.N, l.Columns[col].Element.Scale),
				Version: v.No, FormNo: v.FormNo, Place: r.Place, ID: r.ID}
			for _, it := range newest.Items {
				if it.Element == k.Element {
					d.Current = strings.Join(labels(it, l.Columns[col].Element, k.Category), " · ")
				}
			}
			out = append(out, d)
		}
	}
	return out
}

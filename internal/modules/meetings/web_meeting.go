package meetings

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

func (s *Service) getWhole(w http.ResponseWriter, r *http.Request) error {
	return s.showWhole(w, r, http.StatusOK, nil, nil)
}

// showWhole shows a meeting; typed and faults bring back a form that was refused.
func (s *Service) showWhole(w http.ResponseWriter, r *http.Request, status int, faults web.Faults, typed url.Values) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r)
	m, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	v := s.wholeView(x, a, m)
	if run, ok := s.making.Find(makingID(id), a.Login); ok {
		if faults, err = v.watch(x, run, faults); v.Making != nil {
			w.Header().Set("Refresh", "1")
		} else {
			s.making.Drop(run.ID, run.Owner)
		}
		if err != nil {
			return err
		}
	}
	if v.MayKeep && v.Open {
		add, _, err := s.Proposals(r.Context(), a, id)
		if err != nil {
			return err
		}
		v.Proposals = x.topicLines(add, 0)
		if v.Holders, err = s.holderLines(r, seatPosts(m.Seats)); err != nil {
			return err
		}
	}
	if m.Before != nil {
		k, err := s.known(r.Context(), a, m)
		if err != nil {
			return err
		}
		effects, err := s.effects(r.Context(), a, m, k)
		if err != nil {
			return err
		}
		if len(effects) > 0 {
			c := Content{Last: m.Before.Title, Effects: effects}
			v.Effects, v.EffectsOpen = x.effectsTable(c), v.Open && !v.Running
		}
	}
	if faults != nil {
		v.Forms = faults
		v.DecisionForm.F = faults
		if typed.Has("text") {
			s.retype(&v.DecisionForm, x, typed)
		}
	}
	return wholePage().RenderStatus(w, r, status, m.Meeting.Title, v)
}

func seatPosts(seats []Seat) (out []int64) {
	for _, q := range seats {
		out = append(out, q.Post)
	}
	return out
}

func (s *Service) wholeView(x lens, a perm.Actor, m Whole) wholeView {
	q := m.Meeting
	v := wholeView{ID: q.ID, Version: q.Version, Title: q.Title, Day: q.Day.String(), DayText: q.Day.String(), Weekday: weekday(x.Lang, q.Day), Time: q.Time, Place: q.Place, Chair: q.Chair, Host: x.name(q.Host),
		Summary: q.Summary, Period: x.period(q.Period), State: x.t(q.State.Text()), Shifted: x.t(q.Shifted), MayKeep: a.Can(ruleKeep), Open: q.State != Held && q.State != Cancelled, Running: q.State == Running,
		Held: q.State == Held, Topics: x.topicLines(m.Topics, q.Current), Roll: x.roll(m.Seats), Packs: x.packLines(q, m.Packs), Forms: web.Faults{}, Path: meetingPath(q.ID)}
	v.StateTag = map[State]string{Running: "warn", Held: "good", Cancelled: "bad"}[q.State]
	if work, known := s.units.Calendar().IsWorkday(q.Day); known && !work {
		v.OffDay = true
	}
	if m.Before != nil {
		v.Before = &linkView{m.Before.Title, meetingPath(m.Before.ID)}
	}
	if m.Next != nil {
		v.Next = &linkView{m.Next.Title, meetingPath(m.Next.ID)}
	}
	for _, d := range m.Decisions {
		if !d.Gone {
			v.Decisions = append(v.Decisions, x.decisionLine(d, m.Items, m.Topics))
		}
	}
	for _, seat := range m.Seats {
		own := slices.ContainsFunc(a.Posts, func(p perm.Post) bool { return p.ID == seat.Post })
		v.Seats = append(v.Seats, x.seatLine(seat, own))
	}
	for _, h := range m.Handouts {
		v.Handouts = append(v.Handouts, handoutLine{ID: h.ID, Title: h.Title, Force: x.name(h.Force), File: h.File, By: h.By, Path: meetingPath(q.ID) + "/papers/" + strconv.FormatInt(h.ID, 10),
			MayTake: v.Open && a.May(rulePaper, perm.On{Unit: h.Force, Force: h.Force}) == nil})
	}
	if v.Open && a.Can(rulePaper) && s.joints.Forces != nil {
		for _, u := range s.joints.Forces() {
			if a.May(rulePaper, perm.On{Unit: u, Force: u}) == nil {
				v.Forces = append(v.Forces, option{Value: strconv.Itoa(int(u)), Label: x.name(u)})
			}
		}
	}
	v.DecisionForm = s.decisionForm(x, q, 0, meetingPath(q.ID)+"#decisions")
	return v
}

// decisionForm readies the form of a decision: deadlines that people mean are a click away.
func (s *Service) decisionForm(x lens, m Meeting, topic int64, back string) decisionForm {
	f := decisionForm{Meeting: m.ID, Topic: topic, Back: back, Kinds: x.kinds(Assignment), Units: s.unitOptions(org.LevelTownship), F: web.Faults{}}
	c := s.units.Calendar()
	if d, _ := c.AddWorkdays(m.Day, 5); !d.IsZero() {
		f.Days = append(f.Days, option{Value: d.String(), Label: x.t("5 个工作日")})
		f.Deadline = d.String()
	}
	if d, _ := c.AddWorkdays(m.Day, 10); !d.IsZero() {
		f.Days = append(f.Days, option{Value: d.String(), Label: x.t("10 个工作日")})
	}
	if end := period.Months.LastDay(period.Months.SlotOf(m.Day)); end > m.Day {
		f.Days = append(f.Days, option{Value: end.String(), Label: x.t("月底")})
	}
	return f
}

func (s *Service) retype(f *decisionForm, x lens, v url.Values) {
	f.Kinds = x.kinds(DecisionKind(v.Get("kind")))
	f.Text, f.Lead, f.Assist, f.Deadline, f.Standard = v.Get("text"), v.Get("lead"), v.Get("assist"), v.Get("deadline"), v.Get("standard")
}

// again shows the meeting once more with what was refused.
func (s *Service) again(w http.ResponseWriter, r *http.Request, err error, v url.Values) error {
	faults, ok := web.Refused(err, s.lens(r).Text)
	if !ok {
		return err
	}
	return s.showWhole(w, r, web.Status(err), faults, v)
}

func (s *Service) postChange(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	e := Edit{Version: web.Version(v), Title: strings.TrimSpace(v.Get("title")), Day: day(v, "day", &f), Time: strings.TrimSpace(v.Get("time")), Place: strings.TrimSpace(v.Get("place")), Chair: strings.TrimSpace(v.Get("chair")),
		Summary: strings.TrimSpace(v.Get("summary"))}
	if err = f.Err(); err == nil {
		err = s.Change(r.Context(), web.ActorOf(r), id, e)
	}
	if err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id), "已保存")
}

func (s *Service) postState(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	to := State(v.Get("to"))
	if err := s.Move(r.Context(), web.ActorOf(r), id, to, strings.TrimSpace(v.Get("reason"))); err != nil {
		return s.again(w, r, err, v)
	}
	if to == Running {
		return web.Done(w, r, runPath(id, 0), "会议开始")
	}
	return web.Done(w, r, meetingPath(id), "已改为“%s”", s.lens(r).t(to.Text()))
}

func (s *Service) postInvite(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := s.Invite(r.Context(), web.ActorOf(r), id); err != nil {
		return s.again(w, r, err, nil)
	}
	return web.Done(w, r, meetingPath(id)+"#seats", "已发会议通知")
}

func (s *Service) postSeats(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.SetSeats(r.Context(), web.ActorOf(r), id, web.Numbers(v["post"])); err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#seats", "已保存参会名单")
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	post, err := web.PathNumber(r, "post")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.AnswerInvite(r.Context(), web.ActorOf(r), id, post, Reply{Version: web.Version(v), Answer: Answer(v.Get("answer")), Name: v.Get("name"), Note: v.Get("note")}); err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#seats", "已回复")
}

func (s *Service) postRoll(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	present := map[int64]string{}
	for _, post := range web.Numbers(v["present"]) {
		present[post] = v.Get("name" + strconv.FormatInt(post, 10))
	}
	if err := s.CallRoll(r.Context(), web.ActorOf(r), id, present); err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#seats", "已保存签到")
}

func (s *Service) postProposals(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	n, err := s.TakeUp(r.Context(), web.ActorOf(r), id, v["key"])
	if err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#agenda", "已列入 %d 项", n)
}

func (s *Service) postTopic(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	force, _ := strconv.Atoi(v.Get("force"))
	if _, err := s.AddTopic(r.Context(), web.ActorOf(r), id, v.Get("title"), v.Get("reason"), org.UnitID(force)); err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#agenda", "已列入 %d 项", 1)
}

func (s *Service) postOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Reorder(r.Context(), web.ActorOf(r), id, web.Numbers(strings.Split(v.Get("ids"), ","))); err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#agenda", "已保存次序")
}

func (s *Service) postTopicDeed(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	topic, err := web.PathNumber(r, "topic")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	a, back := web.ActorOf(r), meetingPath(id)+"#agenda"
	if v.Get("back") == "run" {
		back = runPath(id, topic)
	}
	switch r.PathValue("deed") {
	case "up":
		err = s.MoveTopic(r.Context(), a, id, topic, -1)
	case "down":
		err = s.MoveTopic(r.Context(), a, id, topic, 1)
	case "drop":
		err = s.DropTopic(r.Context(), a, id, topic)
	case "turn":
		err = s.Turn(r.Context(), a, id, topic)
	case "note":
		err = s.Discuss(r.Context(), a, id, topic, Discussion{Version: web.Version(v), Outcome: Outcome(v.Get("outcome")), Note: v.Get("note")})
	default:
		err = web.NoPage()
	}
	if err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, back, "已保存")
}

// decision reads the form of a decision.
func (s *Service) typedDecision(v url.Values) (Decision, error) {
	var f fault.Fields
	d := Decision{Kind: DecisionKind(v.Get("kind")), Text: v.Get("text"), Standard: v.Get("standard"), Version: web.Version(v)}
	d.Topic, _ = strconv.ParseInt(v.Get("topic"), 10, 64)
	d.Lead = s.unit(v.Get("lead"), "lead", &f)
	for _, name := range strings.FieldsFunc(v.Get("assist"), func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) }) {
		if u := s.unit(name, "assist", &f); u != 0 && !slices.Contains(d.Assist, u) {
			d.Assist = append(d.Assist, u)
		}
	}
	if d.Kind == Assignment { // nothing else falls due; the form brings a day along
		d.Deadline = day(v, "deadline", &f)
	}
	return d, f.Err()
}

func (s *Service) postDecision(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	d, err := s.typedDecision(v)
	var out Decision
	if err == nil {
		out, err = s.Decide(r.Context(), web.ActorOf(r), id, d)
	}
	run := v.Get("back") == "run"
	if err != nil {
		if run {
			if faults, ok := web.Refused(err, s.lens(r).Text); ok {
				return s.showRun(w, r, web.Status(err), d.Topic, faults, v)
			}
		}
		return s.again(w, r, err, v)
	}
	back := meetingPath(id) + "#decisions"
	if run {
		back = runPath(id, d.Topic)
	}
	if out.Item != 0 {
		return web.Done(w, r, back, "第 %d 项已记录，并已立为事项", out.No)
	}
	return web.Done(w, r, back, "第 %d 项已记录", out.No)
}

func (s *Service) postRedecide(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	decision, err := web.PathNumber(r, "decision")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	d, err := s.typedDecision(v)
	d.ID = decision
	if err == nil {
		err = s.Redecide(r.Context(), web.ActorOf(r), id, d)
	}
	if err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#decisions", "已保存")
}

func (s *Service) postStrike(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	decision, err := web.PathNumber(r, "decision")
	if err != nil {
		return err
	}
	if err := s.Strike(r.Context(), web.ActorOf(r), id, decision); err != nil {
		return s.again(w, r, err, nil)
	}
	return web.Done(w, r, meetingPath(id)+"#decisions", "已删去")
}

func (s *Service) postPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	force, _ := strconv.Atoi(v.Get("force"))
	var name string
	var content []byte
	if file, head, err := r.FormFile("file"); err == nil {
		defer file.Close()
		name = head.Filename
		if content, err = io.ReadAll(file); err != nil {
			return err
		}
	}
	if err := s.Hand(r.Context(), web.ActorOf(r), id, org.UnitID(force), v.Get("title"), name, content); err != nil {
		return s.again(w, r, err, v)
	}
	return web.Done(w, r, meetingPath(id)+"#papers", "已提交材料")
}

func (s *Service) postTakeBack(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	paper, err := web.PathNumber(r, "paper")
	if err != nil {
		return err
	}
	if err := s.TakeBack(r.Context(), web.ActorOf(r), id, paper); err != nil {
		return s.again(w, r, err, nil)
	}
	return web.Done(w, r, meetingPath(id)+"#papers", "已撤回材料")
}

func (s *Service) getPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	paper, err := web.PathNumber(r, "paper")
	if err != nil {
		return err
	}
	f, content, err := s.HandoutFile(r.Context(), web.ActorOf(r), id, paper)
	if err != nil {
		return err
	}
	web.Attachment(w, f.Name, f.Media)
	_, err = w.Write(content)
	return err
}

func (s *Service) postPack(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	run, err := s.Begin(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return s.again(w, r, err, nil)
	}
	if run.Wait(r.Context(), patience); !run.Finished() {
		return web.Redirect(w, r, meetingPath(id)+"#packs") // the page tells the progress
	}
	p, err := run.Result()
	s.making.Drop(run.ID, run.Owner)
	if err != nil {
		return s.again(w, r, err, nil)
	}
	return web.Done(w, r, meetingPath(id)+"#packs", "会议材料第 %d 版已生成，数字冻结在变更号 %d", p.Version, p.Change)
}

// packAsked reads which version of the pack of which meeting an address names.
func packAsked(r *http.Request) (id int64, version int, err error) {
	if id, err = web.PathNumber(r, "id"); err != nil {
		return 0, 0, err
	}
	n, err := web.PathNumber(r, "version")
	return id, int(min(n, 1<<30)), err
}

func (s *Service) getPack(w http.ResponseWriter, r *http.Request) error {
	id, version, err := packAsked(r)
	if err != nil {
		return err
	}
	f, content, err := s.PackFile(r.Context(), web.ActorOf(r), id, version, r.PathValue("format"))
	if err != nil {
		return err
	}
	web.Attachment(w, f.Name, f.Media)
	_, err = w.Write(content)
	return err
}

// showPack shows a version of the pack on a page.
func (s *Service) showPack(w http.ResponseWriter, r *http.Request) error {
	id, version, err := packAsked(r)
	if err != nil {
		return err
	}
	m, p, d, err := s.PackShown(r.Context(), web.ActorOf(r), id, version)
	if err != nil {
		return err
	}
	x := s.lens(r)
	v := packView{Meeting: m.Title, Path: meetingPath(id), packLine: x.packLine(p), Paper: d}
	return packPage().Render(w, r, x.t("第 %d 版会议材料", p.Version), v)
}

func (s *Service) getMinutes(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	f := r.PathValue("format")
	if (f != "docx" && f != "pdf") || s.joints.Print == nil {
		return web.NoPage()
	}
	d, err := s.Minutes(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	web.Attachment(w, d.Meta.Subject+"."+f, media[f])
	_, err = s.joints.Print(w, d, f)
	return err
}

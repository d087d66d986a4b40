package notices

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/words"
)

func TestWhomAnEventGoesTo(t *testing.T) {
	tr := tree(t)
	cases := map[string]struct {
		e    notify.Event
		want []int64
	}{
		"reporters of a township":     {notify.Event{Roles: []perm.Role{perm.Reporter}, Units: []org.UnitID{town}}, []int64{reporter}},
		"a village through its town":  {notify.Event{Roles: []perm.Role{perm.Reporter}, Units: []org.UnitID{village}}, []int64{reporter}},
		"no reporter at the county":   {notify.Event{Roles: []perm.Role{perm.Reporter}, Units: []org.UnitID{county}}, nil},
		"a task force":                {notify.Event{Roles: []perm.Role{perm.Member}, Units: []org.UnitID{force}}, []int64{member}},
		"the office, stand-in too":    {notify.Event{Roles: []perm.Role{perm.Office}}, []int64{officer, standIn}},
		"the office about a township": {notify.Event{Roles: []perm.Role{perm.Office}, Units: []org.UnitID{otherTown}}, []int64{officer, standIn}},
		"leader and office":           {notify.Event{Roles: []perm.Role{perm.Leader, perm.Office}, Units: []org.UnitID{force}}, []int64{officer, standIn, leader}},
		"two units, each once":        {notify.Event{Roles: []perm.Role{perm.Reporter, perm.Member}, Units: []org.UnitID{town, otherTown, village, force}}, []int64{member, reporter, otherReporter}},
		"accounts too, but not gone":  {notify.Event{Accounts: []int64{gone, auditor, reporter}}, []int64{reporter, auditor}},
		"nobody":                      {notify.Event{}, nil},
	}
	for name, c := range cases {
		got := recipients(people(tr), tr, c.e)
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
		}
	}
	// A leader of a township hears of it and its villages, not of others.
	local := []perm.Actor{actor(20, tr, perm.Post{Role: perm.Leader, Unit: town})}
	for u, want := range map[org.UnitID]int{town: 1, village: 1, otherTown: 0, county: 0, force: 0} {
		if got := recipients(local, tr, notify.Event{Roles: []perm.Role{perm.Leader}, Units: []org.UnitID{u}}); len(got) != want {
			t.Errorf("a township's leader about unit %d: %v, want %d", u, got, want)
		}
	}
}

func works2018(t *testing.T) func(period.Day) bool {
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	return func(d period.Day) bool { ok, _ := c.IsWorkday(d); return ok }
}

func TestQuietHours(t *testing.T) {
	works, s := works2018(t), defaultSettings()
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for text, want := range map[string]bool{"2018-05-10 07:59": true, "2018-05-10 08:00": false, "2018-05-10 19:59": false, "2018-05-10 20:00": true, "2018-05-10 23:59": true,
		"2018-05-12 10:00": true,  // Saturday
		"2018-04-28 10:00": false, // Saturday worked to make up for the first of May
		"2018-04-30 10:00": true, "2018-10-03 10:00": true} {
		if got := s.quiet(at(text), works); got != want {
			t.Errorf("%s quiet %v, want %v", text, got, want)
		}
	}
	s.QuietFrom, s.QuietTo, s.QuietDaysOff = "12:00", "14:00", false
	for text, want := range map[string]bool{"2018-05-12 11:59": false, "2018-05-12 12:00": true, "2018-05-12 14:00": false, "2018-05-12 03:00": false} {
		if got := s.quiet(at(text), works); got != want {
			t.Errorf("noon: %s quiet %v, want %v", text, got, want)
		}
	}
	// A message that is held says when it will go.
	for text, want := range map[string]string{"2018-05-12 12:30": "2018-05-12 14:00", "2018-05-12 11:59": "2018-05-12 11:59"} {
		if got := s.goes(at(text), works).Format("2006-01-02 15:04"); got != want {
			t.Errorf("noon: put at %s it goes at %s, want %s", text, got, want)
		}
	}
	s = defaultSettings()
	for text, want := range map[string]string{"2018-05-10 09:30": "2018-05-10 09:30", "2018-05-10 21:00": "2018-05-11 08:00", "2018-05-11 21:00": "2018-05-14 08:00", "2018-05-12 03:00": "2018-05-14 08:00",
		"2018-09-30 21:00": "2018-10-08 08:00"} { // over the national day
		if got := s.goes(at(text), works).Format("2006-01-02 15:04"); got != want {
			t.Errorf("put at %s it goes at %s, want %s", text, got, want)
		}
	}
	if got := s.goes(at("2018-05-10 21:00"), func(period.Day) bool { return false }); !got.IsZero() {
		t.Errorf("without working days it goes at %v", got)
	}
}

func TestNothingTypedLeaves(t *testing.T) {
	n := Notice{Kind: notify.Deadline, Text: "事项 %s 于 %s 到期，还有 %d 天，编号 %d", Args: []any{"2018-0012 约谈张三丰（虚构）520121000000000000", "2018-05-12", int64(2), int64(520121000000000)}}
	got := titleOf(n, func(s string) string { return s })
	if want := "事项 2018-0012… 于 2018-05-12 到期，还有 2 天，编号 0"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for text, want := range map[string]string{"2018-0012 x": "2018-0012", "2018-00012": "2018-00012", "2018-1": "", "20180012": "", "520121000000000000": "", "2018-0012000000": "", "张三丰（虚构）": ""} {
		if got := leadingNumber(text); got != want {
			t.Errorf("leadingNumber(%q) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"电话 13800000000 请回": "电话 □ 请回", "2018年5月上半月调度会": "2018年5月上半月调度会", "号52012100000000000X": "号□", "138-0000-0000": "□", "2018-05-10 09:00": "2018-05-10 09:00", "事项 2018-0012 到期": "事项 2018-0012 到期", "09:00 3 楼": "09:00 3 楼"} {
		if got := masked(text); got != want {
			t.Errorf("masked(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestWhatAMailSays(t *testing.T) {
	for want, c := range map[string]Counts{
		"您有 3 项任务即将到期，另有 1 项会议通知。":                 {Soon: 3, Meet: 1},
		"您有 2 项任务已过期限，另有 1 项任务即将到期、4 项待办、1 项其他通知。": {Late: 2, Soon: 1, ToDo: 4, Other: 1},
		"您有 2 项任务已过期限。":                            {Late: 2},
	} {
		o := outside{counts: c, link: "http://10.1.2.3/inbox"}
		if got, want := o.body(words.Chinese.Text), want+"\n请登录本系统查看：http://10.1.2.3/inbox"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What is over is not called near, and what needs nothing of the reader does not press.
func TestWhatPresses(t *testing.T) {
	s, today := defaultSettings(), period.MustDay("2018-05-10")
	for _, c := range []struct {
		kind notify.Kind
		due  string
		want urgency
	}{
		{notify.ToDo, "2018-05-10", near}, {notify.Deadline, "2018-05-13", near}, {notify.Deadline, "2018-05-14", calm},
		{notify.Deadline, "2018-05-09", late}, {notify.ToDo, "2018-04-09", late}, {notify.ToDo, "2018-04-08", calm},
		{notify.Invite, "2018-05-11", near}, {notify.Invite, "2018-04-26", calm},
		{notify.Info, "2018-05-10", calm}, {notify.Result, "2018-05-07", calm},
	} {
		if got := s.presses(c.kind, period.MustDay(c.due), today); got != c.want {
			t.Errorf("%v due %s: %v, want %v", c.kind, c.due, got, c.want)
		}
	}
	if got := s.presses(notify.ToDo, 0, today); got != calm {
		t.Errorf("without a day: %v", got)
	}
}

// What a message outside is made of has no place for a person: counts, one link, cut sentences.
func TestAMessageOutsideHasNoPlaceForAPerson(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[outside]()) {
		if !slices.Contains([]string{"counts", "link", "titles", "group"}, f.Name) {
			t.Errorf("outside.%s is new: prove that nothing of a person can stand in it", f.Name)
		}
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Counts]()) {
		if f.Type.Kind() != reflect.Int {
			t.Errorf("Counts.%s is no number", f.Name)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	good := defaultSettings()
	good.On, good.Base, good.Hosts = true, "http://10.1.2.3:8080", []string{"mail.example.cn:465", "10.1.2.3"}
	good.Mail = MailSettings{Server: "mail.example.cn:465", Security: notify.TLS, From: "ky@example.cn"}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*Settings){
		"digest_at": func(s *Settings) { s.DigestAt = "8点" }, "soon_days": func(s *Settings) { s.SoonDays = -1 }, "per_hour": func(s *Settings) { s.PerHour = 0 },
		"base": func(s *Settings) { s.Base = "" }, "hosts": func(s *Settings) { s.Hosts = []string{"https://x/y"} }, "server": func(s *Settings) { s.Mail.Server = "mail" },
		"security": func(s *Settings) { s.Mail.Security = notify.Plain }, "from": func(s *Settings) { s.Mail.From = "x\r\nBcc: y@example.cn" }, "trust": func(s *Settings) { s.Mail.Trust = "abc" },
	} {
		s := good
		change(&s)
		if f := faultsOf(s.check(), words.Chinese); len(f[field]) == 0 || len(f) != 1 {
			t.Errorf("%s: got %v", field, f)
		}
	}
}

func TestTheGateOpensEachMinute(t *testing.T) {
	var g gate
	now := time.Unix(1_525_000_000, 0)
	n := 0
	for range 100 {
		if g.pass("10.0.0.1", now) {
			n++
		}
	}
	if n != gateMinute || !g.pass("10.0.0.2", now) || !g.pass("10.0.0.1", now.Add(time.Minute)) {
		t.Errorf("%d passed, want %d, and others and later ones too", n, gateMinute)
	}
}

func TestEveryKindHasItsWords(t *testing.T) {
	for _, k := range Kinds() {
		if strings.TrimSpace(kindText(k)) == "" {
			t.Errorf("kind %s has no name", k)
		}
	}
}

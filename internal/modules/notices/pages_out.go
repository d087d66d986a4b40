package notices

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// queueView is the page of what leaves.
type queueView struct {
	On     bool
	MaySet bool
	Mute   string // why nothing leaves at this moment
	States []option
	Grid   web.Grid
	All    int
}

// buildQueue makes the table of the queue. It shows neither addresses nor texts. goes tells when a
// waiting message may leave, zero where nobody knows.
func buildQueue(l words.Lang, list []Queued, goes func(notify.Message) time.Time) *table.Table {
	t := &table.Table{ID: "queue", Name: l.Text("外发队列"), Empty: l.Text("队列里没有消息。"), Columns: []table.Column{
		{Head: []string{l.Text("编号")}, Key: "id", Sort: table.ByNumber}, {Head: []string{l.Text("提交时间")}, Key: "created", Sort: table.ByText},
		{Head: []string{l.Text("方式")}, Key: "channel"}, {Head: []string{l.Text("发给")}, Key: "to"}, {Head: []string{l.Text("内容")}, Key: "kind"},
		{Head: []string{l.Text("状态")}, Key: "state"}, {Head: []string{l.Text("次数")}, Key: "tries"}, {Head: []string{l.Text("下次或完成时间")}, Key: "at", Sort: table.ByText},
		{Head: []string{l.Text("说明")}, Key: "fault"}, {Head: []string{l.Text("办理")}, Key: "deeds", ScreenOnly: true}}}
	const form = "2006-01-02 15:04"
	for _, m := range list {
		at := m.Ended
		if at.IsZero() {
			at = goes(m.Message)
		}
		when := "—"
		if !at.IsZero() {
			when = at.Format(form)
		}
		to := m.To
		if to == "" {
			to = m.Target
		}
		id := strconv.FormatInt(m.ID, 10)
		var deeds []table.Action
		if m.State == notify.Failed || m.State == notify.Dropped || m.State == notify.Waiting {
			deeds = append(deeds, table.Action{Text: l.Text("重发"), Href: "/outbound/messages/" + id + "/resend", Post: true})
		}
		if m.State == notify.Failed || m.State == notify.Waiting {
			deeds = append(deeds, table.Action{Text: l.Text("放弃"), Href: "/outbound/messages/" + id + "/drop", Post: true})
		}
		tries := strconv.Itoa(m.Tries)
		t.Rows = append(t.Rows, table.Row{ID: "m" + id, Cells: []table.Cell{table.Number(id, id), table.Text(m.Created.Format(form)), table.Text(l.Text(m.Channel.Text())), table.Text(to),
			table.Text(l.Text(m.Class.Text())), table.Text(l.Text(m.State.Text())), table.Number(tries, tries), table.Text(when), table.Text(m.Fault.Say(l.Text)), table.Actions(deeds...)}})
	}
	return t
}

func stateOptions(l words.Lang, on notify.State, counts map[notify.State]int) (out []option, all int) {
	for _, n := range counts {
		all += n
	}
	out = append(out, option{"", l.Text("全部") + " " + strconv.Itoa(all), on == ""})
	for _, s := range notify.States() {
		out = append(out, option{string(s), l.Text(s.Text()) + " " + strconv.Itoa(counts[s]), on == s})
	}
	return out, all
}

// channelsView is the page of the settings.
type channelsView struct {
	F            faults
	S            Settings
	Hosts        string
	SoonDays     string
	PerHour      string
	Password     string // a mask where there is one
	Securities   []option
	Robots       []robotLine
	R            robotForm
	OwnMail      bool
	KeyFault     string // why secrets cannot be kept
	HostsMissing []string
}

// robotLine is a robot in the list.
type robotLine struct {
	ID                             int64
	Name, Channel, Unit, Base, Tag string
	State                          string
	Signed                         bool
}

// robotForm is the form of one robot.
type robotForm struct {
	F        faults
	ID       int64
	Name     string
	Channels []option
	Units    []option
	Address  string
	Signed   bool
	Active   bool
	Version  int64
}

func securityOptions(l words.Lang, on notify.Security) []option {
	return []option{{string(notify.StartTLS), l.Text("STARTTLS（端口 25 或 587）"), on == notify.StartTLS}, {string(notify.TLS), l.Text("TLS（端口 465）"), on == notify.TLS},
		{string(notify.Plain), l.Text("不加密（只限本机）"), on == notify.Plain}}
}

func buildChannels(l words.Lang, set Settings, robots []Robot, unit func(org.UnitID) string, f faults) channelsView {
	v := channelsView{F: f, S: set, Hosts: strings.Join(set.Hosts, "\n"), SoonDays: strconv.Itoa(set.SoonDays), PerHour: strconv.Itoa(set.PerHour), Securities: securityOptions(l, set.Mail.Security)}
	if set.Mail.Sealed != "" {
		v.Password = notify.Mask
	}
	allowed := notify.Hosts(set.Hosts)
	if set.Mail.Server != "" && allowed.Allow(set.Mail.Server) != nil {
		v.HostsMissing = append(v.HostsMissing, set.Mail.Server)
	}
	for _, r := range robots {
		x := robotLine{ID: r.ID, Name: r.Name, Channel: l.Text(r.Channel.Text()), Unit: l.Text("禁毒办"), Base: r.Base, State: l.Text("启用"), Tag: "good", Signed: r.Signed}
		if r.Unit != 0 {
			x.Unit = unit(r.Unit)
		}
		if !r.Active {
			x.State, x.Tag = l.Text("停用"), ""
		}
		if host := hostOfBase(r.Base); r.Active && allowed.Allow(host) != nil && !slices.Contains(v.HostsMissing, host) {
			v.HostsMissing = append(v.HostsMissing, host)
		}
		v.Robots = append(v.Robots, x)
	}
	return v
}

// hostOfBase takes the machine out of a robot's address.
func hostOfBase(base string) string {
	_, rest, _ := strings.Cut(base, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

func buildRobot(l words.Lang, r Robot, units []option, f faults) robotForm {
	v := robotForm{F: f, ID: r.ID, Name: r.Name, Address: r.Base, Signed: r.Signed, Active: r.Active, Version: r.Version}
	for _, c := range []notify.Channel{notify.WeCom, notify.DingTalk} {
		v.Channels = append(v.Channels, option{string(c), l.Text(c.Text()), r.Channel == c})
	}
	v.Units = append(v.Units, option{"0", l.Text("禁毒办"), r.Unit == 0})
	for _, u := range units {
		u.On = u.Value == strconv.Itoa(int(r.Unit))
		v.Units = append(v.Units, u)
	}
	return v
}

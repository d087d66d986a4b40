package accounts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// faults are the sentences of a refused form, by field; the field "" is for the whole form.
type faults map[string][]string

func faultsOf(err error, l words.Lang) faults {
	out := faults{}
	list, ok := findings(err)
	if !ok {
		out[""] = []string{fault.Say(err, l.Text)}
		return out
	}
	for _, f := range list {
		out[f.Field] = append(out[f.Field], f.Message(l.Text))
	}
	return out
}

// A choice is an option of a select.
type choice struct {
	Value, Label string
	On           bool
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04")
}

// stateText gives the state of an account in Chinese.
func stateText(a Account, today period.Day) string {
	switch {
	case !a.Active:
		return "停用"
	case !a.Usable(today):
		return "到期"
	}
	return "在用"
}

type signInView struct {
	Next, Login string
	F           faults
}

// A secretView shows a one-time secret, once.
type secretView struct {
	Login, Name, Secret string
	Until               string
	Again               bool // for an account that was there
	Account             ID
}

// listFilter is what the list of accounts is narrowed by.
type listFilter struct{ Text, State string }

// The states that the list can be narrowed to.
const (
	stateActive   = "active"
	stateDisabled = "disabled"
	stateLocked   = "locked"
	stateUnused   = "unused"
	stateOneTime  = "onetime"
	stateNoPost   = "nopost"
	stateTwo      = "two"
)

func stateChoices(l words.Lang, on string) []choice {
	list := []choice{{"", "全部状态", false}, {stateActive, "在用", false}, {stateDisabled, "停用或到期", false}, {stateLocked, "锁定中", false},
		{stateUnused, "90 天未登录", false}, {stateOneTime, "未改一次性口令", false}, {stateNoPost, "没有岗位", false}, {stateTwo, "多处同时登录", false}}
	for i := range list {
		list[i].Label = l.Text(list[i].Label)
		list[i].On = list[i].Value == on
	}
	return list
}

// titles names the posts held today.
func (a Listed) titles(l words.Lang, t *org.Tree) string {
	var out []string
	for _, p := range a.Posts {
		out = append(out, p.NameIn(t, l.Text))
	}
	return strings.Join(out, l.Text("、"))
}

func (f listFilter) keeps(a Listed, titles string, now time.Time) bool {
	if text := FoldLogin(f.Text); text != "" && !strings.Contains(a.Login, text) && !strings.Contains(strings.ToLower(a.Name), text) &&
		!strings.Contains(strings.ToLower(titles), text) {
		return false
	}
	usable := a.Usable(period.DayOf(now))
	switch f.State {
	case stateActive:
		return usable
	case stateDisabled:
		return !usable
	case stateLocked:
		return !a.Locked.IsZero()
	case stateUnused:
		return usable && a.Unused(now)
	case stateOneTime:
		return usable && !a.OneTime.IsZero()
	case stateNoPost:
		return usable && len(a.Posts) == 0
	case stateTwo:
		return a.Addresses > 1
	}
	return true
}

// flags lists what an administrator should look at, in Chinese.
func flags(a Listed, now time.Time) []string {
	var out []string
	if !a.Locked.IsZero() {
		out = append(out, "锁定中")
	}
	if a.Usable(period.DayOf(now)) {
		if a.Unused(now) {
			out = append(out, "90 天未登录")
		}
		if !a.OneTime.IsZero() {
			if now.Before(a.OneTime) {
				out = append(out, "未改一次性口令")
			} else {
				out = append(out, "一次性口令已过期")
			}
		}
		if len(a.Posts) == 0 {
			out = append(out, "没有岗位")
		}
	}
	if a.Addresses > 1 {
		out = append(out, "多处同时登录")
	}
	return out
}

type lockedRow struct{ Address, Until string }

type listView struct {
	Filter    listFilter
	States    []choice
	Grid      web.Grid
	Count     int
	All       int
	XLSX, CSV string
	MayEdit   bool
	Locked    []lockedRow
}

// accountTable is the list of accounts as a table.
func accountTable(l words.Lang, list []Listed, now time.Time, tree *org.Tree) *table.Table {
	t := &table.Table{ID: "accounts", Name: l.Text("账号"), Empty: l.Text("没有符合条件的账号")}
	for _, c := range []struct {
		key, head string
		sort      table.SortKind
		width     int
	}{{"login", "登录名", table.ByText, 8}, {"name", "姓名", table.ByText, 6}, {"posts", "现任岗位", table.ByText, 0}, {"state", "状态", table.ByText, 4},
		{"until", "截止日", table.ByText, 7}, {"last", "最近登录", table.ByText, 9}, {"open", "在线", table.ByNumber, 3}, {"flags", "提示", table.ByText, 0}} {
		t.Columns = append(t.Columns, table.Column{Head: []string{l.Text(c.head)}, Key: c.key, Sort: c.sort, Width: c.width})
	}
	for _, a := range list {
		marks := flags(a, now)
		for i := range marks {
			marks[i] = l.Text(marks[i])
		}
		last := instant(a.LastLogin)
		if last == "" {
			last = l.Text("从未")
		}
		open := itoa(int64(a.LogIns))
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{
			table.Link(a.Login, "/accounts/"+itoa(int64(a.ID))), table.Text(a.Name), table.Text(a.titles(l, tree)),
			table.Text(l.Text(stateText(a.Account, period.DayOf(now)))), table.Text(dayText(a.Until)), table.Text(last),
			table.Number(open, open), table.Text(strings.Join(marks, l.Text("、")))}})
	}
	return t
}

type newView struct {
	Login, Name, Until string
	F                  faults
}

type holdRow struct {
	ID, Version  int64
	Title, Role  string
	From, To     string
	StandIn      bool
	State        string // Chinese
	Tag          string // style of the state
	Open, Ending bool   // may be ended; has an end already
	Last         string // proposed last day
}

func holdRows(l words.Lang, list []Holding, today period.Day, t *org.Tree) []holdRow {
	out := make([]holdRow, 0, len(list))
	for _, h := range list {
		r := holdRow{ID: h.ID, Version: h.Version, Title: h.Post.NameIn(t, l.Text), Role: h.Post.Role.Label(), From: h.From.String(), To: dayText(h.To), StandIn: h.StandIn,
			Open: !h.Over(today), Ending: !h.To.IsZero(), Last: today.String()}
		switch {
		case !h.Post.Lasts(today):
			r.State, r.Tag = "岗位已停用", ""
		case h.void():
			r.State, r.Tag = "已撤回", ""
		case h.Over(today):
			r.State, r.Tag = "已结束", ""
		case h.Post.Unit != 0 && (t == nil || !t.Has(h.Post.Unit)):
			r.State, r.Tag = "单位已撤销", "bad"
		case h.Holds(today):
			r.State, r.Tag = "现任", "good"
		default:
			r.State, r.Tag = "未开始", "blue"
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b holdRow) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

func rank(r holdRow) int {
	if r.Open {
		return 0
	}
	return 1
}

type loginRow struct {
	ID                           int64
	Began, Seen, Address, Device string
	State                        string // Chinese
	Open, This                   bool
}

func loginRows(list []Login, p Policy, now time.Time, this int64) []loginRow {
	out := make([]loginRow, 0, len(list))
	for _, l := range list {
		r := loginRow{ID: l.ID, Began: instant(l.Began), Seen: instant(l.Seen), Address: l.Address, Device: device(l.Agent), This: l.ID == this}
		switch {
		case !l.Ended.IsZero():
			r.State = endedText(l.Why)
		case !l.Alive(p, now):
			r.State = endedText(endedIdle)
		default:
			r.State, r.Open = "登录中", true
		}
		out = append(out, r)
	}
	return out
}

// device makes a short name of what a browser calls itself.
func device(agent string) string {
	find := func(pairs ...[2]string) string {
		for _, p := range pairs {
			if strings.Contains(agent, p[0]) {
				return p[1]
			}
		}
		return ""
	}
	browser := find([2]string{"Edg/", "Edge"}, [2]string{"Firefox/", "Firefox"}, [2]string{"wxwork/", "WeCom"}, [2]string{"MicroMessenger/", "WeChat"},
		[2]string{"360", "360"}, [2]string{"Chrome/", "Chromium"}, [2]string{"Safari/", "Safari"}, [2]string{"curl/", "curl"})
	system := find([2]string{"Windows", "Windows"}, [2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"UOS", "UOS"}, [2]string{"Kylin", "Kylin"},
		[2]string{"Mac OS", "macOS"}, [2]string{"Linux", "Linux"})
	return strings.TrimSpace(browser + " " + system)
}

type ownView struct {
	Login, Name string
	Must, First bool // the password must be changed; because it was given by somebody else
	LastDay     string
	PasswordDue string // day on which the password runs out, "" without rotation
	Rules       []string
	Posts       []holdRow
	LogIns      []loginRow
	Lang        string
	F           faults
}

// passwordRules says what the policy asks of a password.
func passwordRules(p Policy, l words.Lang) []string {
	out := []string{words.T(l, "至少 %d 个字符，最多 %d 个；可以用汉字和空格，可以粘贴", p.MinLength, maxPassword)}
	if p.Classes > 1 {
		out = append(out, words.T(l, "含小写字母、大写字母、数字、其他字符（符号、汉字）中的至少 %d 类", p.Classes))
	}
	if p.History > 0 {
		out = append(out, words.T(l, "不与最近 %d 次用过的相同", p.History))
	}
	if p.RotateDays > 0 {
		out = append(out, words.T(l, "%d 天内要更换", p.RotateDays))
	}
	return append(out, words.T(l, "不含登录名、姓名和常见的词"))
}

func newOwnView(d Detail, p Policy, must bool, now time.Time, this int64, tree *org.Tree, l words.Lang) ownView {
	today := period.DayOf(now)
	v := ownView{Login: d.Login, Name: d.Name, Must: must, First: d.MustChange, LastDay: dayText(d.Until),
		Rules: passwordRules(p, l), Posts: holdRows(l, d.Holdings, today, tree), LogIns: loginRows(d.LogIns, p, now, this), Lang: string(l), F: faults{}}
	if p.RotateDays > 0 && !v.Must {
		v.PasswordDue = period.DayOf(d.SecretAt).AddDays(p.RotateDays).String()
	}
	return v
}

type showView struct {
	ID                 ID
	Login, Name, Until string
	Version            int64
	Stored             *storedPerson // what somebody else saved meanwhile
	State, Tag         string
	Flags              []string
	Created, Last      string
	Locked             string
	OneTime            string
	Active, Self       bool
	MayEdit, MayGrant  bool
	Posts              []holdRow
	LogIns             []loginRow
	Open               int
	Grant              grantView
	F                  faults
}

// A storedPerson is the other version in a conflict of two editors.
type storedPerson struct{ Name, Until string }

type grantView struct {
	Roles       []choice
	Units       []choice
	Unit, Title string
	From, To    string
	StandIn     bool
	F           faults
}

func newGrantView(l words.Lang, tree *org.Tree, today period.Day) grantView {
	return grantView{Roles: roleChoices(l, ""), Units: unitChoices(tree), From: today.String(), F: faults{}}
}

func roleChoices(l words.Lang, on string) []choice {
	out := []choice{{"", l.Text("请选择"), on == ""}}
	for _, r := range perm.Roles() {
		out = append(out, choice{string(r), l.Text(r.Label()), string(r) == on})
	}
	return out
}

// maxUnits bounds the list offered for typing a unit; beyond it codes and names still work.
const maxUnits = 800

// unitChoices offers units as "code name", which unitTyped reads.
func unitChoices(t *org.Tree) []choice {
	var out []choice
	if t == nil {
		return out
	}
	for _, kind := range []org.TreeKind{org.Functional, org.Territorial} {
		for _, u := range t.Preorder(kind) {
			if len(out) == maxUnits {
				return out
			}
			out = append(out, choice{Value: t.Code(u) + " " + t.Name(u)})
		}
	}
	return out
}

// unitTyped reads a unit from a form: code and name as offered, a code, or a name; nothing is 0.
func unitTyped(text string, reg *org.Register, today period.Day) (org.UnitID, error) {
	text = strings.TrimSpace(text)
	if text == "" || reg == nil {
		return 0, nil
	}
	if id, err := reg.Find(text, today); err == nil {
		return id, nil
	}
	first, _, _ := strings.Cut(text, " ")
	return reg.Find(first, today)
}

func newShowView(d Detail, p Policy, now time.Time, tree *org.Tree, l words.Lang) showView {
	today := period.DayOf(now)
	v := showView{ID: d.ID, Login: d.Login, Name: d.Name, Until: dayText(d.Until), Version: d.Version, State: stateText(d.Account, today),
		Created: instant(d.Created), Last: instant(d.LastLogin), Locked: instant(d.Locked), OneTime: instant(d.OneTime), Active: d.Active,
		Posts: holdRows(l, d.Holdings, today, tree), LogIns: loginRows(d.LogIns, p, now, 0), Open: d.Listed.LogIns, Flags: flags(d.Listed, now),
		Grant: newGrantView(l, tree, today), F: faults{}}
	if v.Tag = "good"; v.State != "在用" {
		v.Tag = "bad"
	}
	return v
}

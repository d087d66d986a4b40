package accounts

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

type auditView struct {
	Account, Object, From, To string
	Results, Deeds            []choice
	Accounts                  []string // log-in names, for typing
	Grid                      web.Grid
	XLSX, CSV                 string
	Older, Newest             string // addresses
	Count                     int
	F                         faults
}

// ownDeeds are deeds of the audit that are not rules of their own, with their names in Chinese.
func ownDeeds() map[string]string {
	return map[string]string{
		deedLogin: "登录", deedLock: "锁定", deedLogout: "退出登录", deedPassword: "更换口令", "accounts.first": "建立第一个管理员",
		"accounts.create": "建立账号", ruleEdit.Deed: "修改账号", "accounts.reset": "重置口令", "accounts.disable": "停用账号", "accounts.enable": "恢复账号",
		"accounts.unlock": "解除锁定", ruleGrant.Deed: "授予岗位", "accounts.end": "结束任职", "accounts.post": "岗位变动", "accounts.screen-enter": "大屏进入",
		rulePolicy.Deed: "修改安全参数", ruleScreens.Deed: "大屏变动", "audit.export": "导出审计记录", "setting.set": "修改系统设置",
		"returns.draft": "保存草稿", "returns.upload": "上传报表文件", "returns.submit": "提交报表", "returns.return": "退回报表", "forms.save": "保存报表定义",
		"forms.end": "停用报表", "facts.record": "记入数据", "facts.upload": "上传数据文件", "facts.import-elements": "导入数据项",
		"indicators.bundle": "维护目标包", "indicators.target": "设定目标", "indicators.target.end": "停用目标", "indicators.start": "登记工作起点", "facts.source": "打开数据来源文件",
		"units.import": "导入单位", "units.map": "更换边界图", "units.calendar": "修改工作日历",
	}
}

// deedNames are the words for deeds and for the parts of the program that they belong to.
type deedNames struct {
	titles map[string]string // of the modules, by code
	deeds  map[string]string // what the modules call their deeds
	rules  []perm.Rule
}

// label names a deed: what it is called here or by its module, or the label of the rule it comes from.
func (n deedNames) label(l words.Lang, deed string) string {
	for _, names := range []map[string]string{ownDeeds(), n.deeds} {
		if s, ok := names[deed]; ok {
			return l.Text(s)
		}
	}
	for _, r := range n.rules {
		if r.Deed == deed {
			return l.Text(r.Label)
		}
	}
	return deed
}

// module names the part of the program that a deed belongs to.
func (n deedNames) module(l words.Lang, module string) string {
	names := map[string]string{"accounts": "账号与岗位", "audit": "审计", "facts": "数据", "forms": "报表定义", "returns": "报送", "indicators": "指标", "units": "单位", "setting": "系统设置"}
	return l.Text(cmp.Or(names[module], n.titles[module], module))
}

// refusals are the sentences of core/perm, which the audit keeps in Chinese with the deed in them.
var refusals = sync.OnceValue(func() words.Sayings {
	return words.NewSayings("您的岗位不管这个单位，不能“%s”", "您的角色不能“%s”；需要时请向禁毒办申请")
})

// reasonText says why something was refused in the reader's language.
func reasonText(l words.Lang, reason string) string {
	if said, ok := refusals().Say(l, reason, l.Text); ok {
		return said
	}
	return l.Text(reason)
}

func resultText(l words.Lang, result string) string {
	switch result {
	case "done":
		return l.Text("完成")
	case "refused":
		return l.Text("拒绝")
	}
	return result
}

func resultChoices(l words.Lang, on string) []choice {
	out := []choice{{"", l.Text("全部结果"), on == ""}}
	for _, r := range []string{"done", "refused"} {
		out = append(out, choice{r, resultText(l, r), r == on})
	}
	return out
}

// deedChoices lists single deeds under their modules.
func deedChoices(l words.Lang, names deedNames, seen []string, on string) []choice {
	out := []choice{{"", l.Text("全部事项"), on == ""}}
	modules := map[string]bool{}
	for _, d := range seen {
		if m, _, ok := strings.Cut(d, "."); ok {
			modules[m+"."] = true
		}
	}
	if on != "" && !modules[on] && !slices.Contains(seen, on) {
		seen = append(slices.Clone(seen), on)
	}
	for m := range modules {
		out = append(out, choice{m, words.T(l, "%s：全部事项", names.module(l, strings.TrimSuffix(m, "."))), m == on})
	}
	for _, d := range seen {
		label := names.label(l, d)
		if label != d {
			label += " " + d
		}
		out = append(out, choice{d, label, d == on})
	}
	slices.SortStableFunc(out, func(a, b choice) int { return cmp.Compare(a.Value, b.Value) })
	return out
}

const shownDetail = 90

// detailText puts a detail into one line of words; one that is no object stays as it is.
func detailText(l words.Lang, deed, detail string) string {
	if lines := detailLines(l, deed, detail); len(lines) > 0 || strings.HasPrefix(detail, "{") {
		return joined(l, lines)
	}
	return detail
}

type auditColumn struct {
	key, head string
	width     int
}

// auditTable is the audit as a page shows it: name, post and reason stand small beside account
// and result, details are cut.
func auditTable(l words.Lang, list []AuditLine, known deedNames) *table.Table {
	t := newAuditTable(l, []auditColumn{{"no", "序号", 3}, {"at", "时间", 9}, {"account", "操作账号", 10}, {"address", "地址", 0}, {"deed", "事项", 6},
		{"object", "对象", 0}, {"result", "结果", 9}, {"detail", "明细", 14}})
	for _, a := range list {
		number := table.Number(itoa(a.No), itoa(a.No))
		number.Href = "/audit/" + itoa(a.No)
		who := strings.Trim(l.Text(a.Name)+" · "+l.Last(a.Post), " ·")
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{number, table.Text(secondOf(a.At)), {Text: a.Account, Note: who},
			table.Text(a.Address), {Text: known.label(l, a.Deed), Hint: a.Deed}, table.Text(a.Object), {Text: resultText(l, a.Result), Note: reasonText(l, a.Reason)},
			table.Text(shorten(detailText(l, a.Deed, a.Detail), shownDetail))}})
	}
	return t
}

// auditFile is the audit as a file: every field of its own, nothing cut.
func auditFile(l words.Lang, list []AuditLine, known deedNames) *table.Table {
	t := newAuditTable(l, []auditColumn{{"no", "序号", 4}, {"at", "时间", 12}, {"account", "操作账号", 8}, {"name", "姓名", 8}, {"post", "岗位名称", 12}, {"address", "地址", 10},
		{"label", "事项", 10}, {"deed", "事项代码", 12}, {"object", "对象", 12}, {"result", "结果", 4}, {"reason", "原因", 16}, {"detail", "明细", 30}, {"request", "请求编号", 12}})
	for _, a := range list {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Number(itoa(a.No), itoa(a.No)), table.Text(a.At), table.Text(a.Account), table.Text(l.Text(a.Name)),
			table.Text(l.Last(a.Post)), table.Text(a.Address), table.Text(known.label(l, a.Deed)), table.Text(a.Deed), table.Text(a.Object), table.Text(resultText(l, a.Result)),
			table.Text(reasonText(l, a.Reason)), table.Text(a.Detail), table.Text(a.Request)}})
	}
	return t
}

func newAuditTable(l words.Lang, columns []auditColumn) *table.Table {
	t := &table.Table{ID: "audit", Name: l.Text("审计记录"), Empty: l.Text("没有符合条件的记录")}
	for _, c := range columns {
		t.Columns = append(t.Columns, table.Column{Head: []string{l.Text(c.head)}, Key: c.key, Width: c.width})
	}
	return t
}

// secondOf gives a stored time without parts of a second and zone, as people read it.
func secondOf(at string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return at
	}
	return t.Format("2006-01-02 15:04:05")
}

func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

type auditLineView struct {
	AuditLine
	Label, Outcome string
	Lines          []detailLine
	Raw            string // the detail as it is stored
	Prior          int64
	Next           int64
}

func newAuditLineView(l words.Lang, a AuditLine, known deedNames) auditLineView {
	v := auditLineView{AuditLine: a, Label: known.label(l, a.Deed), Outcome: resultText(l, a.Result), Lines: detailLines(l, a.Deed, a.Detail), Raw: indented(a.Detail), Prior: a.No - 1, Next: a.No + 1}
	v.Reason, v.Name, v.Post = reasonText(l, a.Reason), l.Text(a.Name), l.Last(a.Post)
	return v
}

type checkView struct {
	Ran   bool
	Sound bool
	Lines int64
	Fault string
	Took  string
}

type policyView struct {
	Profiles []choice
	P        Policy
	Sources  string
	Version  int64
	May      bool
	Stored   *Policy // what somebody else saved meanwhile
	StoredBy string
	Mine     string // address of the one who asks
	Default  bool
	F        faults
}

func profileChoices(l words.Lang, on string) []choice {
	return []choice{{ProfileMLPS, l.Text("等保：有组成要求，定期更换"), on == ProfileMLPS}, {ProfileASVS, l.Text("ASVS 5.0：更长，不要求组成和更换"), on == ProfileASVS}}
}

type screenRow struct {
	ID                                 int64
	Name, Pages, Until, Entered, State string
	Tag                                string
	Open                               bool
}

type screensView struct {
	Rows               []screenRow
	Name, Pages, Until string
	May                bool
	F                  faults
}

type linkView struct {
	ID   int64
	Name string
	Link string
}

func screenRows(list []Screen, now time.Time) []screenRow {
	var out []screenRow
	for _, s := range list {
		r := screenRow{ID: s.ID, Name: s.Name, Pages: strings.Join(s.Pages, " "), Until: s.Until.String(), Entered: instant(s.Entered), Open: s.Usable(period.DayOf(now))}
		switch {
		case s.Revoked:
			r.State = "已收回"
		case !r.Open:
			r.State = "已到期"
		case s.Entered.IsZero():
			r.State, r.Tag = "等待进入", "warn"
		default:
			r.State, r.Tag = "在用", "good"
		}
		out = append(out, r)
	}
	return out
}

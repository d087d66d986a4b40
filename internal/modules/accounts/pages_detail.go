package accounts

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// A detailLine is one thing that the audit keeps of a deed, in words.
type detailLine struct{ Label, Value string }

// detailKeys are the known keys of details with their labels in Chinese, in the order in which they
// are shown. Other keys are shown as they are.
func detailKeys() [][2]string {
	return [][2]string{
		{"before", "改前"}, {"after", "改后"}, {"name", "名称"}, {"name_changed", "姓名有改动"}, {"role", "角色"}, {"unit", "单位"}, {"title", "岗位名称"}, {"post", "岗位名称"},
		{"stand_in", "代理"}, {"holding", "任职编号"}, {"holders", "任职人数"}, {"period", "期"}, {"from", "起日"}, {"to", "止日"}, {"until", "有效期至"}, {"last", "最后一期"}, {"days", "天数"},
		{"version", "版本"}, {"old", "原公式"}, {"formula", "公式"}, {"redefined", "改变口径"}, {"comparator", "比较方式"}, {"value", "值"}, {"upper", "上限"}, {"base", "基数"},
		{"form", "报表版本"}, {"cells", "格数"}, {"blanks", "空白格"}, {"declared", "空白声明"}, {"explained", "有说明的异常"}, {"source", "来源"}, {"drafts", "草稿份数"}, {"members", "成员数"},
		{"read", "读到"}, {"created", "新增"}, {"updated", "更新"}, {"unchanged", "不变"}, {"rejected", "有问题"}, {"changed", "改动"}, {"restate", "封账后更正"}, {"reason", "原因"}, {"why", "原因"},
		{"file", "文件散列"}, {"sha256", "文件散列"}, {"bytes", "字节数"}, {"under", "只取其下级"}, {"system", "坐标系"}, {"property", "匹配字段"}, {"shapes", "图形数"}, {"matched", "已匹配"},
		{"papers", "文件依据"}, {"dropped", "已删去"}, {"removed", "已删去"}, {"off", "休息日"}, {"pages", "页面"}, {"ended", "结束的登录"}, {"session", "登录编号"}, {"must_change", "须改口令"},
		{"failures", "连续失败次数"}, {"minutes", "锁定分钟数"}, {"lines", "条数"}, {"format", "文件格式"}, {"account", "操作账号"}, {"deed", "事项代码"}, {"object", "对象"}, {"result", "结果"},
		{"batch", "批次编号"}, {"no", "变更号"}, {"id", "编号"}, {"profile", "口令方案"}, {"min_length", "口令最短长度"}, {"classes", "字符类数"}, {"rotate_days", "更换周期（天）"}, {"history", "不得重复的旧口令"},
		{"from_address", "同一地址失败次数"}, {"lock_minutes", "锁定分钟数"}, {"idle_minutes", "闲置退出（分钟）"}, {"total_hours", "登录最长（小时）"}, {"admin_sources", "管理员登录地址"},
	}
}

// detailValues are the words for values that are codes.
func detailValues() map[string]string {
	return map[string]string{"active": "在用", "disabled": "已停用", "ended": "已结束", "revoked": "已收回", "new link": "新链接", "done": "完成", "refused": "拒绝",
		"grid": "网页填写", "workbook": "工作簿", "csv": "CSV 文件", "import": "命令行导入", "rest": "其余为零", "zero": "本期零报告"}
}

// detailLines puts a detail into words: one line for each thing, those inside another under its
// label. What is empty is left out. A detail that is no object gives nothing.
func detailLines(l words.Lang, detail string) []detailLine {
	var x map[string]any
	d := json.NewDecoder(strings.NewReader(detail))
	d.UseNumber()
	if detail == "" || d.Decode(&x) != nil {
		return nil
	}
	keys := detailKeys()
	labels, place := make(map[string]string, len(keys)), make(map[string]int, len(keys))
	for i, k := range keys {
		labels[k[0]], place[k[0]] = l.Text(k[1]), i+1
	}
	v := detailer{lang: l, labels: labels, place: place, values: detailValues()}
	v.object("", x)
	return v.out
}

type detailer struct {
	lang   words.Lang
	labels map[string]string
	place  map[string]int
	values map[string]string
	out    []detailLine
}

func (v *detailer) object(above string, x map[string]any) {
	keys := make([]string, 0, len(x))
	for k := range x {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(cmp.Or(v.place[a], 1<<20), cmp.Or(v.place[b], 1<<20)), cmp.Compare(a, b))
	})
	for _, k := range keys {
		label := cmp.Or(v.labels[k], k)
		if above != "" {
			label = above + " · " + label
		}
		if inner, ok := x[k].(map[string]any); ok {
			v.object(label, inner)
		} else if s := v.value(k, x[k]); s != "" {
			v.out = append(v.out, detailLine{label, s})
		}
	}
}

// value gives one value in words, "" for an empty one.
func (v *detailer) value(key string, x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case bool:
		if x {
			return v.lang.Text("是")
		}
		return v.lang.Text("否")
	case json.Number:
		return x.String()
	case string:
		switch {
		case x == "":
			return ""
		case key == "role":
			return v.lang.Text(perm.Role(x).Label())
		case key == "why" && endedText(x) != "":
			return v.lang.Text(endedText(x))
		case v.values[x] != "":
			return v.lang.Text(v.values[x])
		}
		return v.lang.Text(x) // a sentence of the catalogue, or the text itself
	case []any:
		var parts []string
		for _, one := range x {
			if s := v.value(key, one); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, v.lang.Text("、"))
	case map[string]any: // within a list
		inner := *v
		inner.out = nil
		inner.object("", x)
		return joined(v.lang, inner.out)
	}
	return ""
}

// joined puts lines into one.
func joined(l words.Lang, list []detailLine) string {
	parts := make([]string, len(list))
	for i, d := range list {
		parts[i] = d.Label + l.Text("：") + d.Value
	}
	return strings.Join(parts, l.Text("；"))
}

// indented gives a detail as it is stored, broken into lines.
func indented(detail string) string {
	var b bytes.Buffer
	if detail == "" || json.Indent(&b, []byte(detail), "", "  ") != nil {
		return detail
	}
	return b.String()
}

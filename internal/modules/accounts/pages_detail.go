package accounts

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
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
		{"topic", "议题"}, {"added", "增加"}, {"refreshed", "更新理由"}, {"item", "事项编号"}, {"time", "时间"}, {"day", "日期"}, {"place", "地点"}, {"rhythm", "频率"}, {"answer", "答复"},
		{"present", "实到"}, {"of", "应到"}, {"posts", "岗位数"}, {"kind", "类别"}, {"change", "变更号"}, {"sum", "内容散列"}, {"hash", "文件散列"}, {"task", "任务"}, {"percent", "完成百分比"},
		{"claims", "申报完成的里程碑"}, {"files", "文件数"}, {"state", "状态"}, {"force", "生效日"}, {"note", "备注"}, {"changes", "改动数"}, {"rows", "行数"}, {"year", "年份"}, {"on", "日期"},
		{"near", "提前天数"}, {"grace", "宽限天数"}, {"moved", "移到"}, {"line", "办理记录"}, {"sign", "签收期限（工作日）"}, {"redN", "报分管领导（工作日）"}, {"redM", "列入领导清单（工作日）"}, {"prefix", "机关代字"}, {"deputy", "分管领导所在单位"},
		{"theme", "主题"}, {"team", "检查组"}, {"units", "单位数"}, {"groups", "分组"}, {"draw", "抽取办法"}, {"seed", "种子"}, {"method", "方法"}, {"drawn", "抽中数"}, {"answers", "检查结果数"},
		{"finding", "问题序号"}, {"photo", "照片"}, {"objection", "异议"}, {"ruling", "裁定"}, {"opened", "立项数"}, {"edition", "版次"}, {"for_all", "全员可见"}, {"issue", "定稿"}, {"channel", "渠道"},
		{"active", "启用"}, {"key_changed", "密钥有改动"}, {"sign_changed", "加签密钥有改动"}, {"mail", "邮件"}, {"digest", "每日摘要"}, {"urgent", "加急即发"}, {"hosts", "允许的主机"}, {"titles", "含标题"}, {"server", "邮件服务器"},
		{"security", "加密方式"}, {"quiet", "免打扰时段"}, {"days_off", "休息日不发"}, {"digest_at", "摘要时间"}, {"per_hour", "每小时最多"}, {"password_changed", "口令有改动"},
	}
}

// partKeys are the labels of keys that mean something else in one part of the program.
func partKeys(deed string) map[string]string {
	part, _, _ := strings.Cut(deed, ".")
	return map[string]map[string]string{
		"actions":     {"no": "事项编号", "from": "原状态", "to": "新状态", "near": "黄灯提前（工作日）", "file": "第几个文件"},
		"meetings":    {"no": "序号", "from": "原状态", "to": "新状态", "ended": "停用", "title": "标题", "day": "日期或第几日"},
		"plan":        {"no": "版次", "file": "文件名"},
		"supervision": {"no": "编号或序号", "title": "标题", "of": "原检查", "on": "反馈日期", "take": "抽取数"},
		"reports":     {"base": "在第几版上改", "ended": "停用", "title": "标题", "file": "文件名"},
		"notices":     {"base": "地址", "on": "开通"},
		"indicators":  {"effort": "工作量数据项"},
		"surveys":     {"design": "抽样方法", "mode": "调查方式", "questions": "题数", "strata": "层数", "counts": "汇总数格数", "people": "访问人数", "answers": "回答数", "question": "题", "like": "照着哪一项调查", "days": "调查日期", "reason": "撤回原因"},
		"situation":   {"element": "数据项", "category": "分类", "effort": "工作量数据项", "since": "从哪个月起", "baseline": "对照月数", "sigma": "最小波动（百分之一）", "run": "多少个月误报一次", "rise": "偏高多少（%）", "stopped": "已停止", "watch": "监测项", "month": "月份", "text": "说明", "item": "事项编号", "as_of": "数据到变更号"},
		"wastewater":  {"first": "采样起日", "people": "服务人口", "plant": "污水厂编号", "cells": "结果数", "missing": "缺的结果数", "consumption": "推算消费量"},
		"cases":       {"element": "数据项", "category": "分类", "drug": "毒品", "pairs": "分类对照", "milligrams": "毫克", "was": "原毫克", "number": "文号", "note": "备注"},
		"assessment":  {"items": "指标数", "document": "文件依据", "points": "分数", "checksum": "校验值", "pairs": "两两比较数", "mark": "登记编号", "no": "定稿编号"},
	}[part]
}

// detailValues are the words for values that are codes.
func detailValues() map[string]string {
	return map[string]string{"active": "在用", "disabled": "已停用", "ended": "已结束", "revoked": "已收回", "new link": "新链接", "done": "完成", "refused": "拒绝",
		"grid": "网页填写", "workbook": "工作簿", "csv": "CSV 文件", "import": "命令行导入", "rest": "其余为零", "zero": "本期零报告",
		string(work.Proposed): work.Proposed.Text(), string(work.Assigned): work.Assigned.Text(), string(work.Working): work.Working.Text(), string(work.Answered): work.Answered.Text(),
		string(work.Verified): work.Verified.Text(), string(work.Closed): work.Closed.Text(), string(work.Abandoned): work.Abandoned.Text(),
		"planned": "筹备", "invited": "已通知", "running": "进行中", "held": "已召开", "cancelled": "已取消", "coming": "参加", "standin": "派员代会", "excused": "请假",
		"information": "通报", "decision": "决定", "assignment": "交办", "half-month": "每半月", "week": "每周", "month": "每月"}
}

// detailLines puts a detail into words: one line for each thing, those inside another under its
// label. What is empty is left out. A detail that is no object gives nothing.
func detailLines(l words.Lang, deed, detail string) []detailLine {
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
	for k, s := range partKeys(deed) {
		labels[k] = l.Text(s)
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

package docx

import "kaiyang/internal/platform/docgen"

// The fonts that official documents name (DOC-50). Only the names stand in a file; the reader's
// machine has the fonts.
const (
	fontFangsong = "仿宋_GB2312"
	fontHeiti    = "黑体"
	fontKaiti    = "楷体_GB2312"
	fontXiaobiao = "方正小标宋简体"
	fontSongti   = "宋体"
	fontLatin    = "Times New Roman"
)

// fontOf gives the font of a role, empty for the role of the surroundings.
func fontOf(r docgen.Role) string {
	switch r {
	case docgen.Fangsong:
		return fontFangsong
	case docgen.Heiti:
		return fontHeiti
	case docgen.Kaiti:
		return fontKaiti
	case docgen.Xiaobiao:
		return fontXiaobiao
	case docgen.Songti:
		return fontSongti
	}
	return ""
}

// fontTable lists the fonts with the kind that stands in where one is not installed.
var fontTable = [...][3]string{
	{fontLatin, "roman", "00"},
	{fontFangsong, "modern", "86"},
	{fontHeiti, "modern", "86"},
	{fontKaiti, "modern", "86"},
	{fontXiaobiao, "script", "86"},
	{fontSongti, "auto", "86"},
}

// generalWords are words of official titles that a line break must not cut (DOC-12). What a
// document itself says often is learned from its text.
const generalWords = "通知 通报 报告 请示 批复 意见 决定 纪要 情况 工作 会议 领导 小组 办公室 指挥部 委员会 人民 政府 关于 印发 进一步 加强 推进 落实 开展 做好 全面 整治 专项 行动 实施 方案 计划 总结 分析 年度 季度 上半年 下半年 上半月 下半月 全县 全市 乡镇 街道 社区 部门 单位 责任 任务 目标 问题 整改 督办 督导 检查 考核 排名 进度 数据 统计 表彰 先进 个人 集体 召开 调度 研究 部署 重点 综合 治理 宣传 教育 预防 管控 打击 战争 形势 简报 材料 名单 指标 完成 建议"

// markEndings are what follows a body's name in a mark.
var markEndings = [...]string{"文件", "会议纪要", "纪要"}

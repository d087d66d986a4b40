package sheet

import "strings"

// Words that are part of the files themselves and stay Chinese in every language: other programs
// and later readings know the parts by them.
const (
	// FindingsSheet is the name of the sheet that Annotate adds; the reader passes over it.
	FindingsSheet = "问题清单"
	// Font is the typeface of every workbook; it is on each office computer.
	Font = "宋体"

	introSheet    = "填报说明"
	commentMark   = "【校验】" // begins every comment of ours, to tell it from the users' own
	commentAuthor = "填报校验"
)

// Signs people put into days.
const signsOfDays = "-/.:年月日号。－／．：\t\u3000\u00a0"

var dateSigns = strings.NewReplacer("年", "-", "月", "-", "日", " ", "号", " ", "/", "-", ".", "-", "。", "-", "T", " ")

package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/words"
)

// Check proves the database against itself and writes a line for each proof: its pages, the
// audit chain, the columns of facts against their history, the figures in memory against a full
// roll-up, the closed figures against a new computation, frozen packs and documents and kept files
// against their checksums, and random draws, fixed scores and fixed surveys against a new
// computation. The error names the first failure; the others are tried all the same.
func (o *Office) Check(ctx context.Context, w io.Writer) error {
	return o.CheckIn(ctx, w, words.Chinese)
}

// CheckIn is Check in a language.
func (o *Office) CheckIn(ctx context.Context, w io.Writer, l words.Lang) error {
	var first error
	prove := func(what string, f func() (string, error)) {
		begin := time.Now()
		note, err := f()
		took := time.Since(begin).Round(time.Millisecond)
		if err != nil {
			fmt.Fprintf(w, "✗ %s%s%s\n", l.Text(what), l.Text("："), fault.Say(err, l.Text))
			if first == nil {
				first = err
			}
			return
		}
		fmt.Fprintf(w, "✓ %s%s%s%s%s%s\n", l.Text(what), l.Text("："), note, l.Text("（"), took, l.Text("）"))
	}
	prove("数据库文件", func() (string, error) { return o.DB.Where(), o.DB.CheckFile(ctx) })
	prove("审计链", func() (string, error) {
		n, err := o.DB.CheckAudit(ctx)
		return words.T(l, "%d 条连续无改动", n), err
	})
	prove("事实与变更记录", func() (string, error) {
		n, err := o.Facts.Check(ctx)
		return n.Say(l), err
	})
	prove("内存汇总", func() (string, error) {
		if diff := o.Facts.Cube().Verify(1); len(diff) > 0 {
			return "", fault.New(fault.Conflict, "内存中的汇总与重新相加不一致：%v", diff[0])
		}
		return l.Text("与重新相加逐位相同"), nil
	})
	prove("封账数字", func() (string, error) {
		n, err := o.Indicators.CheckClosings(ctx)
		return words.T(l, "%d 个数重新计算一致", n), err
	})
	prove("会议材料", func() (string, error) {
		n, err := o.Meetings.CheckPacks(ctx)
		return words.T(l, "%d 版冻结内容与校验和一致", n), err
	})
	prove("文书", func() (string, error) {
		n, err := o.Reports.CheckDocuments(ctx)
		return words.T(l, "%d 版冻结内容与校验和一致", n), err
	})
	prove("随机抽取", func() (string, error) {
		n, err := o.Supervision.CheckDraws(ctx)
		return words.T(l, "%d 次抽取重新计算一致", n), err
	})
	prove("综合评价", func() (string, error) {
		n, err := o.Assessment.CheckResults(ctx)
		return words.T(l, "%d 次定稿重新计算一致", n), err
	})
	prove("调查", func() (string, error) {
		n, err := o.Surveys.CheckFixed(ctx)
		return words.T(l, "%d 项定稿重新计算一致", n), err
	})
	prove("保存的文件", func() (string, error) {
		total := 0
		for _, owner := range []string{"facts", "returns", "meetings", "actions", "plan", "supervision", "reports", "surveys", "wastewater"} {
			n, err := o.Files.Check(ctx, owner)
			if err != nil {
				return "", err
			}
			total += n
		}
		return words.T(l, "%d 个内容与校验和一致", total), nil
	})
	return first
}

package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"kaiyang/internal/core/fault"
)

// Check proves the database against itself and writes a line for each proof: its pages, the
// audit chain, the columns of facts against their history, the figures in memory against a full
// roll-up, the closed figures against a new computation, frozen packs and documents and kept files
// against their checksums, and random draws, fixed scores and fixed surveys against a new
// computation. The error names the first failure; the others are tried all the same.
func (o *Office) Check(ctx context.Context, w io.Writer) error {
	var first error
	prove := func(what string, f func() (string, error)) {
		begin := time.Now()
		note, err := f()
		took := time.Since(begin).Round(time.Millisecond)
		if err != nil {
			fmt.Fprintf(w, "✗ %s：%s\n", what, fault.Say(err, nil))
			if first == nil {
				first = err
			}
			return
		}
		fmt.Fprintf(w, "✓ %s：%s（%s）\n", what, note, took)
	}
	prove("数据库文件", func() (string, error) { return o.DB.Where(), o.DB.CheckFile(ctx) })
	prove("审计链", func() (string, error) {
		n, err := o.DB.CheckAudit(ctx)
		return fmt.Sprintf("%d 条连续无改动", n), err
	})
	prove("事实与变更记录", func() (string, error) {
		n, err := o.Facts.Check(ctx)
		return fmt.Sprintf("%+v", n), err
	})
	prove("内存汇总", func() (string, error) {
		if diff := o.Facts.Cube().Verify(1); len(diff) > 0 {
			return "", fault.New(fault.Conflict, "内存中的汇总与重新相加不一致：%v", diff[0])
		}
		return "与重新相加逐位相同", nil
	})
	prove("封账数字", func() (string, error) {
		n, err := o.Indicators.CheckClosings(ctx)
		return fmt.Sprintf("%d 个数重新计算一致", n), err
	})
	prove("会议材料", func() (string, error) {
		n, err := o.Meetings.CheckPacks(ctx)
		return fmt.Sprintf("%d 版冻结内容与校验和一致", n), err
	})
	prove("文书", func() (string, error) {
		n, err := o.Reports.CheckDocuments(ctx)
		return fmt.Sprintf("%d 版冻结内容与校验和一致", n), err
	})
	prove("随机抽取", func() (string, error) {
		n, err := o.Supervision.CheckDraws(ctx)
		return fmt.Sprintf("%d 次抽取重新计算一致", n), err
	})
	prove("综合评价", func() (string, error) {
		n, err := o.Assessment.CheckResults(ctx)
		return fmt.Sprintf("%d 次定稿重新计算一致", n), err
	})
	prove("调查", func() (string, error) {
		n, err := o.Surveys.CheckFixed(ctx)
		return fmt.Sprintf("%d 项定稿重新计算一致", n), err
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
		return fmt.Sprintf("%d 个内容与校验和一致", total), nil
	})
	return first
}

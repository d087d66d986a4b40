package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/facts"
	"kaiyang/internal/modules/returns"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/words"
)

// importOptions are the flags of import.
type importOptions struct {
	dryRun  bool
	under   string
	restate string
	period  string
}

// An importer reads one kind of file.
type importer func(ctx context.Context, o *app.Office, name string, file *os.File, opt importOptions, progress func(done, total int64)) (measure.ImportReport, error)

var importers = map[string]importer{
	"units": func(ctx context.Context, o *app.Office, name string, file *os.File, opt importOptions, progress func(done, total int64)) (measure.ImportReport, error) {
		return o.Units.ImportUnits(ctx, units.ImportIn{Name: name, Reader: file, Under: opt.under, DryRun: opt.dryRun, Restate: opt.restate}, progress)
	},
	"elements": func(ctx context.Context, o *app.Office, name string, file *os.File, opt importOptions, _ func(done, total int64)) (measure.ImportReport, error) {
		return o.Facts.ImportElements(ctx, name, file, opt.dryRun)
	},
	"facts": func(ctx context.Context, o *app.Office, name string, file *os.File, opt importOptions, progress func(done, total int64)) (measure.ImportReport, error) {
		return o.Facts.ImportFacts(ctx, facts.ImportIn{Name: name, Content: file, DryRun: opt.dryRun, Restate: opt.restate}, progress)
	},
	"indicators": whole(func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error) {
		return o.Indicators.ImportIndicators(ctx, o.Operator(), name, content, opt.dryRun)
	}),
	"targets": whole(func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error) {
		return o.Indicators.ImportTargets(ctx, o.Operator(), name, content, opt.dryRun)
	}),
	"bundles": whole(func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error) {
		return o.Indicators.ImportBundles(ctx, o.Operator(), name, content, opt.dryRun)
	}),
	"forms": func(ctx context.Context, o *app.Office, name string, file *os.File, opt importOptions, _ func(done, total int64)) (measure.ImportReport, error) {
		return o.Returns.ImportForms(ctx, o.Operator(), name, file, opt.dryRun)
	},
	"plan": whole(func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error) {
		id, _, err := planOf(ctx, o, opt.period)
		if err != nil {
			return measure.ImportReport{}, err
		}
		rep, _, err := o.Plan.Import(ctx, o.Operator(), id, name, content, opt.dryRun)
		return rep, err
	}),
	"returns": whole(func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error) {
		list, err := o.Returns.ImportReturns(ctx, o.Operator(), []returns.NamedFile{{Name: name, Content: content}},
			returns.ImportOptions{DryRun: opt.dryRun, Approve: true, Restate: opt.restate})
		if err != nil {
			return measure.ImportReport{}, err
		}
		if len(list[0].Report.Findings) == 0 && list[0].Err != nil {
			return list[0].Report, list[0].Err
		}
		if list[0].Err != nil {
			return list[0].Report, errSaid // told by its findings
		}
		return list[0].Report, nil
	}),
}

// planOf finds the latest plan with days in a period, the latest of all without one, and its newest edition.
func planOf(ctx context.Context, o *app.Office, text string) (id int64, no int, err error) {
	var p period.Period
	if text != "" {
		if p, err = period.Parse(text); err != nil {
			return 0, 0, err
		}
	}
	return o.Plan.Newest(ctx, o.Operator(), p)
}

// maxWhole is the largest file that is read into memory at once, in bytes.
const maxWhole = 64 << 20

// whole reads a file of definitions or a workbook into memory first.
func whole(do func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error)) importer {
	return func(ctx context.Context, o *app.Office, name string, file *os.File, opt importOptions, _ func(done, total int64)) (measure.ImportReport, error) {
		content, err := io.ReadAll(io.LimitReader(file, maxWhole+1))
		if err != nil {
			return measure.ImportReport{}, err
		}
		if len(content) > maxWhole {
			return measure.ImportReport{}, fault.New(fault.TooLarge, "文件 %s 超过 %d MB；请拆分后再导入", name, maxWhole>>20)
		}
		return do(ctx, o, name, content, opt)
	}
}

func kinds[T any](m map[string]T) string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

func (c *cli) importCmd() *cobra.Command {
	var opt importOptions
	cmd := &cobra.Command{
		Use:       "import KIND FILE",
		Short:     "导入文件 / bring a file in, all of it or nothing: " + kinds(importers),
		Args:      cobra.ExactArgs(2),
		ValidArgs: strings.Fields(kinds(importers)),
		RunE: func(cmd *cobra.Command, args []string) error {
			do, ok := importers[args[0]]
			if !ok {
				return c.usage("不能导入“%s”；可用：%s", args[0], kinds(importers))
			}
			file, err := os.Open(args[1])
			if err != nil {
				return c.unreadable(cmd, args[1], fault.Because(err, fault.Missing, "不能读取文件 %s；请检查路径和权限", args[1]))
			}
			defer file.Close()
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			var bar *progressbar.ProgressBar
			rep, err := do(ctx, o, filepath.Base(args[1]), file, opt, func(done, total int64) {
				if bar == nil {
					bar = newBar(cmd.ErrOrStderr(), total, args[0])
				}
				if total > 0 {
					bar.ChangeMax64(total)
				}
				bar.Set64(done)
			})
			if bar != nil {
				bar.Finish()
				if onTerminal(cmd.ErrOrStderr()) {
					fmt.Fprintln(cmd.ErrOrStderr())
				}
			}
			if err != nil && !errors.Is(err, errSaid) {
				return c.unreadable(cmd, args[1], err)
			}
			return cmp.Or(c.report(cmd, rep), err)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opt.dryRun, "dry-run", false, "只检查，不写入 / check only, write nothing")
	f.StringVar(&opt.under, "under", "", "units：只取该代码及下级 / units: only this code and what is beneath")
	f.StringVar(&opt.period, "period", "", "plan：计划所在的期，默认最近的计划；写入它的草稿 / plan: a period it holds, default the latest; into its draft")
	f.StringVar(&opt.restate, "restate", "", "改动已封账的期别，写明原因 / reason for changing closed periods")
	f.BoolVar(&c.json, "json", false, "输出 JSON / as JSON")
	return cmd
}

// unreadable answers for a file that was refused before its rows: as JSON with one finding where
// JSON is asked for, so that a program always gets the form of DESIGN §7. Other errors pass.
func (c *cli) unreadable(cmd *cobra.Command, file string, err error) error {
	switch fault.KindOf(err) {
	case fault.Internal, fault.Unavailable:
		return err
	}
	if !c.json {
		return err
	}
	var list fault.Findings
	if !errors.As(err, &list) {
		list = fault.Findings{{Sheet: filepath.Base(file), Rule: "file", Format: "%s", Args: []any{fault.Say(err, c.words().Text)}}}
	}
	return c.report(cmd, measure.ImportReport{Findings: list})
}

// report tells what an import would do or did; findings are refused with exit status 1, but for
// those that only want to be looked at.
func (c *cli) report(cmd *cobra.Command, rep measure.ImportReport) error {
	out := cmd.OutOrStdout()
	if c.json {
		b, err := rep.JSON(c.words().Text)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, string(b))
	} else {
		for _, f := range rep.Findings {
			fmt.Fprintln(cmd.ErrOrStderr(), f.Say(c.words().Text))
		}
		for _, n := range rep.Notes {
			fmt.Fprintln(cmd.ErrOrStderr(), n.Say(c.words().Text))
		}
		fmt.Fprintln(out, words.T(c.words(), "读入 %d，新增 %d，更新 %d，不变 %d，拒绝 %d", rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected))
		switch {
		case rep.Written:
			fmt.Fprintln(out, c.words().Text("已写入"))
		case refused(rep):
			fmt.Fprintln(out, c.words().Text("没有写入任何内容；请按提示改好后再导入"))
		default:
			fmt.Fprintln(out, c.words().Text("没有写入"))
		}
	}
	if refused(rep) {
		return errSaid
	}
	return nil
}

// refused tells whether a file was turned away, or would be.
func refused(rep measure.ImportReport) bool {
	return rep.Rejected > 0 || slices.ContainsFunc(rep.Findings, func(f fault.Finding) bool { return !f.Soft })
}

// newBar shows progress on a terminal; elsewhere it is silent.
func newBar(w io.Writer, total int64, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100_000_000),
		progressbar.OptionSetVisibility(onTerminal(w)), progressbar.OptionClearOnFinish())
}

// onTerminal tells whether somebody watches the output.
func onTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := file.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

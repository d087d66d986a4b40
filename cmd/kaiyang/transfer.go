package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
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
	"returns": whole(func(ctx context.Context, o *app.Office, name string, content []byte, opt importOptions) (measure.ImportReport, error) {
		list, err := o.Returns.ImportReturns(ctx, o.Operator(), []returns.NamedFile{{Name: name, Content: content}},
			returns.ImportOptions{DryRun: opt.dryRun, Approve: true, Restate: opt.restate})
		if err != nil {
			return measure.ImportReport{}, err
		}
		if len(list[0].Report.Findings) == 0 && list[0].Err != nil {
			return list[0].Report, list[0].Err
		}
		return list[0].Report, nil
	}),
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
				return fmt.Errorf("%w: %s", errUsage, words.T(c.words(), "不能导入“%s”；可用：%s", args[0], kinds(importers)))
			}
			file, err := os.Open(args[1])
			if err != nil {
				return fault.Because(err, fault.Missing, "不能读取文件 %s；请检查路径和权限", args[1])
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
				fmt.Fprintln(cmd.ErrOrStderr())
			}
			if err != nil {
				return err
			}
			return c.report(cmd, rep)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&opt.dryRun, "dry-run", false, "只检查，不写入 / check only, write nothing")
	f.StringVar(&opt.under, "under", "", "units：只取该代码及下级 / units: only this code and what is beneath")
	f.StringVar(&opt.restate, "restate", "", "改动已封账的期别，写明原因 / reason for changing closed periods")
	f.BoolVar(&c.json, "json", false, "输出 JSON / as JSON")
	return cmd
}

// report tells what an import would do or did; findings are refused with exit status 1.
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
		fmt.Fprintln(out, words.T(c.words(), "读入 %d，新增 %d，更新 %d，不变 %d，拒绝 %d", rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected))
		switch {
		case rep.Written:
			fmt.Fprintln(out, c.words().Text("已写入"))
		case len(rep.Findings) > 0:
			fmt.Fprintln(out, c.words().Text("没有写入任何内容；请按提示改好后再导入"))
		default:
			fmt.Fprintln(out, c.words().Text("没有写入"))
		}
	}
	if len(rep.Findings) > 0 {
		return errSaid
	}
	return nil
}

// newBar shows progress on a terminal; elsewhere it is silent.
func newBar(w io.Writer, total int64, what string) *progressbar.ProgressBar {
	file, ok := w.(*os.File)
	visible := false
	if ok {
		if st, err := file.Stat(); err == nil {
			visible = st.Mode()&os.ModeCharDevice != 0
		}
	}
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100_000_000),
		progressbar.OptionSetVisibility(visible), progressbar.OptionClearOnFinish())
}

// exportOptions are the flags of export.
type exportOptions struct {
	period, unit, format string
}

// An exporter writes one kind of file.
type exporter func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error

var exporters = map[string]exporter{
	"units": func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		return o.Units.ExportUnits(ctx, w, units.ExportIn{Format: opt.format, Under: opt.unit})
	},
	"elements": func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		return o.Facts.ExportElements(w, opt.format)
	},
	"facts": func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		in := facts.ExportIn{Format: opt.format}
		var err error
		if opt.period != "" {
			if in.Period, err = period.Parse(opt.period); err != nil {
				return err
			}
		}
		if opt.unit != "" {
			day := in.Period.Last()
			if day.IsZero() {
				day = period.DayOf(o.Config.Clock())
			}
			if in.Unit, err = o.Indicators.FindUnit(opt.unit, day); err != nil {
				return err
			}
		}
		return o.Facts.ExportFacts(ctx, o.Operator(), w, in)
	},
	"indicators": rows(func(o *app.Office) ([]string, [][]string, error) { return o.Indicators.ExportIndicators(o.Operator()) }),
	"targets":    rows(func(o *app.Office) ([]string, [][]string, error) { return o.Indicators.ExportTargets(o.Operator()) }),
	"bundles": func(_ context.Context, o *app.Office, w io.Writer, _ exportOptions) error {
		b, err := o.Indicators.ExportBundles(o.Operator())
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	},
	"forms": func(_ context.Context, o *app.Office, w io.Writer, _ exportOptions) error {
		return o.Returns.ExportForms(w)
	},
	"figures": func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		return exportFigures(ctx, o, w, opt)
	},
}

// rows writes a plain table as CSV or JSON.
func rows(read func(o *app.Office) ([]string, [][]string, error)) exporter {
	return func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		head, list, err := read(o)
		if err != nil {
			return err
		}
		if opt.format == "json" {
			var out []map[string]string
			for _, r := range list {
				m := map[string]string{}
				for i, h := range head {
					m[h] = r[i]
				}
				out = append(out, m)
			}
			return json.NewEncoder(w).Encode(out)
		}
		if opt.format != "csv" {
			return fault.New(fault.Invalid, "这类内容不能导出为 %s；可用 csv 或 json", opt.format)
		}
		var buf bytes.Buffer
		buf.WriteString("\uFEFF")
		cw := csv.NewWriter(&buf)
		cw.Write(head)
		cw.WriteAll(list)
		_, err = w.Write(buf.Bytes())
		return err
	}
}

// exportFigures writes every indicator of a unit and its children for a period.
func exportFigures(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
	if opt.period == "" {
		return fault.New(fault.Invalid, "请用 --period 写明期别，例如 2017")
	}
	p, err := period.Parse(opt.period)
	if err != nil {
		return err
	}
	unit, err := o.Indicators.FindUnit(opt.unit, p.Last())
	if err != nil {
		return err
	}
	list := append([]org.UnitID{unit}, o.Units.Register().On(p.Last()).Children(unit)...)
	answers, err := o.Indicators.Many(ctx, o.Operator(), o.Indicators.Codes(), list, p)
	if err != nil {
		return err
	}
	code := unitCode(o.Units.Register())
	var all []measure.FigureJSON
	for _, row := range answers {
		for _, a := range row {
			all = append(all, a.JSON(code, words.Chinese))
		}
	}
	if opt.format == "json" {
		return json.NewEncoder(w).Encode(all)
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	var table [][]string
	for _, f := range all {
		reason := ""
		if f.Reason != nil {
			reason = string(*f.Reason)
		}
		table = append(table, []string{f.Code, f.Name, f.Unit, f.Period, text(f.Value), f.Text, text(f.Numerator), text(f.Denominator), reason,
			text(f.Verdict), string(f.Light), fmt.Sprint(f.Coverage.Reported), fmt.Sprint(f.Coverage.Expected)})
	}
	return rows(func(*app.Office) ([]string, [][]string, error) {
		return []string{"code", "name", "unit", "period", "value", "text", "numerator", "denominator", "reason", "verdict", "light", "reported", "expected"}, table, nil
	})(ctx, o, w, opt)
}

func (c *cli) export() *cobra.Command {
	var opt exportOptions
	var out string
	cmd := &cobra.Command{
		Use:       "export KIND",
		Short:     "导出 / write a file that can be imported again: " + kinds(exporters),
		Args:      cobra.ExactArgs(1),
		ValidArgs: strings.Fields(kinds(exporters)),
		RunE: func(cmd *cobra.Command, args []string) error {
			do, ok := exporters[args[0]]
			if !ok {
				return fmt.Errorf("%w: %s", errUsage, words.T(c.words(), "不能导出“%s”；可用：%s", args[0], kinds(exporters)))
			}
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			if out == "" {
				return do(ctx, o, cmd.OutOrStdout(), opt)
			}
			var buf bytes.Buffer
			if err := do(ctx, o, &buf, opt); err != nil {
				return err
			}
			if err := os.WriteFile(out, buf.Bytes(), 0o600); err != nil {
				return fault.Because(err, fault.Unavailable, "不能写入 %s；请检查权限和磁盘", out)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.period, "period", "", "期别 / period")
	f.StringVar(&opt.unit, "unit", "", "单位及下级 / unit and what is beneath")
	f.StringVar(&opt.format, "format", "csv", "csv、xlsx 或 json / csv, xlsx or json")
	f.StringVar(&out, "out", "", "写到文件，而不是屏幕 / write to a file")
	return cmd
}

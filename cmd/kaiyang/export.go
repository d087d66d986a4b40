package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/facts"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// exportOptions are the flags of export.
type exportOptions struct {
	period, unit, format string
	lang                 words.Lang
	note                 func(sentence string) // said beside the file: what could not go into it
}

// An exporter writes one kind of file in one of its formats.
type exporter struct {
	formats []string // the first is the one that is meant when none is named
	write   func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error
}

// exchangeFormats are those of DESIGN §7 that only facts have.
var exchangeFormats = []string{"dhis2", "adx"}

var exporters = map[string]exporter{
	"units": {plainFormats, func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		return o.Units.ExportUnits(ctx, w, units.ExportIn{Format: opt.format, Under: opt.unit})
	}},
	"elements": {append(slices.Clone(plainFormats), "yaml"), func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		return o.Facts.ExportElements(w, opt.format)
	}},
	"facts": {append(slices.Clone(plainFormats), exchangeFormats...), exportFacts},
	"indicators": {plainFormats, func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		head, list, err := o.Indicators.ExportIndicators(o.Operator())
		return writeRows(w, opt.format, "指标", head, list, err)
	}},
	"targets": {plainFormats, func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		head, list, err := o.Indicators.ExportTargets(o.Operator())
		return writeRows(w, opt.format, "目标", head, list, err)
	}},
	"plan": {[]string{"csv", "xlsx"}, func(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		id, no, err := planOf(ctx, o, opt.period)
		if err != nil {
			return err
		}
		return o.Plan.Export(ctx, o.Operator(), id, no, opt.format, w)
	}},
	"bundles": {treeFormats, func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		b, err := o.Indicators.ExportBundles(o.Operator())
		return writeTree(w, opt.format, b, err)
	}},
	"forms": {treeFormats, func(_ context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
		var b bytes.Buffer
		err := o.Returns.ExportForms(&b)
		return writeTree(w, opt.format, b.Bytes(), err)
	}},
	"figures": {plainFormats, exportFigures},
}

// The formats of tables and of nested definitions.
var (
	plainFormats = []string{"csv", "json", "xlsx"}
	treeFormats  = []string{"yaml", "json"}
)

// exportFormat settles the format of a kind. A word that is no format is a wrong usage; a format
// that another kind has is a refusal that says which.
func (c *cli) exportFormat(kind, format string) (string, error) {
	e := exporters[kind]
	if format == "" {
		return e.formats[0], nil
	}
	if slices.Contains(e.formats, format) {
		return format, nil
	}
	if slices.Contains(exchangeFormats, format) {
		return "", fault.New(fault.Invalid, "%s 格式只用于 facts（原始数据）；请用 kaiyang export facts --format %s", format, format)
	}
	return "", c.usage("%s 没有“%s”格式；可用：%s", kind, format, strings.Join(e.formats, " "))
}

// writeRows writes a plain table; err is what reading it ended with.
func writeRows(w io.Writer, format, name string, head []string, list [][]string, err error) error {
	if err != nil {
		return err
	}
	switch format {
	case "json":
		out := []map[string]string{}
		for _, r := range list {
			m := map[string]string{}
			for i, h := range head {
				m[h] = r[i]
			}
			out = append(out, m)
		}
		return json.NewEncoder(w).Encode(out)
	case "xlsx":
		t := &table.Table{Name: name}
		for _, h := range head {
			t.Columns = append(t.Columns, table.Column{Head: []string{h}, Key: h, Align: table.Left})
		}
		for _, r := range list {
			row := table.Row{}
			for _, c := range r {
				row.Cells = append(row.Cells, table.Text(c))
			}
			t.Rows = append(t.Rows, row)
		}
		return t.XLSX(w, table.XLSXOptions{})
	}
	var buf bytes.Buffer
	buf.WriteString("\uFEFF")
	cw := csv.NewWriter(&buf)
	if err := cw.Write(head); err != nil {
		return err
	}
	if err := cw.WriteAll(list); err != nil {
		return err
	}
	_, err = w.Write(buf.Bytes())
	return err
}

// writeTree writes nested definitions as they are kept (YAML) or as JSON; err is what reading them
// ended with.
func writeTree(w io.Writer, format string, b []byte, err error) error {
	if err != nil {
		return err
	}
	if format == "json" {
		if b, err = yaml.YAMLToJSON(b); err != nil {
			return err
		}
	}
	_, err = w.Write(b)
	return err
}

func exportFacts(ctx context.Context, o *app.Office, w io.Writer, opt exportOptions) error {
	in := facts.ExportIn{Format: opt.format, Note: func(format string, args ...any) { opt.note(words.T(opt.lang, format, args...)) }}
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
	all := []measure.FigureJSON{}
	for _, row := range answers {
		for _, a := range row {
			all = append(all, a.JSON(code, opt.lang))
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
	var rows [][]string
	for _, f := range all {
		reason := ""
		if f.Reason != nil {
			reason = string(*f.Reason)
		}
		rows = append(rows, []string{f.Code, f.Name, f.Unit, f.Period, text(f.Value), f.Text, text(f.Numerator), text(f.Denominator), reason,
			text(f.Verdict), string(f.Light), fmt.Sprint(f.Coverage.Reported), fmt.Sprint(f.Coverage.Expected)})
	}
	return writeRows(w, opt.format, "指标值", []string{"code", "name", "unit", "period", "value", "text", "numerator", "denominator", "reason",
		"verdict", "light", "reported", "expected"}, rows, nil)
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
				return c.usage("不能导出“%s”；可用：%s", args[0], kinds(exporters))
			}
			var err error
			if opt.format, err = c.exportFormat(args[0], opt.format); err != nil {
				return err
			}
			opt.lang, opt.note = c.words(), func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) }
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			if out == "" {
				return do.write(ctx, o, cmd.OutOrStdout(), opt)
			}
			var buf bytes.Buffer
			if err := do.write(ctx, o, &buf, opt); err != nil {
				return err
			}
			return writeWhole(out, buf.Bytes(), 0o600)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.period, "period", "", "期别 / period")
	f.StringVar(&opt.unit, "unit", "", "单位及下级 / unit and what is beneath")
	f.StringVar(&opt.format, "format", "", "csv、xlsx、json；facts 还有 dhis2、adx；elements、forms、bundles 有 yaml；默认 csv，forms、bundles 为 yaml / format")
	f.StringVar(&out, "out", "", "写到文件，而不是屏幕 / write to a file")
	return cmd
}

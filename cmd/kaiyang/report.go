package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
)

// reportKinds names the documents, in the order of the help.
var reportKinds = []string{"pack", "minutes", "bulletin", "notice", "leading-group", "annual"}

func (c *cli) reportCmd() *cobra.Command {
	var period, unit, out string
	cmd := &cobra.Command{
		Use:   "report KIND --period P --out FILE",
		Short: "生成文书：会议材料、纪要、简报、通报、报告 / documents of a period as docx, PDF or xlsx",
		Long: `生成一份文书，按文件扩展名写成 docx、pdf 或 xlsx。种类：
  pack            调度会会议材料（最新一版；没有时按现在的数生成，不存档）
  minutes         会议纪要
  bulletin        简报
  notice          通报
  leading-group   给领导小组的工作报告
  annual          年度毒情分析
已有的同名文件会被替换；写不成时原文件不变。
文书是公文，一律用中文；--lang en 只改变命令的提示。
/ makes a document; the format follows from the ending of the file. An existing file is replaced, and stays as it is where the document cannot be made.
Documents are official papers and always in Chinese; --lang en changes the messages of the command only.`,
		Example:   "  kaiyang report pack --period 2018-05a --out pack.docx\n  kaiyang report annual --period 2017 --out annual.pdf",
		Args:      cobra.ExactArgs(1),
		ValidArgs: reportKinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(reportKinds, args[0]) {
				return c.usage("没有 %s 这类文书；可用：%s", args[0], strings.Join(reportKinds, " "))
			}
			format := strings.TrimPrefix(strings.ToLower(filepath.Ext(out)), ".")
			if format == "" {
				return c.usage("文件 %s 没有扩展名；请写成 .docx、.pdf 或 .xlsx 结尾", out)
			}
			if !slices.Contains([]string{"docx", "pdf", "xlsx"}, format) {
				return c.usage("没有 %s 格式；可用 docx、pdf、xlsx", format)
			}
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			var buf bytes.Buffer
			fonts, err := o.WriteReport(ctx, &buf, app.Report{Kind: args[0], Period: period, Unit: unit, Format: format, Lang: c.words()})
			if err != nil {
				return options(err)
			}
			if err := writeWhole(out, buf.Bytes(), 0o644); err != nil {
				return err
			}
			if fonts != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), fonts)
			}
			fmt.Fprintln(cmd.OutOrStdout(), out)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&period, "period", "", "期别；会议也可写日期 / period, of a meeting also its day")
	f.StringVar(&unit, "unit", "", "单位：代码或全称；默认全县 / unit, default the root")
	f.StringVar(&out, "out", "", "写到哪个文件（.docx .pdf .xlsx） / file to write")
	cmd.MarkFlagRequired("period")
	cmd.MarkFlagRequired("out")
	return cmd
}

// options names the fields of faults as the options that hold them on the command line.
func options(err error) error {
	var list fault.Findings
	if !errors.As(err, &list) {
		return err
	}
	list = slices.Clone(list)
	for i := range list {
		if list[i].Field != "" {
			list[i].Field = "--" + list[i].Field
		}
	}
	return list
}

// writeWhole writes a file beside its place and moves it there, so that nothing half-written stays.
func writeWhole(path string, content []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".kaiyang-*")
	if err != nil {
		return fault.Because(err, fault.Invalid, "不能写文件 %s；请检查目录和权限", path)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), mode)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fault.Because(err, fault.Invalid, "不能写文件 %s；请检查目录、权限和磁盘空间", path)
	}
	return nil
}

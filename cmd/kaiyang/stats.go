package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// mostCase bounds a case read from the standard input, in bytes.
const mostCase = 64 << 20

func (c *cli) stats() *cobra.Command {
	var verify bool
	cmd := &cobra.Command{
		Use:   "stats [METHOD < case.json]",
		Short: "统计方法：读一个算例，印出结果 / statistical methods: a case in, its result out",
		Long: `从标准输入读一个 JSON 算例，按方法计算，把结果印成 JSON。算例是一个对象，含 input，可含 parameters。
不写方法时列出全部方法。加 --verify 时，用程序自带的参考算例（由独立的统计程序算出）逐个核对本机的计算结果，
每个算例印一行；写了方法就只核对这一个。有一个不符即以状态 1 结束。
/ reads a JSON case from the standard input and prints its result; without a method, lists all of them.
With --verify the program computes the reference cases that it carries, made by independent programs, and prints
one line for each; exit status 1 if one of them is not reproduced within its tolerance`,
		Example: `  echo '{"input": …}' | kaiyang stats poisson_rate_ratio_exact
  kaiyang stats --verify`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if verify {
				return c.verifyStats(cmd.OutOrStdout(), args)
			}
			if len(args) == 0 {
				for _, m := range stats.Methods() {
					fmt.Fprintf(cmd.OutOrStdout(), "%-40s %s / %s\n", m.ID, m.Title, m.TitleEN)
				}
				return nil
			}
			data, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), mostCase+1))
			if err != nil {
				return fault.Because(err, fault.Invalid, "标准输入读不出来；请用 kaiyang stats 方法 < 算例.json")
			}
			if len(data) > mostCase {
				return fault.New(fault.TooLarge, "算例超过 %d MB；请缩小", mostCase>>20)
			}
			data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // as some editors on Windows write it
			if len(bytes.TrimSpace(data)) == 0 {
				return fault.New(fault.Invalid, "标准输入是空的；请用 kaiyang stats %s < 算例.json", args[0])
			}
			out, err := stats.Run(strings.TrimSpace(args[0]), data)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), string(out))
			return nil
		},
	}
	cmd.Flags().BoolVar(&verify, "verify", false, "用自带的参考算例核对计算结果 / prove the methods by the reference cases")
	return cmd
}

// verifyStats computes the reference cases anew, one line each: the verdict, the case, how many
// values were compared, the largest deviation as a share of what is allowed, the time it took.
func (c *cli) verifyStats(w io.Writer, only []string) error {
	cases, err := stats.Refcases()
	if err != nil {
		return err
	}
	lang := c.words()
	done, failed := 0, 0
	for _, one := range cases {
		if len(only) > 0 && one.ID != strings.TrimSpace(only[0]) {
			continue
		}
		start := time.Now()
		v := one.Verify()
		took := time.Since(start).Seconds()
		done++
		verdict := lang.Text("通过")
		if !v.Passed() {
			failed++
			verdict = lang.Text("不符")
		}
		fmt.Fprintf(w, "%s  %-36s %s  %5.1f%%  %6.2f s  %s\n", verdict, one.ID, words.T(lang, "%5d 个值", v.Values), 100*v.Farthest, took, one.Program)
		if problem := v.Problem(); problem != "" {
			fmt.Fprintf(w, "      %s\n", problem)
		}
	}
	if done == 0 {
		_, err := stats.Run(only[0], nil) // says that there is no such method
		return err
	}
	fmt.Fprintln(w, words.T(lang, "%d 个参考算例，%d 个不符。百分数是最大偏差占容许偏差的份额。", done, failed))
	if failed > 0 {
		return fault.New(fault.Conflict, "有 %d 个参考算例不符，统计结果不可使用；请重新取得程序并核对校验和，仍不符请报告", failed)
	}
	return nil
}

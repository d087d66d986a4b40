package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
)

// mostCase bounds a case read from the standard input, in bytes.
const mostCase = 64 << 20

func (c *cli) stats() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stats METHOD < case.json",
		Short: "统计方法：读一个算例，印出结果 / statistical methods: a case in, its result out",
		Long: `从标准输入读一个 JSON 算例，按方法计算，把结果印成 JSON。算例是一个对象，含 input，可含 parameters。
不写方法时列出全部方法。
/ reads a JSON case from the standard input and prints its result; without a method, lists all of them`,
		Example: `  echo '{"input": …}' | kaiyang stats poisson_rate_ratio_exact`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
	return cmd
}

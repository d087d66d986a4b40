package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/demo"
)

func (c *cli) demo() *cobra.Command {
	var buildOnly bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "演示县：生成、启动并显示演示账号 / make the demonstration county, serve it, print its accounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if !cmd.Flags().Changed("data") {
				c.cfg.Data = "demo-data"
			}
			if c.cfg.Database != "" {
				return fault.New(fault.Invalid, "演示只用 SQLite；请去掉 --database，之后可用 kaiyang copy-to 迁到 PostgreSQL")
			}
			if _, err := os.Stat(c.cfg.Target()); err != nil {
				if err := c.buildDemo(cmd); err != nil {
					return err
				}
			}
			o, err := app.Open(cmd.Context(), c.cfg)
			if err != nil {
				return err
			}
			defer o.Close()
			if buildOnly {
				fmt.Fprintf(out, c.words().Text("演示县已生成：%s")+"\n", o.DB.Where())
				return nil
			}
			if !cmd.Flags().Changed("addr") {
				c.cfg.Addr = freePort(c.cfg.Addr)
			}
			o.Config.Addr = c.cfg.Addr
			return o.Serve(cmd.Context(), func(url string) {
				fmt.Fprintf(out, "\n  %s\n\n", url)
				fmt.Fprintf(out, c.words().Text("演示账号，口令都是 %s：")+"\n", demo.Password)
				fmt.Fprintf(out, "  %-9s %s\n", "admin", c.words().Text(perm.SysAdmin.Label()))
				for i, a := range demo.Accounts(o) {
					if i < 12 {
						fmt.Fprintf(out, "  %-9s %s\n", a.Login, a.Post)
					}
				}
				fmt.Fprintln(out, "  t001…     "+c.words().Text("其余乡镇填报员：t 加乡镇代码后三位"))
				fmt.Fprintln(out, "\n"+c.words().Text("按 Ctrl+C 停止。"))
			})
		},
	}
	c.listenFlags(cmd)
	cmd.Flags().BoolVar(&buildOnly, "build-only", false, "只生成，不启动 / make it and stop")
	return cmd
}

// buildDemo makes the county in a directory beside and moves it into place when it is whole, so
// that a demonstration that was interrupted leaves nothing.
func (c *cli) buildDemo(cmd *cobra.Command) error {
	half := c.cfg.Data + ".part"
	if err := os.RemoveAll(half); err != nil {
		return fault.Because(err, fault.Unavailable, "不能建立数据目录 %s；请检查权限和磁盘", half)
	}
	cfg := c.cfg
	cfg.Data = half
	n := 0
	err := demo.Build(cmd.Context(), cfg, func(text string) {
		n++
		fmt.Fprintf(cmd.OutOrStdout(), "[%2d/%d] %s\n", n, demo.Steps, text)
	})
	if err != nil {
		os.RemoveAll(half)
		return err
	}
	if err := os.MkdirAll(c.cfg.Data, 0o700); err != nil {
		return fault.Because(err, fault.Unavailable, "不能建立数据目录 %s；请检查权限和磁盘", c.cfg.Data)
	}
	files, err := os.ReadDir(half)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(half, f.Name()), filepath.Join(c.cfg.Data, f.Name())); err != nil {
			return err
		}
	}
	debug.FreeOSMemory() // what the building took is not the server's
	return os.RemoveAll(half)
}

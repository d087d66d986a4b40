package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"kaiyang/internal/app"
	"kaiyang/internal/bench"
	"kaiyang/internal/core/fault"
)

func (c *cli) serve() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "启动服务 / serve the pages",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.cfg.CheckAddr(); err != nil {
				return err
			}
			o, err := app.Open(cmd.Context(), c.cfg)
			if err != nil {
				return err
			}
			defer o.Close()
			return o.Serve(cmd.Context(), func(url string) {
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", o.DB.Where(), url)
			})
		},
	}
	c.listenFlags(cmd)
	return cmd
}

func (c *cli) listenFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.cfg.Public, "public", "", "对外网址，用在文书的链接里 / address at which people reach the server, for links in documents")
	f.StringVar(&c.cfg.Addr, "addr", "127.0.0.1:8080", "监听地址；非本机地址须有证书或反向代理 / address; other than loopback needs TLS or a named proxy")
	f.StringVar(&c.cfg.TLSCert, "tls-cert", "", "证书文件 / certificate file")
	f.StringVar(&c.cfg.TLSKey, "tls-key", "", "私钥文件 / key file")
	f.StringSliceVar(&c.cfg.Proxies, "behind-proxy", nil, "可信反向代理的地址 / addresses of trusted reverse proxies")
}

func (c *cli) init() *cobra.Command {
	var selfSigned []string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "建立新的数据库和第一个管理员 / make a new database and its first administrator",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if len(selfSigned) > 0 {
				dir := filepath.Join(c.cfg.Data, "tls")
				if err := app.SelfSigned(dir, selfSigned, c.cfg.Clock()); err != nil {
					return err
				}
				fmt.Fprintln(out, c.words().Text("已生成本县的证书机构和服务器证书。把 ca.crt 装进各台电脑浏览器的“受信任的根证书”，然后这样启动："))
				fmt.Fprintf(out, "  kaiyang serve --data %s --addr 0.0.0.0:8443 --tls-cert %s --tls-key %s\n", c.cfg.Data, filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"))
			}
			cfg := c.cfg
			cfg.Create = true
			if cfg.Database == "" {
				if _, err := os.Stat(cfg.Target()); err == nil {
					if len(selfSigned) > 0 {
						return nil
					}
					return fault.New(fault.Conflict, "%s 已有数据库；要重新开始请换一个 --data 目录", cfg.Target())
				}
			}
			ctx := app.WithOperator(cmd.Context())
			o, err := app.Open(ctx, cfg)
			if err != nil {
				return err
			}
			defer o.Close()
			login, secret, err := o.Accounts.FirstAdmin(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, c.words().Text("数据库：%s\n第一个管理员：%s\n一次性口令（只显示这一次，首次登录须修改）：%s\n"), o.DB.Where(), login, secret)
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&selfSigned, "self-signed", nil, "为这些主机名或地址生成证书 / make certificates for these host names or addresses")
	return cmd
}

func (c *cli) migrate() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "升级数据库结构（先自动备份）/ bring the schema up to date, after a backup",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := app.Connect(app.WithOperator(cmd.Context()), c.cfg)
			if err != nil {
				return err
			}
			defer o.Close()
			fmt.Fprintln(cmd.OutOrStdout(), c.words().Text("数据库结构已是最新"))
			return nil
		},
	}
}

func (c *cli) backup() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "在线备份并校验 / make and verify a backup while serving",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := app.Connect(app.WithOperator(cmd.Context()), c.cfg)
			if err != nil {
				return err
			}
			defer o.Close()
			if err := app.Backup(cmd.Context(), o.DB, args[0]); err != nil {
				return err
			}
			st, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), c.words().Text("备份 %s 已完成并校验，%d 字节")+"\n", args[0], st.Size())
			return nil
		},
	}
}

func (c *cli) restore() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "从备份恢复 / restore a backup",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); err != nil {
				return fault.Because(err, fault.Missing, "没有备份文件 %s；请检查路径，每日备份在数据目录的 backups 里", args[0])
			}
			if err := app.Restore(cmd.Context(), args[0], c.cfg, force); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), c.words().Text("已恢复到 %s")+"\n", c.cfg.Place())
			return nil
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "替换现有数据库，原文件改名保留 / replace the database that is there; it is kept under another name")
	return cmd
}

func (c *cli) check() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "校验数据库、审计链和全部数字 / prove the database, the audit chain and all figures",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			return o.CheckIn(ctx, cmd.OutOrStdout(), c.words())
		},
	}
}

func (c *cli) copyTo() *cobra.Command {
	return &cobra.Command{
		Use:   "copy-to URL",
		Short: "复制到另一个数据库并逐表校验 / copy to another database and verify every table",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			scheme, _, isURL := strings.Cut(args[0], "://")
			if isURL && scheme != "postgres" && scheme != "postgresql" {
				return fault.New(fault.Invalid, "不能复制到 %s；请写 postgres:// 开头的地址，或一个新的 SQLite 文件名", scheme+"://")
			}
			ctx := app.WithOperator(cmd.Context())
			o, err := app.Connect(ctx, c.cfg)
			if err != nil {
				return err
			}
			defer o.Close()
			bar := newBar(cmd.ErrOrStderr(), -1, c.words().Text("复制"))
			sums, err := app.CopyTo(ctx, o, args[0], func(rows int64) { bar.Set64(rows) })
			bar.Finish()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, s := range sums {
				fmt.Fprintf(out, "%-28s %10d  %s\n", s.Table, s.Rows, s.Sum[:16])
			}
			fmt.Fprintln(out, c.words().Text("两边逐表校验一致"))
			return nil
		},
	}
}

func benchSizes() []string { return []string{"county", "province", "nation"} }

func (c *cli) bench() *cobra.Command {
	var size string
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "测量本机性能并与目标对照 / measure this machine and compare with the goals",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(benchSizes(), size) {
				return c.usage("没有规模“%s”；可用：%s", size, strings.Join(benchSizes(), " "))
			}
			return bench.Run(cmd.OutOrStdout(), size)
		},
	}
	cmd.Flags().StringVar(&size, "size", "county", "county、province 或 nation / county, province or nation")
	return cmd
}

func (c *cli) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "版本 / version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "kaiyang", app.Version)
			return err
		},
	}
}

// manual writes the manual pages, from the same source as the help.
func (c *cli) manual(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "manual DIR",
		Short: "生成手册页（man）/ write the manual pages",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Title: "KAIYANG", Section: "1", Source: "Kaiyang " + app.Version}, args[0])
		},
	}
}

// freePort gives an address that nobody listens on, for the demo.
func freePort(addr string) string {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		l.Close()
		return addr
	}
	l, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return addr
	}
	defer l.Close()
	return l.Addr().String()
}

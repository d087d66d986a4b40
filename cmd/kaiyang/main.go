// Command kaiyang is the county drug-control office in one binary: the server and the command
// line over one database.
//
// Exit status: 0 done, 1 refused with a sentence that says what to do, 2 wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/words"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr *os.File) int {
	c := newCLI()
	root := c.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := c.known(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
		return 2
	case errors.Is(err, errSaid):
		return 1
	}
	fmt.Fprintln(stderr, c.say(err))
	if fault.KindOf(err) == fault.Internal || c.verbose {
		fmt.Fprintln(stderr, err)
	}
	return 1
}

// errSaid marks a refusal that has been told already, as findings or JSON.
var errSaid = errors.New("refused")

// A cli is the command line with its common flags.
type cli struct {
	cfg     app.Config
	lang    string
	verbose bool
	json    bool
}

func newCLI() *cli {
	return &cli{cfg: app.Config{Clock: time.Now}}
}

func (c *cli) words() words.Lang { return words.ParseLang(c.lang) }

// say gives every sentence of an error, one a line.
func (c *cli) say(err error) string {
	var list fault.Findings
	if errors.As(err, &list) {
		var lines []string
		for _, f := range list {
			lines = append(lines, f.Say(c.words().Text))
		}
		return strings.Join(lines, "\n")
	}
	return fault.Say(err, c.words().Text)
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "kaiyang",
		Short:         "县禁毒办工作平台：一个程序，一个数据库 / The county drug-control office in one binary",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if c.lang != "zh" && c.lang != "en" {
				return c.usage("没有语言“%s”；可用：zh en", c.lang)
			}
			level := slog.LevelWarn
			if c.verbose {
				level = slog.LevelInfo
			}
			c.cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
			return nil
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&c.cfg.Data, "data", envOr("KAIYANG_DATA", "kaiyang-data"), "数据目录 / directory of the data")
	f.StringVar(&c.cfg.Database, "database", os.Getenv("KAIYANG_DATABASE"), "postgres:// 地址，代替 SQLite / PostgreSQL instead of SQLite")
	f.StringVar(&c.lang, "lang", langOf(os.Getenv("LANG")), "语言 zh 或 en / language of the messages")
	f.BoolVarP(&c.verbose, "verbose", "v", false, "显示过程 / tell more")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return c.misused(cmd, c.flagFault(err))
	})
	root.AddCommand(c.demo(), c.serve(), c.init(), c.migrate(), c.user(), c.importCmd(), c.export(), c.figure(), c.eval(), c.stats(), c.reportCmd(),
		c.backup(), c.restore(), c.check(), c.copyTo(), c.bench(), c.version(), c.manual(root))
	for _, sub := range root.Commands() {
		c.exactUsage(sub)
	}
	return root
}

func envOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// langOf reads the language of a locale such as en_US.UTF-8; anything else is Chinese.
func langOf(locale string) string {
	if strings.HasPrefix(locale, "en") {
		return "en"
	}
	return "zh"
}

// open opens the office for a command that acts as the operating-system user.
func (c *cli) open(cmd *cobra.Command) (context.Context, *app.Office, error) {
	ctx := app.WithOperator(cmd.Context())
	o, err := app.Open(ctx, c.cfg)
	return ctx, o, err
}

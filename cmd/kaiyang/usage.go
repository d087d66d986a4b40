package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kaiyang/internal/platform/words"
)

// errUsage marks a wrong use of the command line: exit status 2.
var errUsage = errors.New("usage")

// usage is a wrong use of the command line, told in the language of the messages.
func (c *cli) usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, words.T(c.words(), format, args...))
}

// misused adds the help of the command to a wrong use of it.
func (c *cli) misused(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w\n%s", err, cmd.UsageString())
}

// known refuses a first word that is no command, before its flags are read.
func (c *cli) known(root *cobra.Command, args []string) error {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	inBoth(root)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return nil
	}
	at, rest, err := root.Find(args)
	if err == nil || at != root || len(rest) == 0 {
		return nil
	}
	for _, word := range rest {
		if !strings.HasPrefix(word, "-") && err.Error() != "" && strings.Contains(err.Error(), fmt.Sprintf("%q", word)) {
			return c.noCommand(root, word)
		}
	}
	return c.misused(root, c.usage("命令写得不对：%s", err))
}

// noCommand tells that a word is no command beneath another, and which is like it.
func (c *cli) noCommand(cmd *cobra.Command, word string) error {
	cmd.SuggestionsMinimumDistance = 2
	if like := cmd.SuggestionsFor(word); len(like) > 0 {
		return c.misused(cmd, c.usage("没有命令“%s”；您是不是想写：%s", word, strings.Join(like, "、")))
	}
	return c.misused(cmd, c.usage("没有命令“%s”", word))
}

// exactUsage turns a wrong number of arguments, a missing flag or an unknown command of a group into
// a wrong usage.
func (c *cli) exactUsage(cmd *cobra.Command) {
	switch check := cmd.Args; {
	case check != nil:
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if check(cmd, args) != nil {
				return c.misused(cmd, c.usage("参数个数不对：收到 %d 个", len(args)))
			}
			var missing []string
			cmd.Flags().VisitAll(func(f *pflag.Flag) {
				if must := f.Annotations[cobra.BashCompOneRequiredFlag]; len(must) > 0 && must[0] == "true" && !f.Changed {
					missing = append(missing, "--"+f.Name)
				}
			})
			if len(missing) > 0 {
				return c.misused(cmd, c.usage("缺少选项 %s", strings.Join(missing, "、")))
			}
			return nil
		}
	case cmd.HasSubCommands():
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return c.noCommand(cmd, args[0])
			}
			return nil
		}
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	for _, sub := range cmd.Commands() {
		c.exactUsage(sub)
	}
}

// flagFault tells in words what is wrong with a flag.
func (c *cli) flagFault(err error) error {
	var unknown *pflag.NotExistError
	var without *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		dash := "--"
		if unknown.GetSpecifiedShortnames() != "" {
			dash = "-"
		}
		return c.usage("没有选项 %s", dash+unknown.GetSpecifiedName())
	case errors.As(err, &without):
		return c.usage("选项 --%s 后面缺少内容", without.GetFlag().Name)
	case errors.As(err, &wrong):
		return c.usage("选项 --%s 的内容“%s”不对，应为 %s", wrong.GetFlag().Name, wrong.GetValue(), wrong.GetFlag().Value.Type())
	}
	return c.usage("命令写得不对：%s", err)
}

// usageTemplate is the help of a command, its headings in both languages like all other texts of it.
const usageTemplate = `用法 / Usage:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasAvailableSubCommands}}

命令 / Commands:{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项 / Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

通用选项 / Global flags:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

某个命令的说明 / more about a command: {{.CommandPath}} [command] --help{{end}}
`

// inBoth puts what the command library adds by itself into both languages.
func inBoth(root *cobra.Command) {
	root.SetUsageTemplate(usageTemplate)
	shells := map[string]string{"bash": "bash", "zsh": "zsh", "fish": "fish", "powershell": "PowerShell"}
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Use, cmd.Short, cmd.Long = "help [command]", "显示命令的说明 / help about any command", ""
		case "completion":
			cmd.Short = "生成命令补全脚本 / the completion script for a shell"
			cmd.Long = cmd.Short
			for _, sub := range cmd.Commands() {
				if name, ok := shells[sub.Name()]; ok {
					sub.Short = name + " 的命令补全脚本 / completion script for " + name
				}
			}
		}
	}
	var all func(*cobra.Command)
	all = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		if f := cmd.Flags().Lookup("help"); f != nil {
			f.Usage = "显示说明 / show this help"
		}
		for _, sub := range cmd.Commands() {
			all(sub)
		}
	}
	all(root)
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/accounts"
)

func (c *cli) user() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "账号与岗位 / accounts and posts"}
	cmd.AddCommand(c.userAdd(), c.userGrant(), c.userReset(), c.userList(),
		c.userDo("disable", "停用账号 / disable an account", "账号 %s 已停用", (*accountsDo).disable),
		c.userDo("enable", "恢复账号 / enable an account", "账号 %s 已恢复", (*accountsDo).enable),
		c.userDo("unlock", "解除锁定 / unlock an account", "账号 %s 已解锁", (*accountsDo).unlock))
	return cmd
}

func (c *cli) userAdd() *cobra.Command {
	var name, role, unit string
	cmd := &cobra.Command{
		Use:   "add LOGIN",
		Short: "建立账号，显示一次性口令 / make an account and show its one-time secret",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			if name == "" {
				name = args[0]
			}
			var id org.UnitID
			if role != "" {
				if err := knownRole(role); err != nil {
					return err
				}
				if id, err = c.postUnit(o, role, unit); err != nil {
					return err
				}
			}
			a, secret, err := o.Accounts.CreateAccount(ctx, o.Operator(), accounts.NewAccount{Login: args[0], Name: name})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), c.words().Text("账号 %s 已建立，一次性口令（只显示这一次）：%s")+"\n", a.Login, secret)
			if role == "" {
				return nil
			}
			_, err = o.Accounts.GrantPost(ctx, o.Operator(), accounts.Grant{Login: a.Login, Role: perm.Role(role), Unit: id})
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "name", "", "姓名 / name")
	f.StringVar(&role, "role", "", "岗位角色 / role of the post: "+roleCodes())
	f.StringVar(&unit, "unit", "", "岗位所在单位 / unit of the post")
	return cmd
}

func (c *cli) userGrant() *cobra.Command {
	var from, to string
	var standIn bool
	cmd := &cobra.Command{
		Use:   "grant LOGIN ROLE [UNIT]",
		Short: "任命岗位；系统、安全管理员和审计员不写单位 / give a post; administrators and auditors are of no unit",
		Args:  cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownRole(args[1]); err != nil {
				return err
			}
			g := accounts.Grant{Login: args[0], Role: perm.Role(args[1]), StandIn: standIn}
			var err error
			if from != "" {
				if g.From, err = period.ParseDay(from); err != nil {
					return err
				}
			}
			if to != "" {
				if g.To, err = period.ParseDay(to); err != nil {
					return err
				}
			}
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			unit := ""
			if len(args) == 3 {
				unit = args[2]
			}
			if g.Unit, err = c.postUnit(o, args[1], unit); err != nil {
				return err
			}
			if _, err := o.Accounts.GrantPost(ctx, o.Operator(), g); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), c.words().Text("已任命：%s")+"\n", strings.Join(args, " "))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "自哪天起 / from")
	f.StringVar(&to, "to", "", "到哪天止 / to")
	f.BoolVar(&standIn, "stand-in", false, "代理 / stand-in")
	return cmd
}

func (c *cli) userReset() *cobra.Command {
	return &cobra.Command{
		Use:   "reset LOGIN",
		Short: "重置口令 / give a new one-time secret",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			secret, err := o.Accounts.ResetPassword(ctx, o.Operator(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), c.words().Text("账号 %s 的一次性口令（只显示这一次）：%s")+"\n", args[0], secret)
			return nil
		},
	}
}

func (c *cli) userList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "列出账号 / list the accounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			list, err := o.Accounts.ListAccounts(ctx, o.Operator())
			if err != nil {
				return err
			}
			for _, a := range list {
				var posts []string
				for _, p := range a.Posts {
					posts = append(posts, p.NameIn(o.Units.Today(), c.words().Text))
				}
				var standing []string
				for _, w := range a.Standing {
					standing = append(standing, c.words().Text(w))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\t%s\t%s\n", a.Login, a.Name, strings.Join(posts, c.words().Text("、")), strings.Join(standing, c.words().Text("、")))
			}
			return nil
		},
	}
}

// accountsDo is one deed on one account.
type accountsDo struct {
	cmd   *cobra.Command
	login string
	s     *accounts.Service
	by    perm.Actor
}

func (d *accountsDo) disable() error { return d.s.Disable(d.cmd.Context(), d.by, d.login) }
func (d *accountsDo) enable() error  { return d.s.Enable(d.cmd.Context(), d.by, d.login) }
func (d *accountsDo) unlock() error  { return d.s.Unlock(d.cmd.Context(), d.by, d.login) }

func (c *cli) userDo(use, short, done string, do func(*accountsDo) error) *cobra.Command {
	return &cobra.Command{
		Use:   use + " LOGIN",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, o, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer o.Close()
			if err := do(&accountsDo{cmd, args[0], o.Accounts, o.Operator()}); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), c.words().Text(done)+"\n", args[0])
			return nil
		},
	}
}

// postUnit finds the unit of a post; the three separated duties are of none unless one is named,
// so that they can be given before there are units.
func (c *cli) postUnit(o *app.Office, role, unit string) (org.UnitID, error) {
	if r := perm.Role(role); unit == "" && (r == perm.SysAdmin || r == perm.SecAdmin || r == perm.Auditor) {
		return 0, nil
	}
	id, err := o.Indicators.FindUnit(unit, period.DayOf(c.cfg.Clock()))
	if err == nil && unit == "" { // the whole county is nothing to be given by leaving a word out
		err = fault.New(fault.Invalid, "岗位要写明单位：只有系统、安全管理员和审计员不写单位")
	}
	return id, err
}

func roleCodes() string {
	var out []string
	for _, r := range perm.Roles() {
		out = append(out, string(r))
	}
	return strings.Join(out, " ")
}

func knownRole(s string) error {
	for _, r := range perm.Roles() {
		if string(r) == s {
			return nil
		}
	}
	return fault.New(fault.Invalid, "没有角色 %s；可用：%s", s, roleCodes())
}

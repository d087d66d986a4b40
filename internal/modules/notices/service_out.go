package notices

import (
	"context"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// Targets name in the queue who gets a message; addresses and keys are looked up at sending.
const (
	personMark = "account:"
	robotMark  = "robot:"
)

func personTarget(account int64) string { return personMark + numberText(account) }

func robotTarget(id int64) string { return robotMark + numberText(id) }

// targetID takes the number out of a target.
func targetID(target, mark string) (int64, bool) {
	text, ok := strings.CutPrefix(target, mark)
	n, err := strconv.ParseInt(text, 10, 64)
	return n, ok && err == nil
}

const passwordPurpose = "notices.smtp"

func keyPurpose(robot int64) string { return "notices.robot.key." + numberText(robot) }

func signPurpose(robot int64) string { return "notices.robot.sign." + numberText(robot) }

// sendOut sends what is due. While outbound is off nothing leaves; in quiet hours only tests do.
func (s *Service) sendOut(ctx context.Context) error {
	set := *s.settings.Load()
	if !set.On {
		return nil
	}
	quiet := set.quiet(s.now(), s.works)
	return s.queue.Run(ctx, func(m notify.Message) bool { return quiet && m.Class != notify.Test })
}

// send hands one message over; it is the queue's Sender. The settings are read anew, so that a
// channel turned off in another process stays off.
func (s *Service) send(ctx context.Context, m notify.Message) error {
	var set Settings
	var robot storedRobot
	var p sealedPreference
	id, _ := targetID(m.Target, personMark)
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		if set, err = readSettings(tx); err != nil {
			return err
		}
		if m.Channel == notify.Mail {
			p, err = preferenceOf(tx, id)
			return err
		}
		id, _ = targetID(m.Target, robotMark)
		robot, err = robotOf(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if !set.On {
		return fault.New(fault.Unavailable, "外发已经关闭；开通后再发")
	}
	if m.Channel == notify.Mail {
		return s.sendMail(ctx, m, set, p)
	}
	if !robot.Active {
		return notify.Refuse("机器人已停用；启用后可以重发")
	}
	key, err := s.vault.Open(keyPurpose(robot.ID), robot.key)
	if err != nil {
		return err
	}
	sign, err := s.vault.Open(signPurpose(robot.ID), robot.sign)
	if err != nil {
		return err
	}
	return notify.Robot{Channel: robot.Channel, Base: robot.Base, Key: key, Sign: sign, Trust: set.Mail.Trust, Hosts: set.Hosts}.Send(ctx, m, s.clock())
}

func (s *Service) sendMail(ctx context.Context, m notify.Message, set Settings, p sealedPreference) error {
	if set.Mail.Server == "" {
		return notify.Refuse("没有设置邮件服务器；设置后可以重发")
	}
	if _, ok := s.person(p.account); !ok || p.sealed == "" {
		return notify.Refuse("收件人没有填写邮箱，或账号已停用")
	}
	to, err := s.vault.Open(mailPurpose(p.account), p.sealed)
	if err != nil {
		return err
	}
	password, err := s.vault.Open(passwordPurpose, set.Mail.Sealed)
	if err != nil {
		return err
	}
	server := notify.MailServer{Server: set.Mail.Server, Security: set.Mail.Security, From: set.Mail.From, FromName: set.Mail.FromName,
		User: set.Mail.User, Password: password, Trust: set.Mail.Trust, Hosts: set.Hosts}
	return server.Send(ctx, m, to.Reveal(), s.now())
}

// Settings gives the settings with their version; sealed secrets are in no page.
func (s *Service) Settings(ctx context.Context, by perm.Actor) (set Settings, err error) {
	if err := by.May(ruleSet, perm.On{}); err != nil {
		return set, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		set, err = readSettings(tx)
		return err
	})
	return set, err
}

// SaveSettings keeps the settings. An empty password keeps the present one, unless the server or the
// user changed: a password goes to no other server than the one it was typed for.
func (s *Service) SaveSettings(ctx context.Context, by perm.Actor, set Settings, password notify.Secret) (err error) {
	defer fault.Wrap(&err, "notices.SaveSettings")
	if err := by.May(ruleSet, perm.On{}); err != nil {
		return err
	}
	if err := set.check(); err != nil {
		return err
	}
	sealed, err := s.vault.Seal(passwordPurpose, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		old, err := readSettings(tx)
		if err != nil {
			return err
		}
		set.Mail.Sealed = sealed
		if password.Empty() && set.Mail.User != "" {
			same := old.Mail.Server == set.Mail.Server && old.Mail.User == set.Mail.User && old.Mail.Security == set.Mail.Security
			var f fault.Fields
			f.Need(same || old.Mail.Sealed == "", "password", "邮件服务器、用户名或加密方式改了；请重新填写口令")
			if err := f.Err(); err != nil {
				return err
			}
			set.Mail.Sealed = old.Mail.Sealed
		}
		if err := keepSettings(tx, set); err != nil {
			return err
		}
		tx.Audit(ruleSet.Deed, "settings", map[string]any{"on": set.On, "hosts": set.Hosts, "base": set.Base, "titles": set.Titles, "server": set.Mail.Server,
			"security": set.Mail.Security, "quiet": set.QuietFrom + "-" + set.QuietTo, "days_off": set.QuietDaysOff, "digest_at": set.DigestAt, "per_hour": set.PerHour,
			"password_changed": set.Mail.Sealed != old.Mail.Sealed})
		_, err = tx.Change(changeKind, refSettings)
		return err
	})
}

// Robots lists the group robots without their secrets.
func (s *Service) Robots(ctx context.Context, by perm.Actor) (out []Robot, err error) {
	if err := by.May(ruleSet, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allRobots(tx)
		for _, r := range all {
			out = append(out, r.Robot)
		}
		return err
	})
	return out, err
}

// SaveRobot makes a robot (ID 0) or changes one. address is the whole address as the group shows it;
// one without a key keeps the present key, if the machine stays the same. An empty sign keeps the
// present signing secret.
func (s *Service) SaveRobot(ctx context.Context, by perm.Actor, r Robot, address string, sign notify.Secret) (id int64, err error) {
	defer fault.Wrap(&err, "notices.SaveRobot(%d)", r.ID)
	if err := by.May(ruleSet, perm.On{}); err != nil {
		return 0, err
	}
	var f fault.Fields
	f.Need(r.Name != "" && validLine(r.Name, 40), "name", "请填写群的名称，最多 40 个字")
	f.Need(r.Channel == notify.WeCom || r.Channel == notify.DingTalk, "channel", "请选择企业微信或钉钉")
	base, key, ok := notify.SplitRobotURL(r.Channel, address)
	f.Need(ok, "address", "机器人的地址写法不对；请从群设置里复制整个地址，以 https:// 开头")
	tree := s.units.Today()
	f.Need(r.Unit == 0 || tree.Has(r.Unit), "unit", "没有这个单位，或它今天已经撤销；请从列表中选择")
	if err := f.Err(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		stored, fresh := storedRobot{Robot: r}, r.ID == 0
		if fresh {
			if stored.ID, err = tx.NextID("notices_robot"); err != nil {
				return err
			}
		} else if stored, err = robotOf(tx, r.ID); err != nil {
			return err
		}
		var f fault.Fields
		f.Need(!key.Empty() || stored.key != "" && stored.Base == base && stored.Channel == r.Channel, "address", "地址里没有密钥；请从群设置里复制整个地址")
		if err := f.Err(); err != nil {
			return err
		}
		r.ID = stored.ID
		stored.Robot = r
		stored.Base = base
		if !key.Empty() {
			if stored.key, err = s.vault.Seal(keyPurpose(r.ID), key); err != nil {
				return err
			}
		}
		if !sign.Empty() {
			if stored.sign, err = s.vault.Seal(signPurpose(r.ID), sign); err != nil {
				return err
			}
		}
		if fresh {
			err = insertRobot(tx, stored)
		} else {
			err = updateRobot(tx, stored)
		}
		if err != nil {
			return err
		}
		id = r.ID
		tx.Audit("notices.robot", "robot:"+numberText(r.ID), map[string]any{"name": r.Name, "channel": r.Channel, "unit": int64(r.Unit), "base": base, "active": r.Active, "key_changed": !key.Empty(), "sign_changed": !sign.Empty()})
		return nil
	})
	return id, err
}

// TestOut puts a test message into the queue: to a robot, or (0) as mail to the own address.
func (s *Service) TestOut(ctx context.Context, by perm.Actor, robot int64) (err error) {
	if err := by.May(ruleSet, perm.On{}); err != nil {
		return err
	}
	if !s.settings.Load().On {
		return fault.New(fault.Conflict, "外发没有开通；请先勾选“开通外发”并保存")
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		m := notify.Message{Channel: notify.Mail, Target: personTarget(by.Account), Class: notify.Test,
			Subject: words.Chinese.Text("禁毒工作平台测试消息"), Body: words.Chinese.Text("这是一条测试消息，收到即表示设置正确。")}
		if robot != 0 {
			r, err := robotOf(tx, robot)
			if err != nil {
				return err
			}
			m.Channel, m.Target = r.Channel, robotTarget(r.ID)
		} else if p, err := preferenceOf(tx, by.Account); err != nil {
			return err
		} else if p.sealed == "" {
			return fault.New(fault.Conflict, "测试邮件发给您自己；请先在“通知设置”里填写您的邮箱")
		}
		m.Key = "test:" + m.Target + ":" + numberText(tx.Now().UnixNano())
		if _, err := notify.Put(tx, m); err != nil {
			return err
		}
		tx.Audit("notices.test", m.Target, nil)
		return nil
	})
}

// A Queued is a message of the queue as a page shows it: to whom, without address and without text.
type Queued struct {
	notify.Message
	To string // name of the person or the group
}

// shownMost is how many messages a page of the queue shows.
const shownMost = 200

// Queue lists the newest messages of a state (or all) and how many there are of each.
func (s *Service) Queue(ctx context.Context, by perm.Actor, state notify.State) (out []Queued, counts map[notify.State]int, err error) {
	if err := by.May(ruleQueue, perm.On{}); err != nil {
		return nil, nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		messages, err := notify.List(tx, state, shownMost)
		if err != nil {
			return err
		}
		robots, err := allRobots(tx)
		if err != nil {
			return err
		}
		for _, m := range messages {
			m.Body = ""
			q := Queued{Message: m}
			if id, ok := targetID(m.Target, personMark); ok {
				if a, ok := s.person(id); ok {
					q.To = a.Name
				}
			}
			if id, ok := targetID(m.Target, robotMark); ok {
				for _, r := range robots {
					if r.ID == id {
						q.To = r.Name
					}
				}
			}
			out = append(out, q)
		}
		counts, err = notify.Counts(tx)
		return err
	})
	return out, counts, err
}

// Resend lets a message go again, Drop gives it up.
func (s *Service) Resend(ctx context.Context, by perm.Actor, id int64) error {
	return s.decide(ctx, by, id, "notices.resend", notify.Retry)
}

// Drop gives a message up.
func (s *Service) Drop(ctx context.Context, by perm.Actor, id int64) error {
	return s.decide(ctx, by, id, "notices.drop", notify.Drop)
}

func (s *Service) decide(ctx context.Context, by perm.Actor, id int64, deed string, do func(*sqldb.Tx, int64) error) error {
	if err := by.May(ruleQueue, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := do(tx, id); err != nil {
			return err
		}
		tx.Audit(deed, "message:"+numberText(id), nil)
		return nil
	})
}

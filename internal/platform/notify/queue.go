package notify

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

// Migrations holds the table of this package, for sqldb.Migrations.
//
//go:embed migrations/*.sql
var Migrations embed.FS

const (
	messageColumns = `id, key, channel, target, kind, subject, body, state, tries, created, next_at, tried, ended, fault, fault_args`
	insertSQL      = `INSERT INTO notify_message (id, key, channel, target, kind, subject, body, state, tries, created, next_at, lease, tried, ended, fault, fault_args)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, $8, $9, 0, 0, 0, '', '') ON CONFLICT (key) DO NOTHING`
	dueSQL      = `SELECT ` + messageColumns + ` FROM notify_message WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, id LIMIT 200`
	recentSQL   = `SELECT COUNT(*) FROM notify_message WHERE target = $1 AND tried > $2`
	recentBySQL = `SELECT COUNT(*) FROM notify_message WHERE channel = $1 AND tried > $2`
	claimSQL    = `UPDATE notify_message SET state = 'sending', lease = $1, tried = $2, tries = tries + 1 WHERE id = $3 AND state = 'waiting'`
	sentSQL     = `UPDATE notify_message SET state = 'sent', ended = $1, fault = '', fault_args = '' WHERE id = $2 AND state = 'sending' AND lease = $3`
	againSQL    = `UPDATE notify_message SET state = 'waiting', next_at = $1, fault = $2, fault_args = $3 WHERE id = $4 AND state = 'sending' AND lease = $5`
	failedSQL   = `UPDATE notify_message SET state = 'failed', ended = $1, fault = $2, fault_args = $3 WHERE id = $4 AND state = 'sending' AND lease = $5`
	lapsedSQL   = `UPDATE notify_message SET state = 'failed', ended = $1, fault = $2, fault_args = '' WHERE state = 'sending' AND lease < $1`
	lapsingSQL  = `SELECT COUNT(*) FROM notify_message WHERE state = 'sending' AND lease < $1`
	retrySQL    = `UPDATE notify_message SET state = 'waiting', next_at = $1, created = $1, tries = 0, ended = 0 WHERE id = $2 AND state IN ('failed', 'dropped', 'waiting')`
	dropSQL     = `UPDATE notify_message SET state = 'dropped', ended = $1 WHERE id = $2 AND state IN ('failed', 'waiting')`
	listSQL     = `SELECT ` + messageColumns + ` FROM notify_message ORDER BY id DESC LIMIT $1`
	listOfSQL   = `SELECT ` + messageColumns + ` FROM notify_message WHERE state = $1 ORDER BY id DESC LIMIT $2`
	countSQL    = `SELECT state, COUNT(*) FROM notify_message GROUP BY state`
	sinceSQL    = `SELECT COUNT(*) FROM notify_message WHERE target = $1 AND kind = $2 AND created > $3`
	openSQL     = `SELECT COUNT(*) FROM notify_message WHERE target = $1 AND kind = $2 AND state = 'waiting'`
	replaceSQL  = `UPDATE notify_message SET state = 'dropped', ended = $1, fault = $2, fault_args = '' WHERE target = $3 AND kind = $4 AND state = 'waiting'`
	sweepSQL    = `DELETE FROM notify_message WHERE state IN ('sent', 'dropped', 'failed') AND ended < $1`
)

// The pace of the queue.
const (
	firstWait  = time.Minute         // before the second try; doubles each time
	longest    = time.Hour           // between two tries
	triesMost  = 78                  // about three days of tries
	stale      = 10 * 24 * time.Hour // a message older than this says nothing any more; longer than any run of days off
	lease      = 2 * time.Minute     // longer than a try may take
	mailMinute = 60                  // mails a minute in all
	roundMost  = 60                  // messages a round
)

// vanished is said of a message whose sender never came back.
const vanished = "发送途中服务中断，不知是否送达；请核实后再决定重发"

// A Sender hands one message over. Failures are *SendError; any other error counts as one that may
// pass.
type Sender func(ctx context.Context, m Message) error

// A Queue holds what is to leave the machine until it has left. Several servers may work on one
// queue: each message is claimed by one of them.
type Queue struct {
	db    *sqldb.DB
	send  Sender
	clock func() time.Time
	log   *slog.Logger
}

// NewQueue makes a queue over a database.
func NewQueue(db *sqldb.DB, clock func() time.Time, log *slog.Logger, send Sender) *Queue {
	if log == nil {
		log = slog.Default()
	}
	return &Queue{db: db, send: send, clock: clock, log: log}
}

// Put adds a message; one whose key is there already is left alone and false is given.
func Put(tx *sqldb.Tx, m Message) (bool, error) {
	id, err := tx.NextID("notify_message")
	if err != nil {
		return false, err
	}
	now := tx.Now().Unix()
	n, err := tx.Exec(insertSQL, id, m.Key, string(m.Channel), m.Target, string(m.Class), m.Subject, m.Body, now, max(now, unix(m.Next)))
	return n == 1, err
}

// Since counts the messages of a class put for a target after a moment.
func Since(tx *sqldb.Tx, target string, c Class, after time.Time) (n int, err error) {
	err = tx.Get(sinceSQL, []any{target, string(c), after.Unix()}, &n)
	return n, err
}

// Open counts the messages of a class that wait for a target.
func Open(tx *sqldb.Tx, target string, c Class) (n int, err error) {
	err = tx.Get(openSQL, []any{target, string(c)}, &n)
	return n, err
}

// Supersede drops the messages of a class that still wait for a target, since a newer one takes their
// place, and tells how many they were: after a day without connection nobody gets a pile.
func Supersede(tx *sqldb.Tx, target string, c Class) (int64, error) {
	return tx.Exec(replaceSQL, tx.Now().Unix(), superseded, target, string(c))
}

// superseded is said of a message that a newer one replaced.
const superseded = "已由更新的一条代替"

// Run sends what is due, one message after the other, and ends when nothing more may go. hold tells
// which messages must not go now; a target that failed is left alone for the rest of the round.
// Failures of sending are kept with the message; the error is one of the database.
func (q *Queue) Run(ctx context.Context, hold func(Message) bool) error {
	if err := q.lapse(ctx); err != nil {
		return err
	}
	resting := map[string]bool{}
	for range roundMost {
		m, held, err := q.claim(ctx, hold, resting)
		if err != nil || m == nil {
			return err
		}
		failure := q.try(ctx, *m)
		if failure != nil {
			resting[m.Target] = true
			if m.Channel == Mail && !isFinal(failure) {
				resting[string(Mail)] = true // one server takes all mail
			}
		}
		// What was sent is noted even while the server stops.
		if err := q.note(context.WithoutCancel(ctx), *m, held, failure); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// try sends a message, unless it has waited so long that it is stale.
func (q *Queue) try(ctx context.Context, m Message) error {
	if q.clock().Sub(m.Created) > stale {
		return final("等了超过 %d 天，内容已过时，没有发出；请到系统里查看", int(stale/(24*time.Hour)))
	}
	return q.send(ctx, m)
}

func isFinal(err error) bool {
	var e *SendError
	return errors.As(err, &e) && e.Final
}

// lapse closes what was being sent by a server that is gone.
func (q *Queue) lapse(ctx context.Context) error {
	var n int64
	now := q.clock().Unix()
	err := q.db.View(ctx, func(tx *sqldb.Tx) error { return tx.Get(lapsingSQL, []any{now}, &n) })
	if err != nil || n == 0 {
		return err
	}
	err = q.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		n, err = tx.Exec(lapsedSQL, now, vanished)
		return err
	})
	if n > 0 {
		q.log.Warn("messages were being sent when a server went away", "count", n)
	}
	return err
}

// claim takes the next message that may go, or nil.
func (q *Queue) claim(ctx context.Context, hold func(Message) bool, resting map[string]bool) (m *Message, held int64, err error) {
	now := q.clock()
	err = q.db.View(ctx, func(tx *sqldb.Tx) error {
		m, err = next(tx, now, hold, resting)
		return err
	})
	if err != nil || m == nil {
		return nil, 0, err // most rounds write nothing
	}
	held = now.Add(lease).Unix()
	err = q.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if m, err = next(tx, now, hold, resting); err != nil || m == nil {
			return err
		}
		n, err := tx.Exec(claimSQL, held, now.Unix(), m.ID)
		if err == nil && n == 0 {
			m = nil
		}
		return err
	})
	if err != nil || m == nil {
		return nil, 0, err
	}
	m.Tries++
	return m, held, nil
}

// next finds the first message that is due, not held, and within the limits of its target.
func next(tx *sqldb.Tx, now time.Time, hold func(Message) bool, resting map[string]bool) (*Message, error) {
	list, err := sqldb.All(tx, scanMessage, dueSQL, now.Unix())
	if err != nil {
		return nil, err
	}
	full := map[string]bool{}
	for i := range list {
		m := &list[i]
		if hold(*m) || resting[m.Target] || m.Channel == Mail && resting[string(Mail)] {
			continue
		}
		target, question, most := m.Target, recentSQL, RobotMinute
		if m.Channel == Mail {
			target, question, most = string(Mail), recentBySQL, mailMinute
		}
		if _, asked := full[target]; !asked {
			var n int
			if err := tx.Get(question, []any{target, now.Add(-time.Minute).Unix()}, &n); err != nil {
				return nil, err
			}
			full[target] = n >= most
		}
		if !full[target] {
			return m, nil
		}
	}
	return nil, nil
}

// note writes down what became of a message that was claimed until held.
func (q *Queue) note(ctx context.Context, m Message, held int64, failure error) error {
	now := q.clock()
	return q.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if failure == nil {
			_, err := tx.Exec(sentSQL, now.Unix(), m.ID, held)
			return err
		}
		var e *SendError
		if !errors.As(failure, &e) {
			q.log.Error("a message was not sent", "message", m.ID, "error", failure)
			e = later("系统内部错误，没有发出；已记入日志")
			if fault.KindOf(failure) != fault.Internal {
				e = later("%s", fault.Say(failure, nil))
			}
		}
		if e.Final || e.Unsure || m.Tries >= triesMost {
			_, err := tx.Exec(failedSQL, now.Unix(), e.Problem.Format, EncodeArgs(e.Problem.Args), m.ID, held)
			return err
		}
		_, err := tx.Exec(againSQL, now.Add(max(e.Wait, backoff(m.Tries))).Unix(), e.Problem.Format, EncodeArgs(e.Problem.Args), m.ID, held)
		return err
	})
}

// backoff gives the wait after so many tries: 1, 2, 4 … minutes, an hour at most.
func backoff(tries int) time.Duration {
	d := firstWait
	for i := 1; i < tries && d < longest; i++ {
		d *= 2
	}
	return min(d, longest)
}

// List gives the newest messages, of one state or of all (""), at most so many.
func List(tx *sqldb.Tx, s State, most int) ([]Message, error) {
	if s == "" {
		return sqldb.All(tx, scanMessage, listSQL, most)
	}
	return sqldb.All(tx, scanMessage, listOfSQL, string(s), most)
}

// Counts gives how many messages are in each state.
func Counts(tx *sqldb.Tx) (map[State]int, error) {
	out := map[State]int{}
	_, err := sqldb.All(tx, func(s sqldb.Scanner) (x struct{}, err error) {
		var state string
		var n int
		err = s.Scan(&state, &n)
		out[State(state)] = n
		return x, err
	}, countSQL)
	return out, err
}

// Retry makes a message wait for sending again, at once and with all its tries.
func Retry(tx *sqldb.Tx, id int64) error {
	return one(tx.Exec(retrySQL, tx.Now().Unix(), id))
}

// Drop gives a message up.
func Drop(tx *sqldb.Tx, id int64) error { return one(tx.Exec(dropSQL, tx.Now().Unix(), id)) }

func one(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "这条消息已经发出、正在发送或不存在；请刷新页面")
	}
	return err
}

// Sweep forgets what ended before a moment.
func Sweep(tx *sqldb.Tx, before time.Time) error {
	_, err := tx.Exec(sweepSQL, before.Unix())
	return err
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(n int64, like time.Time) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).In(like.Location())
}

func scanMessage(s sqldb.Scanner) (m Message, err error) {
	var created, next, tried, ended int64
	var args string
	if err = s.Scan(&m.ID, &m.Key, (*string)(&m.Channel), &m.Target, (*string)(&m.Class), &m.Subject, &m.Body, (*string)(&m.State), &m.Tries,
		&created, &next, &tried, &ended, &m.Fault.Format, &args); err != nil {
		return m, err
	}
	shanghai := time.Time{}.In(time.FixedZone("Asia/Shanghai", 8*3600))
	m.Created, m.Next, m.Tried, m.Ended = moment(created, shanghai), moment(next, shanghai), moment(tried, shanghai), moment(ended, shanghai)
	m.Fault.Args, err = DecodeArgs(args)
	return m, err
}

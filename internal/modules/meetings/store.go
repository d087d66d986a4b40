package meetings

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

const (
	seriesColumns   = `id, name, rhythm, day, shift, at_time, place, host, chair, posts, from_day, ended, version`
	allSeriesSQL    = `SELECT ` + seriesColumns + ` FROM meetings_series ORDER BY id`
	oneSeriesSQL    = `SELECT ` + seriesColumns + ` FROM meetings_series WHERE id = $1`
	insertSeriesSQL = `INSERT INTO meetings_series (` + seriesColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)`
	updateSeriesSQL = `UPDATE meetings_series SET name = $1, rhythm = $2, day = $3, shift = $4, at_time = $5, place = $6, host = $7, chair = $8, posts = $9,
		from_day = $10, ended = $11, version = version + 1 WHERE id = $12 AND version = $13`

	meetingColumns   = `id, series, no, title, period, day, at_time, place, chair, host, state, shifted, current_topic, summary, version`
	meetingsSQL      = `SELECT ` + meetingColumns + ` FROM meetings_meeting WHERE day >= $1 AND day <= $2 ORDER BY day, id`
	meetingSQL       = `SELECT ` + meetingColumns + ` FROM meetings_meeting WHERE id = $1`
	ofSeriesSQL      = `SELECT ` + meetingColumns + ` FROM meetings_meeting WHERE series = $1 ORDER BY day, id`
	insertMeetingSQL = `INSERT INTO meetings_meeting (` + meetingColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '', 1)`
	updateMeetingSQL = `UPDATE meetings_meeting SET title = $1, day = $2, at_time = $3, place = $4, chair = $5, state = $6, shifted = $7, current_topic = $8,
		summary = $9, version = version + 1 WHERE id = $10 AND version = $11`

	topicColumns   = `id, meeting, place, kind, title, reason, path, subject, unit, force, code, carried, outcome, note, version`
	topicsSQL      = `SELECT ` + topicColumns + ` FROM meetings_topic WHERE meeting = $1 ORDER BY place, id`
	insertTopicSQL = `INSERT INTO meetings_topic (` + topicColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)`
	updateTopicSQL = `UPDATE meetings_topic SET place = $1, title = $2, reason = $3, path = $4, outcome = $5, note = $6, version = version + 1 WHERE id = $7 AND version = $8`
	dropTopicSQL   = `DELETE FROM meetings_topic WHERE id = $1 AND version = $2`

	seatColumns   = `meeting, post, unit, role, title, answer, note, name, present, version`
	seatsSQL      = `SELECT ` + seatColumns + ` FROM meetings_seat WHERE meeting = $1 ORDER BY post`
	insertSeatSQL = `INSERT INTO meetings_seat (` + seatColumns + `) VALUES ($1, $2, $3, $4, $5, '', '', '', 0, 1)`
	updateSeatSQL = `UPDATE meetings_seat SET answer = $1, note = $2, name = $3, present = $4, version = version + 1 WHERE meeting = $5 AND post = $6 AND version = $7`
	dropSeatSQL   = `DELETE FROM meetings_seat WHERE meeting = $1 AND post = $2`

	handoutColumns   = `id, meeting, force, title, hash, file, by_name, at`
	handoutsSQL      = `SELECT ` + handoutColumns + ` FROM meetings_handout WHERE meeting = $1 ORDER BY id`
	insertHandoutSQL = `INSERT INTO meetings_handout (` + handoutColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	dropHandoutSQL   = `DELETE FROM meetings_handout WHERE id = $1`

	decisionColumns   = `id, meeting, topic, no, kind, text, lead, assist, deadline, standard, item, gone, version`
	decisionsSQL      = `SELECT ` + decisionColumns + ` FROM meetings_decision WHERE meeting = $1 ORDER BY no`
	insertDecisionSQL = `INSERT INTO meetings_decision (` + decisionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 1)`
	updateDecisionSQL = `UPDATE meetings_decision SET kind = $1, text = $2, lead = $3, assist = $4, deadline = $5, standard = $6, item = $7, gone = $8, version = version + 1
		WHERE id = $9 AND version = $10`

	packColumns   = `meeting, version, cutoff, change_no, sum, content, docx, pdf, xlsx, fonts, by_name, at`
	packsSQL      = `SELECT ` + packColumns + ` FROM meetings_pack WHERE meeting = $1 ORDER BY version`
	allPacksSQL   = `SELECT ` + packColumns + ` FROM meetings_pack ORDER BY meeting, version`
	insertPackSQL = `INSERT INTO meetings_pack (` + packColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
)

// numbers writes ids as a list, "3,17".
func numbers[T ~int32 | ~int64](list []T) string {
	var b strings.Builder
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(n), 10))
	}
	return b.String()
}

func readNumbers[T ~int32 | ~int64](s string) (out []T, err error) {
	if s == "" {
		return nil, nil
	}
	for _, x := range strings.Split(s, ",") {
		n, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, T(n))
	}
	return out, nil
}

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func readDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

func scanSeries(r sqldb.Scanner) (s Series, err error) {
	var posts, from string
	var ended int
	if err = r.Scan(&s.ID, &s.Name, &s.Rhythm, &s.Day, &s.Shift, &s.Time, &s.Place, &s.Host, &s.Chair, &posts, &from, &ended, &s.Version); err != nil {
		return s, err
	}
	s.Ended = ended == 1
	if s.Posts, err = readNumbers[int64](posts); err != nil {
		return s, err
	}
	s.From, err = readDay(from)
	return s, err
}

func scanMeeting(r sqldb.Scanner) (m Meeting, err error) {
	var p, day string
	if err = r.Scan(&m.ID, &m.Series, &m.No, &m.Title, &p, &day, &m.Time, &m.Place, &m.Chair, &m.Host, &m.State, &m.Shifted, &m.Current, &m.Summary, &m.Version); err != nil {
		return m, err
	}
	if m.Period, err = period.Parse(p); err != nil {
		return m, err
	}
	m.Day, err = readDay(day)
	return m, err
}

func scanTopic(r sqldb.Scanner) (t Topic, err error) {
	err = r.Scan(&t.ID, &t.Meeting, &t.Order, &t.Kind, &t.Title, &t.Reason, &t.Path, &t.Key, &t.Unit, &t.Force, &t.Code, &t.Carried, &t.Outcome, &t.Note, &t.Version)
	return t, err
}

func scanSeat(r sqldb.Scanner) (s Seat, err error) {
	var present int
	var role string
	err = r.Scan(&s.Meeting, &s.Post, &s.Unit, &role, &s.Title, &s.Answer, &s.Note, &s.Name, &present, &s.Version)
	s.Present, s.Role = present == 1, perm.Role(role)
	return s, err
}

func scanHandout(r sqldb.Scanner) (h Handout, err error) {
	err = r.Scan(&h.ID, &h.Meeting, &h.Force, &h.Title, &h.Hash, &h.File, &h.By, &h.At)
	return h, err
}

func scanDecision(r sqldb.Scanner) (d Decision, err error) {
	var assist, deadline string
	var gone int
	if err = r.Scan(&d.ID, &d.Meeting, &d.Topic, &d.No, &d.Kind, &d.Text, &d.Lead, &assist, &deadline, &d.Standard, &d.Item, &gone, &d.Version); err != nil {
		return d, err
	}
	d.Gone = gone == 1
	if d.Assist, err = readNumbers[org.UnitID](assist); err != nil {
		return d, err
	}
	d.Deadline, err = readDay(deadline)
	return d, err
}

func scanPack(r sqldb.Scanner) (p Pack, err error) {
	err = r.Scan(&p.Meeting, &p.Version, &p.Cutoff, &p.Change, &p.Sum, &p.Content, &p.Docx, &p.PDF, &p.XLSX, &p.Fonts, &p.By, &p.At)
	return p, err
}

func meetingOf(tx *sqldb.Tx, id int64) (Meeting, error) {
	return sqldb.One(tx, scanMeeting, fault.New(fault.Missing, "没有这次会议；请从会议列表进入"), meetingSQL, id)
}

func seriesOf(tx *sqldb.Tx, id int64) (Series, error) {
	return sqldb.One(tx, scanSeries, fault.New(fault.Missing, "没有这个会议系列；请从会议列表进入"), oneSeriesSQL, id)
}

func topicsOf(tx *sqldb.Tx, meeting int64) ([]Topic, error) {
	return sqldb.All(tx, scanTopic, topicsSQL, meeting)
}

func seatsOf(tx *sqldb.Tx, meeting int64) ([]Seat, error) {
	return sqldb.All(tx, scanSeat, seatsSQL, meeting)
}

func handoutsOf(tx *sqldb.Tx, meeting int64) ([]Handout, error) {
	return sqldb.All(tx, scanHandout, handoutsSQL, meeting)
}

func decisionsOf(tx *sqldb.Tx, meeting int64) ([]Decision, error) {
	return sqldb.All(tx, scanDecision, decisionsSQL, meeting)
}

func packsOf(tx *sqldb.Tx, meeting int64) ([]Pack, error) {
	return sqldb.All(tx, scanPack, packsSQL, meeting)
}

// stale is said to a second editor of the same row; nothing of the first is lost.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func (s Series) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertSeriesSQL, s.ID, s.Name, string(s.Rhythm), s.Day, string(s.Shift), s.Time, s.Place, int64(s.Host), s.Chair, numbers(s.Posts), dayText(s.From), sqldb.Bool(s.Ended))
	return err
}

func (s Series) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateSeriesSQL, s.Name, string(s.Rhythm), s.Day, string(s.Shift), s.Time, s.Place, int64(s.Host), s.Chair, numbers(s.Posts), dayText(s.From),
		sqldb.Bool(s.Ended), s.ID, s.Version))
}

func (m Meeting) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertMeetingSQL, m.ID, m.Series, m.No, m.Title, m.Period.String(), dayText(m.Day), m.Time, m.Place, m.Chair, int64(m.Host), string(m.State), m.Shifted)
	return err
}

func (m Meeting) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateMeetingSQL, m.Title, dayText(m.Day), m.Time, m.Place, m.Chair, string(m.State), m.Shifted, m.Current, m.Summary, m.ID, m.Version))
}

func (t Topic) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertTopicSQL, t.ID, t.Meeting, t.Order, string(t.Kind), t.Title, t.Reason, t.Path, t.Key, int64(t.Unit), int64(t.Force), t.Code, t.Carried, string(t.Outcome), t.Note)
	return err
}

func (t Topic) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateTopicSQL, t.Order, t.Title, t.Reason, t.Path, string(t.Outcome), t.Note, t.ID, t.Version))
}

func (s Seat) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateSeatSQL, string(s.Answer), s.Note, s.Name, sqldb.Bool(s.Present), s.Meeting, s.Post, s.Version))
}

func (d Decision) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertDecisionSQL, d.ID, d.Meeting, d.Topic, d.No, string(d.Kind), d.Text, int64(d.Lead), numbers(d.Assist), dayText(d.Deadline), d.Standard, d.Item)
	return err
}

func (d Decision) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateDecisionSQL, string(d.Kind), d.Text, int64(d.Lead), numbers(d.Assist), dayText(d.Deadline), d.Standard, d.Item, sqldb.Bool(d.Gone), d.ID, d.Version))
}

func (p Pack) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertPackSQL, p.Meeting, p.Version, p.Cutoff, p.Change, p.Sum, p.Content, p.Docx, p.PDF, p.XLSX, p.Fonts, p.By, p.At)
	return err
}

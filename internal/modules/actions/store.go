package actions

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

const itemColumns = `id, number, title, content, standard, force, state, opened, assigned, asked, deadline, first, answered, ended, returned, sent_back, round,
	urgent, source_kind, source_ref, source_text, source_path, code, code_unit, code_period, proposer, answer, ending, extending,
	light, light_reason, light_by, light_name, light_ok, version`

const (
	allItemsSQL = `SELECT ` + itemColumns + ` FROM actions_item ORDER BY id`
	itemSQL     = `SELECT ` + itemColumns + ` FROM actions_item WHERE id = $1`
	ofSourceSQL = `SELECT ` + itemColumns + ` FROM actions_item WHERE source_kind = $1 AND source_ref = $2 ORDER BY id`
	newItemSQL  = `INSERT INTO actions_item (` + itemColumns + `, lead)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
		$30, $31, $32, $33, $34, $35, $36)`
	setItemSQL = `UPDATE actions_item SET number = $3, title = $4, content = $5, standard = $6, force = $7, state = $8, opened = $9, assigned = $10, asked = $11,
		deadline = $12, first = $13, answered = $14, ended = $15, returned = $16, sent_back = $17, round = $18, urgent = $19, source_kind = $20, source_ref = $21,
		source_text = $22, source_path = $23, code = $24, code_unit = $25, code_period = $26, proposer = $27, answer = $28, ending = $29, extending = $30,
		light = $31, light_reason = $32, light_by = $33, light_name = $34, light_ok = $35, lead = $36, version = version + 1 WHERE id = $1 AND version = $2`
	numbersSQL = `SELECT number FROM actions_item WHERE number >= $1 AND number < $2`

	allPartiesSQL  = `SELECT item, unit, lead, done, waived FROM actions_party ORDER BY item, lead DESC, place, unit`
	partiesSQL     = `SELECT item, unit, lead, done, waived FROM actions_party WHERE item = $1 ORDER BY item, lead DESC, place, unit`
	dropPartiesSQL = `DELETE FROM actions_party WHERE item = $1`
	newPartySQL    = `INSERT INTO actions_party (item, unit, lead, place, done, waived) VALUES ($1, $2, $3, $4, $5, $6)`
)

// ofParty pairs a party with its item.
type ofParty struct {
	item int64
	Party
}

func scanParty(r sqldb.Scanner) (p ofParty, err error) {
	var unit, lead, done int64
	err = r.Scan(&p.item, &unit, &lead, &done, &p.Waived)
	p.Unit, p.Lead, p.Done = org.UnitID(unit), lead == 1, done == 1
	return p, err
}

// dayText keeps a day; none is kept as "".
func dayText(d period.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func parseDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

// days reads stored days in turn.
func days(text []string, to ...*period.Day) (err error) {
	for i, s := range text {
		if *to[i], err = parseDay(s); err != nil {
			return err
		}
	}
	return nil
}

func scanItem(r sqldb.Scanner) (a Action, err error) {
	var number sql.NullString
	var force, sentBack, urgent, unit, extending int64
	var when [7]string
	var p string
	err = r.Scan(&a.ID, &number, &a.Title, &a.Content, &a.Standard, &force, &a.State, &when[0], &when[1], &when[2], &when[3], &when[4], &when[5], &when[6],
		&a.Returned, &sentBack, &a.Round, &urgent, &a.Source.Kind, &a.Source.Ref, &a.Source.Text, &a.Source.Path, &a.Figure.Code, &unit, &p,
		&a.Proposer, &a.Answer, &a.Ending, &extending,
		&a.Override.Light, &a.Override.Reason, &a.Override.By, &a.Override.Name, &a.Override.Approver, &a.Version)
	if err != nil {
		return a, err
	}
	a.No, a.Force, a.SentBack, a.Urgent, a.Extending = number.String, org.UnitID(force), sentBack == 1, urgent == 1, extending == 1
	a.Figure.Unit = org.UnitID(unit)
	if err := days(when[:], &a.Opened, &a.Assigned, &a.Asked, &a.Deadline, &a.First, &a.Answered, &a.Ended); err != nil {
		return a, fmt.Errorf("item %d: %w", a.ID, err)
	}
	if p != "" {
		if a.Figure.Period, err = period.Parse(p); err != nil {
			return a, fmt.Errorf("item %d has the period %q: %w", a.ID, p, err)
		}
	}
	return a, nil
}

// values gives what is stored of an item after its id, in the order of the columns.
func (a *Action) values() []any {
	var number any
	if a.No != "" {
		number = a.No
	}
	p := ""
	if !a.Figure.Period.IsZero() {
		p = a.Figure.Period.String()
	}
	o := a.Override
	return []any{number, a.Title, a.Content, a.Standard, int64(a.Force), string(a.State), dayText(a.Opened), dayText(a.Assigned), dayText(a.Asked), dayText(a.Deadline),
		dayText(a.First), dayText(a.Answered), dayText(a.Ended), a.Returned, sqldb.Bool(a.SentBack), a.Round, sqldb.Bool(a.Urgent),
		string(a.Source.Kind), a.Source.Ref, a.Source.Text, a.Source.Path, a.Figure.Code, int64(a.Figure.Unit), p, a.Proposer, a.Answer, a.Ending,
		sqldb.Bool(a.Extending), string(o.Light), o.Reason, o.By, o.Name, o.Approver}
}

// allItems reads every item with its parties.
func allItems(tx *sqldb.Tx) ([]Action, error) {
	list, err := sqldb.All(tx, scanItem, allItemsSQL)
	if err != nil {
		return nil, err
	}
	parties, err := sqldb.All(tx, scanParty, allPartiesSQL)
	if err != nil {
		return nil, err
	}
	next := 0
	for i := range list {
		for next < len(parties) && parties[next].item <= list[i].ID {
			if parties[next].item == list[i].ID {
				list[i].Parties = append(list[i].Parties, parties[next].Party)
			}
			next++
		}
	}
	return list, nil
}

func itemOf(tx *sqldb.Tx, id int64) (Action, error) {
	a, err := sqldb.One(tx, scanItem, fault.New(fault.Missing, "没有这件事项；请从事项清单进入"), itemSQL, id)
	if err != nil {
		return a, err
	}
	parties, err := sqldb.All(tx, scanParty, partiesSQL, id)
	for _, p := range parties {
		a.Parties = append(a.Parties, p.Party)
	}
	return a, err
}

// ofSource lists the items that came from a source.
func ofSource(tx *sqldb.Tx, s work.Source) ([]Action, error) {
	return sqldb.All(tx, scanItem, ofSourceSQL, string(s.Kind), s.Ref)
}

// insertItem writes a new item.
func insertItem(tx *sqldb.Tx, a *Action) (err error) {
	if a.ID, err = tx.NextID("actions_item"); err != nil {
		return err
	}
	a.Version = 1
	args := append([]any{a.ID}, a.values()...)
	if _, err = tx.Exec(newItemSQL, append(args, a.Version, int64(a.Lead()))...); err != nil {
		return err
	}
	return keepParties(tx, a)
}

// updateItem writes a changed item; somebody who was faster makes it fail.
func updateItem(tx *sqldb.Tx, a *Action) error {
	args := append([]any{a.ID, a.Version}, a.values()...)
	n, err := tx.Exec(setItemSQL, append(args, int64(a.Lead()))...)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "这件事项刚被别人办理过；请刷新后再试")
	}
	a.Version++
	return keepParties(tx, a)
}

func keepParties(tx *sqldb.Tx, a *Action) error {
	if _, err := tx.Exec(dropPartiesSQL, a.ID); err != nil {
		return err
	}
	for i, p := range a.Parties {
		if _, err := tx.Exec(newPartySQL, a.ID, int64(p.Unit), sqldb.Bool(p.Lead), i, sqldb.Bool(p.Done), p.Waived); err != nil {
			return err
		}
	}
	return nil
}

// nextNumber gives the next number of a year, "2018-0012". One writer at a time and no deletion
// keep the numbers without gaps.
func nextNumber(tx *sqldb.Tx, year int) (string, error) {
	list, err := sqldb.All(tx, func(r sqldb.Scanner) (s string, err error) { err = r.Scan(&s); return s, err },
		numbersSQL, fmt.Sprintf("%04d-", year), fmt.Sprintf("%04d.", year))
	if err != nil {
		return "", err
	}
	last := 0
	for _, s := range list {
		n := 0
		if _, err := fmt.Sscanf(s[5:], "%d", &n); err == nil {
			last = max(last, n)
		}
	}
	return fmt.Sprintf("%04d-%04d", year, last+1), nil
}

const (
	newEntrySQL = `INSERT INTO actions_log (item, no, at, account, name, post, deed, before, after, unit, reason, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	nextEntrySQL  = `SELECT COALESCE(MAX(no), 0) + 1 FROM actions_log WHERE item = $1`
	entriesSQL    = `SELECT no, at, account, name, post, deed, before, after, unit, reason, note FROM actions_log WHERE item = $1 ORDER BY no`
	peopleSQL     = `SELECT item, deed, account, name FROM actions_log WHERE deed IN ($1, $2, $3, $4, $5, $6) ORDER BY item, no`
	countFilesSQL = `SELECT item, COUNT(*) FROM actions_file GROUP BY item`
)

// insertEntry writes a line of the log and gives it its number.
func insertEntry(tx *sqldb.Tx, item int64, e *Entry) error {
	if err := tx.Get(nextEntrySQL, []any{item}, &e.No); err != nil {
		return err
	}
	e.At = tx.Stamp()
	_, err := tx.Exec(newEntrySQL, item, e.No, e.At, e.Account, e.Name, e.Post, string(e.Deed), string(e.Before), string(e.After), int64(e.Unit), e.Reason, e.Note)
	return err
}

func entries(tx *sqldb.Tx, item int64) ([]Entry, error) {
	return sqldb.All(tx, func(r sqldb.Scanner) (e Entry, err error) {
		var unit int64
		err = r.Scan(&e.No, &e.At, &e.Account, &e.Name, &e.Post, &e.Deed, &e.Before, &e.After, &unit, &e.Reason, &e.Note)
		e.Unit = org.UnitID(unit)
		return e, err
	}, entriesSQL, item)
}

// people are those who had to do with an item.
type people struct {
	handlers []string // accounts that handled it, in any round
	handler  string   // name of who did so last
	checker  string   // name of who verified it last
}

// allPeople reads the people of every item.
func allPeople(tx *sqldb.Tx) (map[int64]people, error) {
	d := handling()
	type row struct {
		item          int64
		deed          Deed
		account, name string
	}
	list, err := sqldb.All(tx, func(r sqldb.Scanner) (x row, err error) {
		err = r.Scan(&x.item, &x.deed, &x.account, &x.name)
		return x, err
	},
		peopleSQL, string(d[0]), string(d[1]), string(d[2]), string(d[3]), string(d[4]), string(Verify))
	out := map[int64]people{}
	for _, x := range list {
		p := out[x.item]
		if x.deed == Verify {
			p.checker = x.name
		} else {
			p.handler = x.name
			if !slices.Contains(p.handlers, x.account) {
				p.handlers = append(p.handlers, x.account)
			}
		}
		out[x.item] = p
	}
	return out, err
}

// countFiles counts the files of every item.
func countFiles(tx *sqldb.Tx) (map[int64]int, error) {
	type row struct {
		item int64
		n    int
	}
	list, err := sqldb.All(tx, func(r sqldb.Scanner) (x row, err error) { err = r.Scan(&x.item, &x.n); return x, err }, countFilesSQL)
	out := map[int64]int{}
	for _, x := range list {
		out[x.item] = x.n
	}
	return out, err
}

// handlersOf gives the accounts that handled one item.
func handlersOf(list []Entry) []string {
	var out []string
	for _, e := range list {
		if slices.Contains(handling(), e.Deed) && !slices.Contains(out, e.Account) {
			out = append(out, e.Account)
		}
	}
	return out
}

const (
	settingsSQL    = `SELECT version, body FROM actions_setting WHERE id = 1`
	newSettingsSQL = `INSERT INTO actions_setting (id, version, body) VALUES (1, 1, $1) ON CONFLICT (id) DO NOTHING`
	setSettingsSQL = `UPDATE actions_setting SET version = version + 1, body = $2 WHERE id = 1 AND version = $1`
)

// settingsOf reads the settings; those of a new county while nobody has saved any.
func settingsOf(tx *sqldb.Tx) (Settings, error) {
	set := DefaultSettings()
	var version int64
	var body string
	err := tx.Get(settingsSQL, nil, &version, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return set, nil
	}
	if err != nil {
		return set, err
	}
	err = json.Unmarshal([]byte(body), &set)
	set.Version = version
	return set, err
}

// keepSettings writes the settings; somebody who was faster makes it fail.
func keepSettings(tx *sqldb.Tx, set Settings) error {
	seen := set.Version
	set.Version = 0
	body, err := json.Marshal(set)
	if err != nil {
		return err
	}
	var n int64
	if seen == 0 {
		n, err = tx.Exec(newSettingsSQL, string(body))
	} else {
		n, err = tx.Exec(setSettingsSQL, seen, string(body))
	}
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "设置刚被别人改过；请看过现在的设置再保存，您填的内容还在下面")
	}
	return err
}

// entryBy begins a line of the log for a person acting in a post.
func entryBy(by perm.Actor, post perm.Post, d Deed) Entry {
	title := post.Title
	if post.StandIn {
		title += "（代理）"
	}
	return Entry{Account: by.Login, Name: by.Name, Post: title, Deed: d}
}

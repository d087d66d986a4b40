package notices

import (
	"database/sql"
	"encoding/json"
	"errors"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/sqldb"
)

const (
	settingSQL    = `SELECT body, version FROM notices_setting WHERE id = 1`
	newSettingSQL = `INSERT INTO notices_setting (id, body, version) VALUES (1, $1, 1) ON CONFLICT (id) DO NOTHING`
	setSettingSQL = `UPDATE notices_setting SET body = $1, version = version + 1 WHERE id = 1 AND version = $2`
	robotColumns  = `id, name, channel, unit, base, sealed_key, sealed_sign, active, version`
	robotsSQL     = `SELECT ` + robotColumns + ` FROM notices_robot ORDER BY id`
	robotSQL      = `SELECT ` + robotColumns + ` FROM notices_robot WHERE id = $1`
	newRobotSQL   = `INSERT INTO notices_robot (id, name, channel, unit, base, sealed_key, sealed_sign, active, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`
	setRobotSQL   = `UPDATE notices_robot SET name = $1, channel = $2, unit = $3, base = $4, sealed_key = $5, sealed_sign = $6, active = $7, version = version + 1 WHERE id = $8 AND version = $9`
)

func readSettings(tx *sqldb.Tx) (Settings, error) {
	s := defaultSettings()
	var body string
	var version int64
	err := tx.Get(settingSQL, nil, &body, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	err = json.Unmarshal([]byte(body), &s)
	s.Version = version
	return s, err
}

func keepSettings(tx *sqldb.Tx, s Settings) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if s.Version == 0 {
		return stale(tx.Exec(newSettingSQL, string(body)))
	}
	return stale(tx.Exec(setSettingSQL, string(body), s.Version))
}

// A storedRobot is a robot with its sealed secrets.
type storedRobot struct {
	Robot
	key, sign string
}

func scanRobot(s sqldb.Scanner) (r storedRobot, err error) {
	var unit int64
	var active int
	err = s.Scan(&r.ID, &r.Name, (*string)(&r.Channel), &unit, &r.Base, &r.key, &r.sign, &active, &r.Version)
	r.Unit, r.Active, r.Signed = org.UnitID(unit), active == 1, r.sign != ""
	return r, err
}

func allRobots(tx *sqldb.Tx) ([]storedRobot, error) { return sqldb.All(tx, scanRobot, robotsSQL) }

func robotOf(tx *sqldb.Tx, id int64) (storedRobot, error) {
	return sqldb.One(tx, scanRobot, fault.New(fault.Missing, "没有这个机器人；请从外发通知设置进入"), robotSQL, id)
}

func insertRobot(tx *sqldb.Tx, r storedRobot) error {
	_, err := tx.Exec(newRobotSQL, r.ID, r.Name, string(r.Channel), int64(r.Unit), r.Base, r.key, r.sign, sqldb.Bool(r.Active))
	return err
}

func updateRobot(tx *sqldb.Tx, r storedRobot) error {
	return stale(tx.Exec(setRobotSQL, r.Name, string(r.Channel), int64(r.Unit), r.Base, r.key, r.sign, sqldb.Bool(r.Active), r.ID, r.Version))
}

-- Units keep their number for ever. rev is the number of the last change that touched the unit;
-- a form that was filled in before that change is refused.
CREATE TABLE units_unit (
	id BIGINT PRIMARY KEY,
	code TEXT NOT NULL,
	kind TEXT NOT NULL,
	aliases TEXT NOT NULL,
	rev BIGINT NOT NULL
);
CREATE INDEX units_unit_code ON units_unit (code);

-- What is true of a unit in one span of days; to_day '' means still valid, parent 0 a root.
CREATE TABLE units_version (
	unit BIGINT NOT NULL,
	from_day TEXT NOT NULL,
	to_day TEXT NOT NULL,
	name TEXT NOT NULL,
	short TEXT NOT NULL,
	pinyin TEXT NOT NULL,
	parent BIGINT NOT NULL,
	ord BIGINT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (unit, from_day)
) {{without_rowid}};

CREATE TABLE units_succession (
	id BIGINT PRIMARY KEY,
	kind TEXT NOT NULL,
	from_unit BIGINT NOT NULL,
	to_unit BIGINT NOT NULL,
	on_day TEXT NOT NULL,
	reason TEXT NOT NULL,
	change BIGINT NOT NULL
);
CREATE INDEX units_succession_change ON units_succession (change);

-- One row for each change of units: who, when, why. no is the change number of the database, so
-- that the register of any number can be made again; added_lo..added_hi are the new units.
CREATE TABLE units_change (
	id BIGINT PRIMARY KEY,
	no BIGINT NOT NULL,
	kind TEXT NOT NULL,
	unit BIGINT NOT NULL,
	label TEXT NOT NULL,
	on_day TEXT NOT NULL,
	reason TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	at TEXT NOT NULL,
	added_lo BIGINT NOT NULL,
	added_hi BIGINT NOT NULL,
	undone BIGINT NOT NULL,
	token TEXT NOT NULL
);

-- The unit as it was before the change, as JSON.
CREATE TABLE units_before (
	change BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (change, unit)
) {{without_rowid}};
CREATE INDEX units_before_unit ON units_before (unit, change);

-- Holiday arrangements that were imported; they go before those that come with the program.
CREATE TABLE units_calendar (
	year BIGINT PRIMARY KEY,
	body TEXT NOT NULL,
	rev BIGINT NOT NULL
);

-- The county's own days off and days worked.
CREATE TABLE units_extra_day (
	day TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	off INTEGER NOT NULL CHECK (off IN (0, 1))
);

-- The boundary file in use; there is at most one.
CREATE TABLE units_geo (
	id BIGINT PRIMARY KEY,
	file TEXT NOT NULL,
	property TEXT NOT NULL,
	system TEXT NOT NULL,
	hash TEXT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	source {{bytes}} NOT NULL,
	body {{bytes}} NOT NULL
);

-- Files of units and boundaries that wait for somebody to confirm them.
CREATE TABLE units_upload (
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	file TEXT NOT NULL,
	detail TEXT NOT NULL,
	account TEXT NOT NULL,
	at TEXT NOT NULL,
	body {{bytes}} NOT NULL
);

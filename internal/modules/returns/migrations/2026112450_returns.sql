-- Versions of forms; they never change. The body is JSON of returns.Form.
CREATE TABLE returns_form (
	code TEXT NOT NULL,
	no BIGINT NOT NULL,
	from_period TEXT NOT NULL,
	body TEXT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (code, no)
);

-- Forms that are no longer asked after a period.
CREATE TABLE returns_form_end (
	code TEXT PRIMARY KEY,
	last_period TEXT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	reason TEXT NOT NULL
);

-- One row for each return that somebody began.
CREATE TABLE returns_return (
	id BIGINT PRIMARY KEY,
	form TEXT NOT NULL,
	unit BIGINT NOT NULL,
	period TEXT NOT NULL,
	form_no BIGINT NOT NULL,
	state TEXT NOT NULL,
	version BIGINT NOT NULL,
	approved BIGINT NOT NULL,
	drafts BIGINT NOT NULL,
	first_at TEXT NOT NULL,
	last_at TEXT NOT NULL,
	by_account TEXT NOT NULL,
	reviewer TEXT NOT NULL,
	approver TEXT NOT NULL,
	restated BIGINT NOT NULL CHECK (restated IN (0, 1)),
	lock BIGINT NOT NULL,
	UNIQUE (form, unit, period)
);

-- What was handed in, append-only. The body is JSON: columns, rows, values, places in the workbook.
CREATE TABLE returns_version (
	ret BIGINT NOT NULL REFERENCES returns_return (id),
	no BIGINT NOT NULL,
	form_no BIGINT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	post TEXT NOT NULL,
	source TEXT NOT NULL,
	file TEXT NOT NULL,
	file_name TEXT NOT NULL,
	declared TEXT NOT NULL,
	comment TEXT NOT NULL,
	reason TEXT NOT NULL,
	body TEXT NOT NULL,
	warnings TEXT NOT NULL,
	PRIMARY KEY (ret, no)
);

-- Drafts of a person. Slot 0 is the one at work; others were kept because somebody was faster.
CREATE TABLE returns_draft (
	ret BIGINT NOT NULL REFERENCES returns_return (id),
	account TEXT NOT NULL,
	slot BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	base BIGINT NOT NULL,
	name TEXT NOT NULL,
	at TEXT NOT NULL,
	source TEXT NOT NULL,
	file TEXT NOT NULL,
	file_name TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (ret, account, slot)
);

-- Deeds done to a return, append-only.
CREATE TABLE returns_event (
	ret BIGINT NOT NULL REFERENCES returns_return (id),
	no BIGINT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	post TEXT NOT NULL,
	deed TEXT NOT NULL,
	version BIGINT NOT NULL,
	reason TEXT NOT NULL,
	change BIGINT NOT NULL,
	PRIMARY KEY (ret, no)
);

CREATE TABLE plan_plan (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	first_day TEXT NOT NULL,
	last_day TEXT NOT NULL,
	host BIGINT NOT NULL,
	near BIGINT NOT NULL,
	grace BIGINT NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE plan_edition (
	id BIGINT PRIMARY KEY,
	plan BIGINT NOT NULL REFERENCES plan_plan (id),
	no BIGINT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	note TEXT NOT NULL,
	made_by TEXT NOT NULL,
	made_at TEXT NOT NULL,
	sent_login TEXT NOT NULL,
	sent_by TEXT NOT NULL,
	sent_at TEXT NOT NULL,
	approved_by TEXT NOT NULL,
	approved_post TEXT NOT NULL,
	approved_at TEXT NOT NULL,
	force_day TEXT NOT NULL,
	sum TEXT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (plan, no)
);
CREATE TABLE plan_node (
	edition BIGINT NOT NULL REFERENCES plan_edition (id),
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	content TEXT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (edition, kind, code)
);
CREATE TABLE plan_report (
	id BIGINT PRIMARY KEY,
	plan BIGINT NOT NULL REFERENCES plan_plan (id),
	task TEXT NOT NULL,
	period TEXT NOT NULL,
	percent BIGINT NOT NULL CHECK (percent BETWEEN 0 AND 100),
	text TEXT NOT NULL,
	help TEXT NOT NULL,
	claims TEXT NOT NULL,
	state TEXT NOT NULL,
	login TEXT NOT NULL,
	by_name TEXT NOT NULL,
	post TEXT NOT NULL,
	at TEXT NOT NULL,
	day TEXT NOT NULL,
	check_login TEXT NOT NULL,
	check_by TEXT NOT NULL,
	check_post TEXT NOT NULL,
	check_at TEXT NOT NULL,
	reason TEXT NOT NULL,
	item BIGINT NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX plan_report_task ON plan_report (plan, task);
CREATE TABLE plan_evidence (
	id BIGINT PRIMARY KEY,
	report BIGINT NOT NULL REFERENCES plan_report (id),
	milestone BIGINT NOT NULL,
	hash TEXT NOT NULL,
	name TEXT NOT NULL,
	size BIGINT NOT NULL
);
CREATE INDEX plan_evidence_report ON plan_evidence (report);
CREATE TABLE plan_letter (
	id BIGINT PRIMARY KEY,
	plan BIGINT NOT NULL REFERENCES plan_plan (id),
	year BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	no BIGINT NOT NULL,
	content TEXT NOT NULL,
	reason TEXT NOT NULL,
	made_by TEXT NOT NULL,
	made_at TEXT NOT NULL,
	signed_on TEXT NOT NULL,
	signed_post TEXT NOT NULL,
	host_post TEXT NOT NULL,
	recorded_by TEXT NOT NULL,
	hash TEXT NOT NULL,
	file TEXT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (plan, year, unit, no)
);
CREATE TABLE plan_told (
	told TEXT PRIMARY KEY,
	day TEXT NOT NULL
);

CREATE TABLE reports_document (
	id BIGINT PRIMARY KEY,
	kind TEXT NOT NULL,
	title TEXT NOT NULL,
	period TEXT NOT NULL,
	unit BIGINT NOT NULL,
	state TEXT NOT NULL,
	newest BIGINT NOT NULL,
	final_version BIGINT NOT NULL,
	for_all BIGINT NOT NULL CHECK (for_all IN (0, 1)),
	by_name TEXT NOT NULL,
	at TEXT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (kind, period, unit)
);
CREATE TABLE reports_version (
	document BIGINT NOT NULL REFERENCES reports_document (id),
	no BIGINT NOT NULL,
	base BIGINT NOT NULL,
	sum TEXT NOT NULL,
	content TEXT NOT NULL,
	changed TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (document, no)
);
CREATE TABLE reports_issue (
	id BIGINT PRIMARY KEY,
	document BIGINT NOT NULL REFERENCES reports_document (id),
	no BIGINT NOT NULL,
	hash TEXT NOT NULL,
	file TEXT NOT NULL,
	changed TEXT NOT NULL,
	for_all BIGINT NOT NULL CHECK (for_all IN (0, 1)),
	by_name TEXT NOT NULL,
	at TEXT NOT NULL,
	reopened TEXT NOT NULL,
	reopened_by TEXT NOT NULL,
	reopened_at TEXT NOT NULL
);
CREATE INDEX reports_issue_document ON reports_issue (document);
CREATE TABLE reports_template (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	newest BIGINT NOT NULL,
	ended BIGINT NOT NULL CHECK (ended IN (0, 1)),
	version BIGINT NOT NULL
);
CREATE TABLE reports_template_version (
	template BIGINT NOT NULL REFERENCES reports_template (id),
	no BIGINT NOT NULL,
	hash TEXT NOT NULL,
	file TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (template, no)
);

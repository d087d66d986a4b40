CREATE TABLE facts_element (
	id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	no BIGINT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	kind TEXT NOT NULL,
	grains TEXT NOT NULL,
	level TEXT NOT NULL,
	scale BIGINT NOT NULL,
	unit TEXT NOT NULL,
	unit_en TEXT NOT NULL,
	scheme TEXT NOT NULL,
	persons BIGINT NOT NULL CHECK (persons IN (0, 1)),
	force TEXT NOT NULL,
	source TEXT NOT NULL,
	note TEXT NOT NULL,
	account TEXT NOT NULL,
	by_name TEXT NOT NULL,
	post TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (id, version)
);
CREATE TABLE facts_series (
	id BIGINT PRIMARY KEY,
	element BIGINT NOT NULL,
	category TEXT NOT NULL,
	UNIQUE (element, category)
);
CREATE TABLE facts_col (
	series BIGINT NOT NULL,
	year BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	batch BIGINT NOT NULL,
	cells {{bytes}} NOT NULL,
	PRIMARY KEY (series, year, unit)
) {{without_rowid}};
CREATE TABLE facts_batch (
	id BIGINT PRIMARY KEY,
	no BIGINT NOT NULL,
	source_kind TEXT NOT NULL,
	source_id TEXT NOT NULL,
	source_name TEXT NOT NULL,
	reason TEXT NOT NULL,
	restate BIGINT NOT NULL CHECK (restate IN (0, 1)),
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	account TEXT NOT NULL,
	by_name TEXT NOT NULL,
	post TEXT NOT NULL,
	at TEXT NOT NULL
);
CREATE INDEX facts_batch_no ON facts_batch (no);
CREATE TABLE facts_change (
	batch BIGINT NOT NULL,
	series BIGINT NOT NULL,
	year BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	prev BIGINT NOT NULL,
	slots BIGINT NOT NULL,
	old_cells {{bytes}} NOT NULL,
	new_cells {{bytes}} NOT NULL,
	refs TEXT NOT NULL,
	PRIMARY KEY (batch, series, year, unit)
) {{without_rowid}};
CREATE TABLE facts_closing (
	no BIGINT PRIMARY KEY,
	first_day TEXT NOT NULL,
	last_day TEXT NOT NULL,
	reason TEXT NOT NULL,
	account TEXT NOT NULL,
	by_name TEXT NOT NULL,
	post TEXT NOT NULL,
	at TEXT NOT NULL
);

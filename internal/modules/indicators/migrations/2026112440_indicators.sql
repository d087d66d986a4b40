CREATE TABLE indicators_indicator (
	code TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	force TEXT NOT NULL,
	ord BIGINT NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE indicators_definition (
	indicator TEXT NOT NULL,
	version BIGINT NOT NULL,
	from_day TEXT NOT NULL,
	formula TEXT NOT NULL,
	format TEXT NOT NULL,
	digits BIGINT NOT NULL,
	direction TEXT NOT NULL,
	rollup TEXT NOT NULL,
	unit TEXT NOT NULL,
	unit_en TEXT NOT NULL,
	min_coverage BIGINT NOT NULL,
	source TEXT NOT NULL,
	note TEXT NOT NULL,
	why TEXT NOT NULL,
	at TEXT NOT NULL,
	by_name TEXT NOT NULL,
	PRIMARY KEY (indicator, version)
);
CREATE TABLE indicators_target (
	id BIGINT PRIMARY KEY,
	indicator TEXT NOT NULL,
	unit BIGINT NOT NULL,
	period TEXT NOT NULL,
	comparator TEXT NOT NULL,
	value TEXT NOT NULL,
	upper_value TEXT NOT NULL,
	base TEXT NOT NULL,
	margin TEXT NOT NULL,
	source TEXT NOT NULL,
	why TEXT NOT NULL,
	at TEXT NOT NULL,
	by_name TEXT NOT NULL,
	ended TEXT NOT NULL
);
CREATE INDEX indicators_target_indicator ON indicators_target (indicator, id);
CREATE TABLE indicators_bundle (
	code TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	ord BIGINT NOT NULL,
	note TEXT NOT NULL,
	source TEXT NOT NULL,
	on_front BIGINT NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE indicators_member (
	bundle TEXT NOT NULL,
	ord BIGINT NOT NULL,
	claim TEXT NOT NULL,
	indicator TEXT NOT NULL,
	body TEXT NOT NULL,
	body_en TEXT NOT NULL,
	PRIMARY KEY (bundle, ord)
);
CREATE TABLE indicators_closed (
	closing BIGINT NOT NULL,
	code TEXT NOT NULL,
	unit BIGINT NOT NULL,
	period TEXT NOT NULL,
	definition BIGINT NOT NULL,
	value TEXT NOT NULL,
	numerator TEXT NOT NULL,
	denominator TEXT NOT NULL,
	reason TEXT NOT NULL,
	reported BIGINT NOT NULL,
	expected BIGINT NOT NULL,
	PRIMARY KEY (closing, code, unit, period)
);
CREATE TABLE indicators_closing (
	no BIGINT PRIMARY KEY,
	period TEXT NOT NULL,
	change_no BIGINT NOT NULL,
	figures BIGINT NOT NULL,
	checksum TEXT NOT NULL,
	at TEXT NOT NULL,
	by_name TEXT NOT NULL
);

CREATE TABLE indicators_start (
	id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	day TEXT NOT NULL,
	source TEXT NOT NULL,
	why TEXT NOT NULL,
	ended BIGINT NOT NULL,
	at TEXT NOT NULL,
	by_name TEXT NOT NULL,
	PRIMARY KEY (id, version)
);

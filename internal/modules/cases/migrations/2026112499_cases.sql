CREATE TABLE cases_seizure (
	id BIGINT PRIMARY KEY,
	day TEXT NOT NULL,
	drug TEXT NOT NULL,
	name TEXT NOT NULL,
	milligrams BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	document TEXT NOT NULL,
	gone BIGINT NOT NULL CHECK (gone IN (0, 1)),
	reason TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX cases_seizure_day ON cases_seizure (day);
CREATE TABLE cases_mapping (
	id BIGINT PRIMARY KEY,
	content TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL
);
CREATE TABLE cases_table (
	id BIGINT PRIMARY KEY,
	content TEXT NOT NULL,
	gone BIGINT NOT NULL CHECK (gone IN (0, 1)),
	reason TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL
);

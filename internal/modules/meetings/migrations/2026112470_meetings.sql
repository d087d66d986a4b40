CREATE TABLE meetings_series (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	rhythm TEXT NOT NULL,
	day BIGINT NOT NULL,
	shift TEXT NOT NULL,
	at_time TEXT NOT NULL,
	place TEXT NOT NULL,
	host BIGINT NOT NULL,
	chair TEXT NOT NULL,
	posts TEXT NOT NULL,
	from_day TEXT NOT NULL,
	ended BIGINT NOT NULL CHECK (ended IN (0, 1)),
	version BIGINT NOT NULL
);
CREATE TABLE meetings_meeting (
	id BIGINT PRIMARY KEY,
	series BIGINT NOT NULL REFERENCES meetings_series (id),
	no BIGINT NOT NULL,
	title TEXT NOT NULL,
	period TEXT NOT NULL,
	day TEXT NOT NULL,
	at_time TEXT NOT NULL,
	place TEXT NOT NULL,
	chair TEXT NOT NULL,
	host BIGINT NOT NULL,
	state TEXT NOT NULL,
	shifted TEXT NOT NULL,
	current_topic BIGINT NOT NULL,
	summary TEXT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (series, no)
);
CREATE INDEX meetings_meeting_day ON meetings_meeting (day);
CREATE TABLE meetings_topic (
	id BIGINT PRIMARY KEY,
	meeting BIGINT NOT NULL REFERENCES meetings_meeting (id),
	place BIGINT NOT NULL,
	kind TEXT NOT NULL,
	title TEXT NOT NULL,
	reason TEXT NOT NULL,
	path TEXT NOT NULL,
	subject TEXT NOT NULL,
	unit BIGINT NOT NULL,
	force BIGINT NOT NULL,
	code TEXT NOT NULL,
	carried BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	note TEXT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (meeting, subject)
);
CREATE TABLE meetings_seat (
	meeting BIGINT NOT NULL REFERENCES meetings_meeting (id),
	post BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	role TEXT NOT NULL,
	title TEXT NOT NULL,
	answer TEXT NOT NULL,
	note TEXT NOT NULL,
	name TEXT NOT NULL,
	present BIGINT NOT NULL CHECK (present IN (0, 1)),
	version BIGINT NOT NULL,
	PRIMARY KEY (meeting, post)
);
CREATE TABLE meetings_handout (
	id BIGINT PRIMARY KEY,
	meeting BIGINT NOT NULL REFERENCES meetings_meeting (id),
	force BIGINT NOT NULL,
	title TEXT NOT NULL,
	hash TEXT NOT NULL,
	file TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL
);
CREATE TABLE meetings_decision (
	id BIGINT PRIMARY KEY,
	meeting BIGINT NOT NULL REFERENCES meetings_meeting (id),
	topic BIGINT NOT NULL,
	no BIGINT NOT NULL,
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	lead BIGINT NOT NULL,
	assist TEXT NOT NULL,
	deadline TEXT NOT NULL,
	standard TEXT NOT NULL,
	item BIGINT NOT NULL,
	gone BIGINT NOT NULL CHECK (gone IN (0, 1)),
	version BIGINT NOT NULL,
	UNIQUE (meeting, no)
);
CREATE TABLE meetings_pack (
	meeting BIGINT NOT NULL REFERENCES meetings_meeting (id),
	version BIGINT NOT NULL,
	cutoff TEXT NOT NULL,
	change_no BIGINT NOT NULL,
	sum TEXT NOT NULL,
	content TEXT NOT NULL,
	docx TEXT NOT NULL,
	pdf TEXT NOT NULL,
	xlsx TEXT NOT NULL,
	fonts TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (meeting, version)
);

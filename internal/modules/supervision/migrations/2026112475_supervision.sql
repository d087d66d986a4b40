CREATE TABLE supervision_list (
	id BIGINT NOT NULL,
	edition BIGINT NOT NULL,
	name TEXT NOT NULL,
	blocks TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (id, edition)
);
CREATE TABLE supervision_plan (
	id BIGINT PRIMARY KEY,
	no TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	kind TEXT NOT NULL,
	from_day TEXT NOT NULL,
	to_day TEXT NOT NULL,
	theme TEXT NOT NULL,
	basis TEXT NOT NULL,
	list BIGINT NOT NULL,
	edition BIGINT NOT NULL,
	team TEXT NOT NULL,
	repeat_days BIGINT NOT NULL,
	pool TEXT NOT NULL,
	pool_at TEXT NOT NULL,
	draw BIGINT NOT NULL,
	published BIGINT NOT NULL CHECK (published IN (0, 1)),
	state TEXT NOT NULL,
	issued TEXT NOT NULL,
	reason TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE supervision_draw (
	plan BIGINT NOT NULL REFERENCES supervision_plan (id),
	no BIGINT NOT NULL,
	record TEXT NOT NULL,
	PRIMARY KEY (plan, no)
);
CREATE TABLE supervision_visit (
	id BIGINT PRIMARY KEY,
	plan BIGINT NOT NULL REFERENCES supervision_plan (id),
	draw BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	again_of BIGINT NOT NULL,
	day TEXT NOT NULL,
	visitors TEXT NOT NULL,
	answers TEXT NOT NULL,
	summary TEXT NOT NULL,
	state TEXT NOT NULL,
	feedback TEXT NOT NULL,
	met TEXT NOT NULL,
	told_on TEXT NOT NULL,
	note TEXT NOT NULL,
	confirmed_by TEXT NOT NULL,
	confirmed_on TEXT NOT NULL,
	authors TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX supervision_visit_plan ON supervision_visit (plan);
CREATE TABLE supervision_finding (
	id BIGINT PRIMARY KEY,
	visit BIGINT NOT NULL REFERENCES supervision_visit (id),
	no BIGINT NOT NULL,
	line TEXT NOT NULL,
	block TEXT NOT NULL,
	text TEXT NOT NULL,
	place TEXT NOT NULL,
	severity TEXT NOT NULL,
	demand TEXT NOT NULL,
	days BIGINT NOT NULL,
	item BIGINT NOT NULL,
	gone BIGINT NOT NULL CHECK (gone IN (0, 1)),
	version BIGINT NOT NULL,
	UNIQUE (visit, no)
);
CREATE TABLE supervision_photo (
	id BIGINT PRIMARY KEY,
	finding BIGINT NOT NULL REFERENCES supervision_finding (id),
	hash TEXT NOT NULL,
	name TEXT NOT NULL,
	media TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL
);
CREATE INDEX supervision_photo_finding ON supervision_photo (finding);
CREATE TABLE supervision_objection (
	id BIGINT PRIMARY KEY,
	visit BIGINT NOT NULL REFERENCES supervision_visit (id),
	finding BIGINT NOT NULL,
	text TEXT NOT NULL,
	by_name TEXT NOT NULL,
	on_day TEXT NOT NULL,
	due TEXT NOT NULL,
	ruling TEXT NOT NULL,
	answer TEXT NOT NULL,
	judge TEXT NOT NULL,
	judged TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX supervision_objection_visit ON supervision_objection (visit);

-- Action items. An item has a number once the office has approved it; it keeps it for ever.
CREATE TABLE actions_item (
	id BIGINT PRIMARY KEY,
	number TEXT UNIQUE,
	title TEXT NOT NULL,
	content TEXT NOT NULL,
	standard TEXT NOT NULL,
	lead BIGINT NOT NULL,
	force BIGINT NOT NULL,
	state TEXT NOT NULL,
	opened TEXT NOT NULL,
	assigned TEXT NOT NULL,
	asked TEXT NOT NULL,
	deadline TEXT NOT NULL,
	first TEXT NOT NULL,
	answered TEXT NOT NULL,
	ended TEXT NOT NULL,
	returned BIGINT NOT NULL,
	sent_back BIGINT NOT NULL CHECK (sent_back IN (0, 1)),
	round BIGINT NOT NULL,
	urgent BIGINT NOT NULL CHECK (urgent IN (0, 1)),
	source_kind TEXT NOT NULL,
	source_ref TEXT NOT NULL,
	source_text TEXT NOT NULL,
	source_path TEXT NOT NULL,
	code TEXT NOT NULL,
	code_unit BIGINT NOT NULL,
	code_period TEXT NOT NULL,
	proposer TEXT NOT NULL,
	answer TEXT NOT NULL,
	ending TEXT NOT NULL,
	extending BIGINT NOT NULL CHECK (extending IN (0, 1)),
	light TEXT NOT NULL,
	light_reason TEXT NOT NULL,
	light_by TEXT NOT NULL,
	light_name TEXT NOT NULL,
	light_ok TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE INDEX actions_item_source ON actions_item (source_kind, source_ref);

-- The units of an item: one lead, any number of assisting ones.
CREATE TABLE actions_party (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	unit BIGINT NOT NULL,
	lead BIGINT NOT NULL CHECK (lead IN (0, 1)),
	place BIGINT NOT NULL,
	done BIGINT NOT NULL CHECK (done IN (0, 1)),
	waived TEXT NOT NULL,
	PRIMARY KEY (item, unit)
);

-- Feedback of the units, append-only.
CREATE TABLE actions_feedback (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	no BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	round BIGINT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	post TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (item, no)
);

-- Files of a log line: evidence of a feedback, the document of an ending.
CREATE TABLE actions_file (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	line BIGINT NOT NULL,
	no BIGINT NOT NULL,
	hash TEXT NOT NULL,
	name TEXT NOT NULL,
	media TEXT NOT NULL,
	size BIGINT NOT NULL,
	PRIMARY KEY (item, line, no)
);

-- Files that were sent with a form that was refused; the person who sent them need not do so again.
CREATE TABLE actions_held (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	account TEXT NOT NULL,
	hash TEXT NOT NULL,
	name TEXT NOT NULL,
	media TEXT NOT NULL,
	size BIGINT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (item, account, hash)
);

-- What was done to an item, append-only.
CREATE TABLE actions_log (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	no BIGINT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	post TEXT NOT NULL,
	deed TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	unit BIGINT NOT NULL,
	reason TEXT NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (item, no)
);

-- Extensions asked for; granted is -1 while undecided.
CREATE TABLE actions_extension (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	no BIGINT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	old_day TEXT NOT NULL,
	new_day TEXT NOT NULL,
	reason TEXT NOT NULL,
	granted BIGINT NOT NULL CHECK (granted IN (-1, 0, 1)),
	decided_at TEXT NOT NULL,
	decider TEXT NOT NULL,
	decider_name TEXT NOT NULL,
	remark TEXT NOT NULL,
	PRIMARY KEY (item, no)
);

-- Steps of escalation, each once for a deadline.
CREATE TABLE actions_step (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	round BIGINT NOT NULL,
	deadline TEXT NOT NULL,
	step BIGINT NOT NULL,
	at TEXT NOT NULL,
	on_day TEXT NOT NULL,
	PRIMARY KEY (item, round, deadline, step)
);

-- Slips that were issued, each level once in a round; the body is JSON of what stood in it.
CREATE TABLE actions_slip (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	round BIGINT NOT NULL,
	level TEXT NOT NULL,
	year BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	number TEXT NOT NULL,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (item, round, level),
	UNIQUE (year, seq)
);

-- Settings of the module, one row of JSON.
CREATE TABLE actions_setting (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	version BIGINT NOT NULL,
	body TEXT NOT NULL
);

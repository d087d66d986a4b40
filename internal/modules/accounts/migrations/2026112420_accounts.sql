CREATE TABLE accounts_account (
	id BIGINT PRIMARY KEY,
	login TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	active BIGINT NOT NULL CHECK (active IN (0, 1)),
	until TEXT NOT NULL,
	must_change BIGINT NOT NULL CHECK (must_change IN (0, 1)),
	secret TEXT NOT NULL,
	secret_at TEXT NOT NULL,
	one_time TEXT NOT NULL,
	created TEXT NOT NULL,
	created_by TEXT NOT NULL,
	last_login TEXT NOT NULL,
	version BIGINT NOT NULL
);

-- Earlier passwords, so that they do not come again.
CREATE TABLE accounts_history (
	account BIGINT NOT NULL REFERENCES accounts_account (id),
	no BIGINT NOT NULL,
	secret TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (account, no)
);

CREATE TABLE accounts_post (
	id BIGINT PRIMARY KEY,
	role TEXT NOT NULL,
	unit BIGINT NOT NULL,
	title TEXT NOT NULL,
	ended TEXT NOT NULL,
	version BIGINT NOT NULL,
	UNIQUE (role, unit, title)
);

CREATE TABLE accounts_holding (
	id BIGINT PRIMARY KEY,
	account BIGINT NOT NULL REFERENCES accounts_account (id),
	post BIGINT NOT NULL REFERENCES accounts_post (id),
	from_day TEXT NOT NULL,
	to_day TEXT NOT NULL,
	stand_in BIGINT NOT NULL CHECK (stand_in IN (0, 1)),
	version BIGINT NOT NULL
);
CREATE INDEX accounts_holding_account ON accounts_holding (account);
CREATE INDEX accounts_holding_post ON accounts_holding (post);

CREATE TABLE accounts_session (
	id BIGINT PRIMARY KEY,
	token TEXT NOT NULL UNIQUE,
	account BIGINT NOT NULL REFERENCES accounts_account (id),
	began TEXT NOT NULL,
	seen TEXT NOT NULL,
	address TEXT NOT NULL,
	agent TEXT NOT NULL,
	ended TEXT NOT NULL,
	why TEXT NOT NULL
);
CREATE INDEX accounts_session_account ON accounts_session (account, id);
CREATE INDEX accounts_session_open ON accounts_session (ended, account);

-- Failed log-ins, by hashed log-in name and by address.
CREATE TABLE accounts_attempt (
	key TEXT PRIMARY KEY,
	failures BIGINT NOT NULL,
	last TEXT NOT NULL
);

CREATE TABLE accounts_screen (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	pages TEXT NOT NULL,
	until TEXT NOT NULL,
	created TEXT NOT NULL,
	created_by TEXT NOT NULL,
	link TEXT NOT NULL,
	token TEXT NOT NULL,
	entered TEXT NOT NULL,
	revoked BIGINT NOT NULL CHECK (revoked IN (0, 1)),
	version BIGINT NOT NULL
);

CREATE TABLE accounts_policy (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	body TEXT NOT NULL,
	version BIGINT NOT NULL
);

-- The audit is searched on the pages of this module.
CREATE INDEX sys_audit_at ON sys_audit (at, no);
CREATE INDEX sys_audit_deed ON sys_audit (deed, no);

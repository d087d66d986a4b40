-- What people are to learn: each event once. args are those of the sentence; roles and units are
-- whom it was told to, as lists with commas. Moments are seconds since 1970, 0 for none.
CREATE TABLE notices_notice (
	id BIGINT PRIMARY KEY,
	key TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	args TEXT NOT NULL,
	path TEXT NOT NULL,
	due TEXT NOT NULL,
	urgent BIGINT NOT NULL CHECK (urgent IN (0, 1)),
	roles TEXT NOT NULL,
	units TEXT NOT NULL,
	day TEXT NOT NULL,
	created BIGINT NOT NULL
);
CREATE INDEX notices_notice_created ON notices_notice (created);
CREATE INDEX notices_notice_path ON notices_notice (path);

CREATE TABLE notices_recipient (
	account BIGINT NOT NULL,
	notice BIGINT NOT NULL REFERENCES notices_notice (id),
	read_at BIGINT NOT NULL,
	PRIMARY KEY (account, notice)
) {{without_rowid}};
CREATE INDEX notices_recipient_unread ON notices_recipient (account, read_at);

-- One digest a person and a day; notices are those it names, with commas.
CREATE TABLE notices_digest (
	account BIGINT NOT NULL,
	day TEXT NOT NULL,
	notices TEXT NOT NULL,
	created BIGINT NOT NULL,
	PRIMARY KEY (account, day)
) {{without_rowid}};

-- The newest day whose digests were made, so that of several servers one makes them.
CREATE TABLE notices_round (
	id BIGINT PRIMARY KEY,
	day TEXT NOT NULL,
	upto BIGINT NOT NULL
);

-- What a person wants outside the system; the address is sealed.
CREATE TABLE notices_preference (
	account BIGINT PRIMARY KEY,
	mail TEXT NOT NULL,
	digest BIGINT NOT NULL CHECK (digest IN (0, 1)),
	urgent BIGINT NOT NULL CHECK (urgent IN (0, 1)),
	kinds TEXT NOT NULL,
	lang TEXT NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE notices_setting (
	id BIGINT PRIMARY KEY,
	body TEXT NOT NULL,
	version BIGINT NOT NULL
);

-- Group robots; key and sign are sealed. unit 0 is the office.
CREATE TABLE notices_robot (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	channel TEXT NOT NULL,
	unit BIGINT NOT NULL,
	base TEXT NOT NULL,
	sealed_key TEXT NOT NULL,
	sealed_sign TEXT NOT NULL,
	active BIGINT NOT NULL CHECK (active IN (0, 1)),
	version BIGINT NOT NULL
);

-- The address of a person's calendar, kept as its SHA-256 only.
CREATE TABLE notices_calendar (
	account BIGINT PRIMARY KEY,
	token TEXT NOT NULL UNIQUE,
	made BIGINT NOT NULL
);

CREATE TABLE files_file (
	owner TEXT NOT NULL,
	hash TEXT NOT NULL,
	name TEXT NOT NULL,
	media TEXT NOT NULL,
	size BIGINT NOT NULL,
	packing TEXT NOT NULL,
	content {{bytes}} NOT NULL,
	at TEXT NOT NULL,
	by_account TEXT NOT NULL,
	PRIMARY KEY (owner, hash)
);
CREATE INDEX files_file_hash ON files_file (hash);

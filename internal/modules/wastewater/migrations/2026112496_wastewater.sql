CREATE TABLE wastewater_plant (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	area TEXT NOT NULL,
	people BIGINT NOT NULL,
	source TEXT NOT NULL,
	unit TEXT NOT NULL,
	closed BIGINT NOT NULL CHECK (closed IN (0, 1)),
	version BIGINT NOT NULL
);
CREATE TABLE wastewater_assumptions (
	id BIGINT PRIMARY KEY,
	content TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at TEXT NOT NULL
);
CREATE TABLE wastewater_campaign (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL,
	first_day TEXT NOT NULL,
	laboratory TEXT NOT NULL,
	report TEXT NOT NULL,
	sampling TEXT NOT NULL,
	sites TEXT NOT NULL,
	residues TEXT NOT NULL,
	edition BIGINT NOT NULL,
	note TEXT NOT NULL,
	state TEXT NOT NULL,
	final_by TEXT NOT NULL,
	final_on TEXT NOT NULL,
	version BIGINT NOT NULL
);
CREATE TABLE wastewater_flow (
	campaign BIGINT NOT NULL REFERENCES wastewater_campaign (id),
	plant BIGINT NOT NULL,
	day TEXT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (campaign, plant, day)
);
CREATE TABLE wastewater_sample (
	campaign BIGINT NOT NULL REFERENCES wastewater_campaign (id),
	plant BIGINT NOT NULL,
	day TEXT NOT NULL,
	residue TEXT NOT NULL,
	value BIGINT NOT NULL,
	below BIGINT NOT NULL CHECK (below IN (0, 1)),
	quantified BIGINT NOT NULL,
	PRIMARY KEY (campaign, plant, day, residue)
);

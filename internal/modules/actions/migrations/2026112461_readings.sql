-- The linked figure of an item as anybody could read it when the item was opened and when it was closed.
CREATE TABLE actions_reading (
	item BIGINT NOT NULL REFERENCES actions_item (id),
	closing BIGINT NOT NULL CHECK (closing IN (0, 1)),
	code TEXT NOT NULL,
	unit BIGINT NOT NULL,
	period TEXT NOT NULL,
	text TEXT NOT NULL,
	light TEXT NOT NULL,
	PRIMARY KEY (item, closing)
);

-- What is to leave the machine. key is one event on one channel to one target, so that nothing
-- goes twice; target names an account or a robot, never an address or a secret. Moments are
-- seconds since 1970, 0 for none. A message whose sender vanished stays in state 'sending' until
-- its lease ends.
CREATE TABLE notify_message (
	id BIGINT PRIMARY KEY,
	key TEXT NOT NULL UNIQUE,
	channel TEXT NOT NULL,
	target TEXT NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	body TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')),
	tries BIGINT NOT NULL,
	created BIGINT NOT NULL,
	next_at BIGINT NOT NULL,
	lease BIGINT NOT NULL,
	tried BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	fault TEXT NOT NULL,
	fault_args TEXT NOT NULL
);
CREATE INDEX notify_message_next ON notify_message (state, next_at);
CREATE INDEX notify_message_target ON notify_message (target, tried);

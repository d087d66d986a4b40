ALTER TABLE indicators_definition ADD COLUMN effort TEXT NOT NULL DEFAULT '';

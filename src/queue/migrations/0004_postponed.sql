-- A run that waits for something that is away is queued again, for later.
--
-- Not begun before that moment, milliseconds since 1970; it means something while the
-- run is queued. Its lane waits with it: runs of one lane go in order.
ALTER TABLE runs ADD COLUMN not_before INTEGER;
-- How often it was put off since it was accepted, and when first.
ALTER TABLE runs ADD COLUMN postponed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN postponed_since INTEGER;

-- Those that wait for their time, few at any one.
CREATE INDEX runs_put_off ON runs (not_before) WHERE state = 'queued' AND not_before IS NOT NULL;

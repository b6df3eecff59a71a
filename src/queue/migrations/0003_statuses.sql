-- What forges are to be told of commits: the outbox of commit statuses. A row is written
-- in the transaction that makes it true, and sent afterwards, for as long as that takes.
CREATE TABLE statuses (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    run         TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    forge       TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    commit_id   TEXT    NOT NULL,
    context     TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'success', 'failure', 'error', 'skipped')),
    description TEXT    NOT NULL,
    -- Not sent before then: somebody is sending it, or the forge asked for patience.
    due_at      INTEGER NOT NULL DEFAULT 0,
    tries       INTEGER NOT NULL DEFAULT 0,
    -- When it was sent, or refused for good.
    ended_at    INTEGER,
    refusal     TEXT
) STRICT;

CREATE INDEX statuses_of_run ON statuses (run, context, seq);
-- The oldest of each repository, with one look for each.
CREATE INDEX statuses_waiting ON statuses (forge, repository, seq) WHERE ended_at IS NULL;

-- A run comes to its end in several ways: by its worker, cancelled, superseded or given
-- up. Whoever ends it, its commit is told in the same transaction; and no task's status
-- stays at `pending`.
CREATE TRIGGER run_ended AFTER UPDATE OF state ON runs
WHEN old.state IN ('queued', 'running') AND new.state NOT IN ('queued', 'running')
BEGIN
    INSERT INTO statuses (run, forge, repository, commit_id, context, state, description)
    SELECT new.id, new.forge, new.repository, new.commit_id, open.context,
           CASE new.state WHEN 'success' THEN 'success' WHEN 'failure' THEN 'failure' ELSE 'error' END,
           'the run ended: ' || coalesce(new.reason, new.state)
    FROM statuses AS open
    WHERE open.run = new.id AND open.context <> 'pelato' AND open.state = 'pending'
      AND NOT EXISTS (
        SELECT 1 FROM statuses AS later
        WHERE later.run = open.run AND later.context = open.context AND later.seq > open.seq);
    INSERT INTO statuses (run, forge, repository, commit_id, context, state, description)
    VALUES (new.id, new.forge, new.repository, new.commit_id, 'pelato',
            CASE new.state WHEN 'success' THEN 'success' WHEN 'failure' THEN 'failure' ELSE 'error' END,
            CASE WHEN new.state = 'superseded' AND new.reason NOT LIKE 'superseded%' THEN 'superseded: ' ELSE '' END
              || coalesce(new.reason, new.state));
END;

-- Repositories that nobody can be told about, since the runner has no token for them:
-- nothing is kept in the outbox for them. Written when a runner starts.
CREATE TABLE mute (
    forge      TEXT NOT NULL,
    repository TEXT NOT NULL,
    PRIMARY KEY (forge, repository)
) STRICT, WITHOUT ROWID;

DROP TRIGGER run_ended;
CREATE TRIGGER run_ended AFTER UPDATE OF state ON runs
WHEN old.state IN ('queued', 'running') AND new.state NOT IN ('queued', 'running')
    AND NOT EXISTS (SELECT 1 FROM mute WHERE forge = new.forge AND repository = new.repository)
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

-- A lane: one repository and environment, whose runs go one after the other. Looking
-- for the next run goes over lanes and not over runs, so that it costs the same
-- whether ten or ten thousand wait.
CREATE TABLE lanes (
    forge       TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    -- When the repository had its last turn: counted up with every lease, the same in
    -- all lanes of a repository, 0 before the first.
    turn        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (forge, repository, environment)
) STRICT, WITHOUT ROWID;

CREATE INDEX lanes_by_turn ON lanes (turn);

INSERT INTO lanes (forge, repository, environment)
SELECT DISTINCT forge, repository, environment FROM runs;

-- The head of each lane, and how many wait.
DROP INDEX runs_queued;
CREATE INDEX runs_queued_of_lane ON runs (forge, repository, environment, seq) WHERE state = 'queued';

-- A list of one state, of everything or of one repository.
CREATE INDEX runs_of_state ON runs (state, seq);
CREATE INDEX runs_of_repository_and_state ON runs (repository, state, seq);

-- What retention looks for: the oldest that ended, and the oldest that still has a log.
CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_with_log ON runs (finished_at) WHERE finished_at IS NOT NULL AND log_size > 0;

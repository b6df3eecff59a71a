-- A run: one commit for one environment. `seq` is the order in which heads were
-- accepted; nothing else orders runs. Times are milliseconds since 1970, UTC.
CREATE TABLE runs (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT    NOT NULL UNIQUE,
    forge            TEXT    NOT NULL,
    repository       TEXT    NOT NULL,
    branch           TEXT    NOT NULL,
    commit_id        TEXT    NOT NULL,
    title            TEXT,
    environment      TEXT    NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN
        ('queued', 'running', 'success', 'failure', 'error', 'superseded', 'cancelled')),
    reason           TEXT,
    tasks            TEXT    NOT NULL DEFAULT '[]',
    superseded_by    TEXT    REFERENCES runs (id) ON DELETE SET NULL,
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER,
    attempts         INTEGER NOT NULL DEFAULT 0,
    lease_owner      TEXT,
    lease_until      INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    log_size         INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Partial ones, since almost every run is over: their size is that of the queue,
-- not of the history.
CREATE INDEX runs_queued ON runs (seq) WHERE state = 'queued';
CREATE INDEX runs_queued_of_branch ON runs (forge, repository, branch) WHERE state = 'queued';
CREATE INDEX runs_running ON runs (forge, repository, environment) WHERE state = 'running';
CREATE INDEX runs_of_branch ON runs (forge, repository, branch, seq);
CREATE INDEX runs_of_repository ON runs (repository, seq);
CREATE INDEX runs_superseded ON runs (superseded_by) WHERE superseded_by IS NOT NULL;

-- Which run a delivery led to. A forge sends one up to three times.
CREATE TABLE deliveries (
    forge       TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    delivery    TEXT    NOT NULL,
    run         TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (forge, repository, delivery)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_of_run ON deliveries (run);

-- A run's log, in the pieces in which it came.
CREATE TABLE logs (
    run  TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    text TEXT    NOT NULL,
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;

-- One row that is written to see whether anything can be.
CREATE TABLE health (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL
) STRICT;

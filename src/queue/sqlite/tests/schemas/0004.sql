PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
INSERT INTO _sqlx_migrations VALUES(1,'runs','2026-11-01 00:00:00',1,X'772b0a9b1d07aacbd0bd0106a2d970214647ffc0c32271722cebef1b4715ad55d59b92bae58dcaa6df90af7479398077',1000);
INSERT INTO _sqlx_migrations VALUES(2,'lanes','2026-11-20 00:00:00',1,X'186fac345998fae58e2444fef13d01ea38c6ed70da4628c080633ef0c2dfe3ea6286606eb7242f88ec882f1becf98705',1000);
INSERT INTO _sqlx_migrations VALUES(3,'statuses','2026-11-23 00:00:00',1,X'4809d9bed80a6cb1d846b96ac284fd138c42ab8ae7960a454c8d05a609f8d3607eafe5d281b7ba293b561f7ba4bdb969',1000);
INSERT INTO _sqlx_migrations VALUES(4,'postponed','2026-11-23 00:00:00',1,X'115a2c1e7b01a6c0f21cbeb41ddc96846c0187d7f28aaae9748013abeca2feba6f58b9ab7c4f7ab8856e2fafaec24ba8',1000);
CREATE TABLE deliveries (
    forge       TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    delivery    TEXT    NOT NULL,
    run         TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (forge, repository, delivery)
) STRICT, WITHOUT ROWID;
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-1','run-1',1794000000001);
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-2','run-2',1794000000002);
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-3','run-3',1794000000003);
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-4','run-4',1794000000004);
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-5','run-5',1794000000005);
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-6','run-6',1794000000006);
INSERT INTO deliveries VALUES('gitea','acme/thermo','d-7','run-7',1794000000007);
CREATE TABLE health (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL
) STRICT;
INSERT INTO health VALUES(1,1794000000000);
CREATE TABLE logs (
    run  TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    text TEXT    NOT NULL,
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;
INSERT INTO logs VALUES('run-1',1,replace('built\n','\n',char(10)));
INSERT INTO logs VALUES('run-1',2,replace('deployed\n','\n',char(10)));
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
, not_before INTEGER, postponed INTEGER NOT NULL DEFAULT 0, postponed_since INTEGER) STRICT;
INSERT INTO runs VALUES(1,'run-1','gitea','acme/thermo','main','1111111111111111111111111111111111111111','Warm up','production','success','2 tasks','[{"component_name": "convert", "change": "new", "reasons": ["it is new"], "state": "success", "reference": "r.example/convert@sha256:00", "targets": [{"name": "edge", "state": "running", "address": null}]}]',NULL,1794000000001,1794000000010,1794000001000,2,NULL,NULL,0,15,NULL,0,NULL);
INSERT INTO runs VALUES(2,'run-2','gitea','acme/thermo','feat','2222222222222222222222222222222222222222','Warm up','staging','running',NULL,'[]',NULL,1794000000002,1794000000020,NULL,1,'worker-1',1794000030000,0,0,NULL,0,NULL);
INSERT INTO runs VALUES(3,'run-3','gitea','acme/thermo','main','3333333333333333333333333333333333333333','Warm up','production','failure','convert does not compile','[]',NULL,1794000000003,1794000000030,1794000003000,1,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO runs VALUES(4,'run-4','gitea','acme/thermo','main','4444444444444444444444444444444444444444','Warm up','production','error','gave up after 3 attempts','[]',NULL,1794000000004,1794000000040,1794000004000,4,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO runs VALUES(5,'run-5','gitea','acme/thermo','main','5555555555555555555555555555555555555555','Warm up','production','superseded','a newer head of the branch came: 777777777777','[]','run-7',1794000000005,NULL,1794000005000,0,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO runs VALUES(6,'run-6','gitea','acme/thermo','feat','6666666666666666666666666666666666666666','Warm up','staging','cancelled','cancelled before it began','[]',NULL,1794000000006,NULL,1794000006000,0,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO runs VALUES(7,'run-7','gitea','acme/thermo','main','7777777777777777777777777777777777777777','Warm up','production','queued',NULL,'[]',NULL,1794000000007,NULL,NULL,0,NULL,NULL,0,0,NULL,0,NULL);
CREATE TABLE lanes (
    forge       TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    -- When the repository had its last turn: counted up with every lease, the same in
    -- all lanes of a repository, 0 before the first.
    turn        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (forge, repository, environment)
) STRICT, WITHOUT ROWID;
INSERT INTO lanes VALUES('gitea','acme/thermo','production',0);
INSERT INTO lanes VALUES('gitea','acme/thermo','staging',0);
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
INSERT INTO statuses VALUES(1,'run-2','gitea','acme/thermo','2222222222222222222222222222222222222222','pelato','pending','running',0,0,NULL,NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('runs',7);
INSERT INTO sqlite_sequence VALUES('statuses',1);
CREATE INDEX runs_queued_of_branch ON runs (forge, repository, branch) WHERE state = 'queued';
CREATE INDEX runs_running ON runs (forge, repository, environment) WHERE state = 'running';
CREATE INDEX runs_of_branch ON runs (forge, repository, branch, seq);
CREATE INDEX runs_of_repository ON runs (repository, seq);
CREATE INDEX runs_superseded ON runs (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX deliveries_of_run ON deliveries (run);
CREATE INDEX lanes_by_turn ON lanes (turn);
CREATE INDEX runs_queued_of_lane ON runs (forge, repository, environment, seq) WHERE state = 'queued';
CREATE INDEX runs_of_state ON runs (state, seq);
CREATE INDEX runs_of_repository_and_state ON runs (repository, state, seq);
CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_with_log ON runs (finished_at) WHERE finished_at IS NOT NULL AND log_size > 0;
CREATE INDEX statuses_of_run ON statuses (run, context, seq);
CREATE INDEX statuses_waiting ON statuses (forge, repository, seq) WHERE ended_at IS NULL;
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
CREATE INDEX runs_put_off ON runs (not_before) WHERE state = 'queued' AND not_before IS NOT NULL;
COMMIT;

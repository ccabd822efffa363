-- The log, and the tables that are projections of it.

CREATE TABLE log (
    position INTEGER PRIMARY KEY,          -- dense, from 1
    body     TEXT NOT NULL,                -- the event, as its leaf hash covers it
    leaf     BLOB NOT NULL                 -- RFC 6962: SHA-256 of 0x00 and the body
) STRICT;

CREATE TABLE head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL,             -- the last position of the log
    revision INTEGER NOT NULL              -- counts the changes of the workspace
) STRICT;
INSERT INTO head VALUES (1, 0, 0);

-- Who is who and what is allowed: small, read whole at the start.
CREATE TABLE records (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    id           BLOB PRIMARY KEY,
    version      INTEGER NOT NULL,         -- every change moves it; a change names the one it was meant for
    asked        INTEGER NOT NULL,         -- the position in the log of the event that asked it
    state        TEXT NOT NULL,
    status       TEXT NOT NULL,
    digest       TEXT NOT NULL,
    agent        TEXT NOT NULL,
    action       TEXT NOT NULL,
    risk         INTEGER NOT NULL,
    executor     TEXT NOT NULL,
    on_behalf_of TEXT,
    conversation TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    decided_at   INTEGER,                  -- null while it waits
    decided_by   TEXT,
    settlement   TEXT,
    told_at      INTEGER,                  -- when the agent took the outcome
    expires_at   INTEGER,
    due          INTEGER,                  -- when the clock has something to do with it
    urgency      BLOB                      -- its place among what waits; null when it doesn't
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_urgency ON requests (urgency) WHERE urgency IS NOT NULL;
CREATE INDEX requests_decided ON requests (decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX requests_due ON requests (due) WHERE due IS NOT NULL;

-- The bytes as they were sent, beside everything that is read without them.
CREATE TABLE payloads (
    request    BLOB PRIMARY KEY,
    params     TEXT NOT NULL,
    checkpoint TEXT
) STRICT;

-- Who may see a request, and whose turn it is.
CREATE TABLE parties (
    request    BLOB NOT NULL,
    person     TEXT NOT NULL,
    reviews    INTEGER NOT NULL,           -- 1 where it is this person's turn
    urgency    BLOB,                       -- as in requests
    decided_at INTEGER,
    PRIMARY KEY (request, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX parties_urgency ON parties (person, urgency) WHERE urgency IS NOT NULL;
CREATE INDEX parties_decided ON parties (person, decided_at, request) WHERE decided_at IS NOT NULL;

CREATE TABLE plans (
    request  BLOB NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (request, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE votes (
    request BLOB NOT NULL,
    plan    INTEGER NOT NULL,
    step    INTEGER NOT NULL,
    voter   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (request, plan, step, voter)
) STRICT, WITHOUT ROWID;

CREATE TABLE executions (
    request   BLOB PRIMARY KEY,
    state     TEXT NOT NULL,
    executor  TEXT NOT NULL,
    epoch     INTEGER NOT NULL,
    lapses_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    request BLOB NOT NULL,
    epoch   INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (request, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    agent   TEXT NOT NULL,
    request BLOB NOT NULL,
    PRIMARY KEY (agent, request)
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
    holder      TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    target      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (holder, key)
) STRICT, WITHOUT ROWID;

-- Where a request stands is one value, folded from its events; the columns beside it are what lists and
-- the clock look for. Everything here but payloads, checkpoints and claims is built anew from the log.

CREATE TABLE new_payloads (
    request BLOB NOT NULL,
    digest  TEXT NOT NULL,                 -- of the request with these parameters: an edit adds others
    params  TEXT NOT NULL,
    PRIMARY KEY (request, digest)
) STRICT;
INSERT INTO new_payloads SELECT p.request, r.digest, p.params FROM payloads p JOIN requests r ON r.id = p.request;

CREATE TABLE checkpoints (
    request BLOB PRIMARY KEY,
    media   TEXT NOT NULL,
    body    BLOB NOT NULL
) STRICT;
INSERT INTO checkpoints
    SELECT request, 'application/json', CAST(checkpoint AS BLOB) FROM payloads WHERE checkpoint IS NOT NULL;

DROP TABLE payloads;
ALTER TABLE new_payloads RENAME TO payloads;
DROP TABLE requests;
DROP TABLE parties;
DROP TABLE plans;
DROP TABLE votes;
DROP TABLE executions;
DROP TABLE attempts;
DROP TABLE notices;
DELETE FROM records;

CREATE TABLE requests (
    id           BLOB PRIMARY KEY,
    version      INTEGER NOT NULL,         -- every change moves it; a change names the one it was meant for
    asked        INTEGER NOT NULL,         -- the position in the log of the event that asked it
    standing     TEXT NOT NULL,
    status       TEXT NOT NULL,
    agent        TEXT NOT NULL,
    action       TEXT NOT NULL,
    risk         INTEGER NOT NULL,
    trigger      TEXT NOT NULL,
    waiting      INTEGER NOT NULL,
    on_behalf_of TEXT,
    conversation TEXT,
    node         TEXT,
    rule         TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    decided_at   INTEGER,                  -- null while it waits
    decided_by   TEXT,
    told_at      INTEGER,                  -- when the agent took the outcome
    claimed_by   TEXT,                     -- who took it on, and when they were last heard of
    claimed_at   INTEGER,
    due          INTEGER,                  -- when the clock has something to do with it
    leasable_at  INTEGER,                  -- when a worker may take it; null when none may
    urgency      BLOB                      -- its place among what waits; null when it doesn't
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_urgency ON requests (urgency) WHERE urgency IS NOT NULL;
CREATE INDEX requests_decided ON requests (decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX requests_due ON requests (due) WHERE due IS NOT NULL;
CREATE INDEX requests_leasable ON requests (action, leasable_at) WHERE leasable_at IS NOT NULL;
CREATE INDEX requests_open ON requests (id) WHERE status IN ('pending', 'approved') OR leasable_at IS NOT NULL;

-- Who may see a request, and whose turn it is.
CREATE TABLE parties (
    request       BLOB NOT NULL,
    person        TEXT NOT NULL,
    reviews       INTEGER NOT NULL,        -- 1 where this person may decide
    urgency       BLOB,                    -- as in requests
    decided_at    INTEGER,
    snoozed_until INTEGER,
    opened_at     INTEGER,                 -- when they last had it on their screen,
    opened_digest TEXT,                    -- which parameters those were,
    seen          INTEGER,                 -- and how much of them, in thousandths
    PRIMARY KEY (request, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX parties_urgency ON parties (person, urgency) WHERE urgency IS NOT NULL;
CREATE INDEX parties_decided ON parties (person, decided_at, request) WHERE decided_at IS NOT NULL;

-- Whom requests reach, and whether that was ever let through.
CREATE TABLE recipients (
    recipient TEXT NOT NULL,
    request   BLOB NOT NULL,
    granted   INTEGER NOT NULL,
    PRIMARY KEY (recipient, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipients_request ON recipients (request);
CREATE INDEX recipients_granted ON recipients (recipient) WHERE granted = 1;

-- Whom agents named as the owner of a resource, and when last.
CREATE TABLE owners (
    kind  TEXT NOT NULL,
    id    TEXT NOT NULL,
    owner TEXT NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (kind, id, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    agent   TEXT NOT NULL,
    request BLOB NOT NULL,
    PRIMARY KEY (agent, request)
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
    version INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    text    TEXT NOT NULL
) STRICT;

-- How many requests of each agent wait.
CREATE TABLE loads (
    agent   TEXT PRIMARY KEY,
    pending INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

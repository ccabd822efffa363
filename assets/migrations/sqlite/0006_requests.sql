-- Requests in the order of the log. Ordered by their ids, nearly every one of them needed a page of its own
-- besides, since no row fits whole into a tree of keys that is larger than a quarter of a page.

CREATE TABLE new_requests (
    asked        INTEGER PRIMARY KEY,      -- the position in the log of the event that asked it
    id           BLOB NOT NULL UNIQUE,
    version      INTEGER NOT NULL,         -- every change moves it; a change names the one it was meant for
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
) STRICT;
INSERT INTO new_requests
    SELECT asked, id, version, standing, status, agent, action, risk, trigger, waiting, on_behalf_of, conversation,
        node, rule, created_at, updated_at, decided_at, decided_by, told_at, claimed_by, claimed_at, due,
        leasable_at, urgency
    FROM requests ORDER BY asked;
DROP TABLE requests;
ALTER TABLE new_requests RENAME TO requests;
CREATE INDEX requests_urgency ON requests (urgency) WHERE urgency IS NOT NULL;
CREATE INDEX requests_decided ON requests (decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX requests_due ON requests (due) WHERE due IS NOT NULL;
CREATE INDEX requests_leasable ON requests (action, leasable_at) WHERE leasable_at IS NOT NULL;
CREATE INDEX requests_open ON requests (id) WHERE status IN ('pending', 'approved') OR leasable_at IS NOT NULL;

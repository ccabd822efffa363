-- The same tables as in SQLite, with the same columns and the same bytes in them. What text sorts by is
-- its bytes, whatever the database's own collation says.

CREATE TABLE log (
    position BIGINT PRIMARY KEY,            -- dense, from 1
    body     TEXT COLLATE "C" NOT NULL,     -- the event, as its leaf hash covers it
    leaf     BYTEA NOT NULL                 -- RFC 6962: SHA-256 of 0x00 and the body
);

-- Whoever commits holds this row, so that positions are dense however many gates there are.
CREATE TABLE head (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    position BIGINT NOT NULL,               -- the last position of the log
    revision BIGINT NOT NULL                -- counts the changes of the workspace
) WITH (fillfactor = 10);
INSERT INTO head VALUES (1, 0, 0);

-- Who is who and what is allowed: small, read whole at the start.
CREATE TABLE records (
    kind TEXT COLLATE "C" NOT NULL,
    id   TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE payloads (
    request BYTEA NOT NULL,
    digest  TEXT COLLATE "C" NOT NULL,      -- of the request with these parameters: an edit adds others
    params  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (request, digest)
);

CREATE TABLE checkpoints (
    request BYTEA PRIMARY KEY,
    media   TEXT COLLATE "C" NOT NULL,
    body    BYTEA NOT NULL
);

CREATE TABLE claims (
    holder      TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    target      TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (holder, key)
);

CREATE TABLE requests (
    id           BYTEA PRIMARY KEY,
    version      BIGINT NOT NULL,           -- every change moves it; a change names the one it was meant for
    asked        BIGINT NOT NULL,           -- the position in the log of the event that asked it
    standing     TEXT COLLATE "C" NOT NULL,
    status       TEXT COLLATE "C" NOT NULL,
    agent        TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    risk         BIGINT NOT NULL,
    trigger      TEXT COLLATE "C" NOT NULL,
    waiting      BOOLEAN NOT NULL,
    on_behalf_of TEXT COLLATE "C",
    conversation TEXT COLLATE "C",
    node         TEXT COLLATE "C",
    rule         TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    decided_at   BIGINT,                    -- null while it waits
    decided_by   TEXT COLLATE "C",
    told_at      BIGINT,                    -- when the agent took the outcome
    claimed_by   TEXT COLLATE "C",          -- who took it on, and when they were last heard of
    claimed_at   BIGINT,
    due          BIGINT,                    -- when the clock has something to do with it
    leasable_at  BIGINT,                    -- when a worker may take it; null when none may
    urgency      BYTEA                      -- its place among what waits; null when it doesn't
);
CREATE INDEX requests_urgency ON requests (urgency) WHERE urgency IS NOT NULL;
CREATE INDEX requests_decided ON requests (decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX requests_due ON requests (due) WHERE due IS NOT NULL;
CREATE INDEX requests_leasable ON requests (action, leasable_at) WHERE leasable_at IS NOT NULL;
CREATE INDEX requests_open ON requests (id) WHERE status IN ('pending', 'approved') OR leasable_at IS NOT NULL;

-- Who may see a request, and whose turn it is.
CREATE TABLE parties (
    request       BYTEA NOT NULL,
    person        TEXT COLLATE "C" NOT NULL,
    reviews       BOOLEAN NOT NULL,         -- where this person may decide
    urgency       BYTEA,                    -- as in requests
    decided_at    BIGINT,
    snoozed_until BIGINT,
    opened_at     BIGINT,                   -- when they last had it on their screen,
    opened_digest TEXT COLLATE "C",         -- which parameters those were,
    seen          BIGINT,                   -- and how much of them, in thousandths
    PRIMARY KEY (request, person)
);
CREATE INDEX parties_urgency ON parties (person, urgency) WHERE urgency IS NOT NULL;
CREATE INDEX parties_decided ON parties (person, decided_at, request) WHERE decided_at IS NOT NULL;

-- Whom requests reach, and whether that was ever let through.
CREATE TABLE recipients (
    recipient TEXT COLLATE "C" NOT NULL,
    request   BYTEA NOT NULL,
    granted   BOOLEAN NOT NULL,
    PRIMARY KEY (recipient, request)
);
CREATE INDEX recipients_request ON recipients (request);
CREATE INDEX recipients_granted ON recipients (recipient) WHERE granted;

-- Whom agents named as the owner of a resource, and when last.
CREATE TABLE owners (
    kind  TEXT COLLATE "C" NOT NULL,
    id    TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (kind, id, owner)
);

CREATE TABLE notices (
    agent   TEXT COLLATE "C" NOT NULL,
    request BYTEA NOT NULL,
    PRIMARY KEY (agent, request)
);

CREATE TABLE policies (
    version BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    by      TEXT COLLATE "C" NOT NULL,
    text    TEXT COLLATE "C" NOT NULL
);

-- How many requests of each agent wait.
CREATE TABLE loads (
    agent   TEXT COLLATE "C" PRIMARY KEY,
    pending BIGINT NOT NULL
);

-- The tree over the log (RFC 6962), moved on in the commit that adds to the log.
CREATE TABLE tree (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    size     BIGINT NOT NULL,               -- how many entries are in it
    frontier BYTEA NOT NULL                 -- the roots of its perfect subtrees, the largest first
) WITH (fillfactor = 10);
INSERT INTO tree VALUES (1, 0, '');

-- What its root was after each commit, so that what was changed later is found where it stands.
CREATE TABLE tree_heads (
    size BIGINT PRIMARY KEY,
    root BYTEA NOT NULL
);

-- Whose bell rang for which entry of the log.
CREATE TABLE notifications (
    person   TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,               -- of the entry, which says what is told
    request  BYTEA,                         -- what it is about, if it is about one
    PRIMARY KEY (person, position)
);

-- What each person has seen of it, and how many they haven't.
CREATE TABLE bells (
    person TEXT COLLATE "C" PRIMARY KEY,
    seen   BIGINT NOT NULL,                 -- everything up to this position
    unseen BIGINT NOT NULL
);

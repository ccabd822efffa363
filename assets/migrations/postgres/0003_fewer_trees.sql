-- Every table and every index that a change touches costs it work in each commit: what is small, or read
-- together anyway, is kept together.

-- In the order in which gates that are serving take them, so that neither waits for the other: whoever
-- commits holds the head first, and a bell is read together with the log, the log with recipients.
LOCK TABLE head, bells, log, recipients IN ACCESS EXCLUSIVE MODE;

-- What the root of the tree over the log was after the commit that ended with this entry, so that what was
-- changed later is found where it stands.
ALTER TABLE log ADD COLUMN root BYTEA;
UPDATE log SET root = h.root FROM tree_heads h WHERE h.size = log.position;
DROP TABLE tree_heads;

-- The tree itself (RFC 6962), moved on in the commit that adds to the log: how many entries are in it, and the
-- roots of its perfect subtrees, the largest first.
ALTER TABLE head ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN frontier BYTEA NOT NULL DEFAULT '';
UPDATE head SET size = t.size, frontier = t.frontier FROM tree t;
DROP TABLE tree;

-- What is counted for somebody, so that nobody counts it for a page.
CREATE TABLE tallies (
    who     TEXT COLLATE "C" PRIMARY KEY,   -- a person, or an agent as in agent:local
    pending BIGINT NOT NULL,                -- requests of this agent that wait
    parties BIGINT NOT NULL,                -- requests that wait and that they may see,
    reviews BIGINT NOT NULL,                -- and of these, which they may decide
    seen    BIGINT NOT NULL,                -- what they were told up to this position they have seen;
    unseen  BIGINT NOT NULL                 -- and so much they haven't
) WITH (fillfactor = 50);
INSERT INTO tallies
    SELECT who, sum(pending), sum(parties), sum(reviews), sum(seen), sum(unseen) FROM (
        SELECT 'agent:' || agent AS who, pending, 0 AS parties, 0 AS reviews, 0 AS seen, 0 AS unseen FROM loads
        UNION ALL SELECT person, 0, parties, reviews, 0, 0 FROM queues
        UNION ALL SELECT person, 0, 0, 0, seen, unseen FROM bells
    ) AS counted GROUP BY who;
DROP TABLE loads;
DROP TABLE queues;
DROP TABLE bells;

-- Those to whom anything was ever let through.
CREATE TABLE acquaintances (
    recipient TEXT COLLATE "C" PRIMARY KEY
);
INSERT INTO acquaintances SELECT DISTINCT recipient FROM recipients WHERE granted;

-- Whom requests reach.
DROP INDEX recipients_granted;
DROP INDEX recipients_request;
ALTER TABLE recipients DROP COLUMN granted;

-- To compress a row, or to put a part of it elsewhere, costs more than to write it where it is.
ALTER TABLE log SET (toast_tuple_target = 8160);
ALTER TABLE requests SET (toast_tuple_target = 8160);
ALTER TABLE payloads SET (toast_tuple_target = 8160);

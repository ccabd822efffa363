-- Every table and every index that a change touches costs it a page of its own in each commit: what is
-- small, or read together anyway, is kept together.

-- What the root of the tree over the log was after the commit that ended with this entry, so that what was
-- changed later is found where it stands.
ALTER TABLE log ADD COLUMN root BLOB;
UPDATE log SET root = (SELECT h.root FROM tree_heads h WHERE h.size = log.position)
    WHERE position IN (SELECT size FROM tree_heads);
DROP TABLE tree_heads;

-- The tree itself (RFC 6962), moved on in the commit that adds to the log: how many entries are in it, and the
-- roots of its perfect subtrees, the largest first.
ALTER TABLE head ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN frontier BLOB NOT NULL DEFAULT x'';
UPDATE head SET (size, frontier) = (SELECT size, frontier FROM tree);
DROP TABLE tree;

-- What is counted for somebody, so that nobody counts it for a page.
CREATE TABLE tallies (
    who     TEXT PRIMARY KEY,              -- a person, or an agent as in agent:local
    pending INTEGER NOT NULL,              -- requests of this agent that wait
    parties INTEGER NOT NULL,              -- requests that wait and that they may see,
    reviews INTEGER NOT NULL,              -- and of these, which they may decide
    seen    INTEGER NOT NULL,              -- what they were told up to this position they have seen;
    unseen  INTEGER NOT NULL               -- and so much they haven't
) STRICT, WITHOUT ROWID;
INSERT INTO tallies
    SELECT who, sum(pending), sum(parties), sum(reviews), sum(seen), sum(unseen) FROM (
        SELECT 'agent:' || agent AS who, pending, 0 AS parties, 0 AS reviews, 0 AS seen, 0 AS unseen FROM loads
        UNION ALL SELECT person, 0, parties, reviews, 0, 0 FROM queues
        UNION ALL SELECT person, 0, 0, 0, seen, unseen FROM bells
    ) GROUP BY who;
DROP TABLE loads;
DROP TABLE queues;
DROP TABLE bells;

-- Those to whom anything was ever let through.
CREATE TABLE acquaintances (
    recipient TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO acquaintances SELECT DISTINCT recipient FROM recipients WHERE granted = 1;

-- Whom requests reach.
DROP INDEX recipients_granted;
DROP INDEX recipients_request;
ALTER TABLE recipients DROP COLUMN granted;

-- The tree over the log (RFC 6962), moved on in the commit that adds to the log.

CREATE TABLE tree (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    size     INTEGER NOT NULL,             -- how many entries are in it
    frontier BLOB NOT NULL                 -- the roots of its perfect subtrees, the largest first
) STRICT;
INSERT INTO tree VALUES (1, 0, x'');

-- What its root was after each commit, so that what was changed later is found where it stands.
CREATE TABLE tree_heads (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL
) STRICT;

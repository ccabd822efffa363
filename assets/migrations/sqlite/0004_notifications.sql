-- Whose bell rang for which entry of the log.

CREATE TABLE notifications (
    person   TEXT NOT NULL,
    position INTEGER NOT NULL,             -- of the entry, which says what is told
    request  BLOB,                         -- what it is about, if it is about one
    PRIMARY KEY (person, position)
) STRICT, WITHOUT ROWID;

-- What each person has seen of it, and how many they haven't.
CREATE TABLE bells (
    person TEXT PRIMARY KEY,
    seen   INTEGER NOT NULL,               -- everything up to this position
    unseen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

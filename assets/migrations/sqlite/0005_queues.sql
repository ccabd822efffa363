-- How many requests wait that have to do with somebody, so that nobody counts them for a page.

CREATE TABLE queues (
    person  TEXT PRIMARY KEY,
    parties INTEGER NOT NULL,              -- which they may see
    reviews INTEGER NOT NULL               -- and of these, which they may decide
) STRICT, WITHOUT ROWID;
INSERT INTO queues
    SELECT person, sum(urgency IS NOT NULL), sum(urgency IS NOT NULL AND reviews) FROM parties GROUP BY person;

-- What somebody has put off isn't in their queue until then.
CREATE INDEX parties_snoozed ON parties (person, snoozed_until)
    WHERE snoozed_until IS NOT NULL AND urgency IS NOT NULL;

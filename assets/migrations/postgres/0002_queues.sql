-- How many requests wait that have to do with somebody, so that nobody counts them for a page.

-- Gates that are serving go on once this is committed; one that doesn't know the tables as they are then
-- finds so here, in the row that it holds while it commits, and changes nothing.
ALTER TABLE head ADD COLUMN schema BIGINT NOT NULL DEFAULT 2;

CREATE TABLE queues (
    person  TEXT COLLATE "C" PRIMARY KEY,
    parties BIGINT NOT NULL,                -- which they may see
    reviews BIGINT NOT NULL                 -- and of these, which they may decide
);
INSERT INTO queues
    SELECT person, count(urgency), count(urgency) FILTER (WHERE reviews) FROM parties GROUP BY person;

-- What somebody has put off isn't in their queue until then.
CREATE INDEX parties_snoozed ON parties (person, snoozed_until)
    WHERE snoozed_until IS NOT NULL AND urgency IS NOT NULL;

-- Whose App Home is kept up to date: people who opened it, when last, and a mark of what they were shown last.
-- The mark is null where nothing was shown yet, or Slack lost it.
CREATE TABLE home (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    user_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    shown TEXT,
    PRIMARY KEY (installation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX home_opened ON home (installation_id, opened_at);

-- What is live in an area, oldest first.
CREATE INDEX engagement_area ON engagement (installation_id, area, asked_at)
    WHERE area IS NOT NULL AND state IN ('draft', 'open', 'taken');

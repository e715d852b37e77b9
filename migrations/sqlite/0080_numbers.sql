-- Counting (A11), and forgetting people's words.

-- Questions are counted in an index alone, however long the period; the few that are counted apart have one of their own.
CREATE INDEX engagement_asked ON engagement
    (installation_id, asked_at, area, state, taken_at, answered_at, kind, home_channel)
    WHERE kind = 'question' AND home_channel IS NOT NULL;
CREATE INDEX engagement_apart ON engagement (installation_id, asked_at)
    WHERE kind = 'question' AND home_channel IS NOT NULL AND (instr(body, '"redirected":true') OR instr(body, '"no_sme_area":true'));
CREATE INDEX engagement_calls ON engagement (installation_id, asked_at)
    WHERE kind = 'call' AND home_channel IS NOT NULL;
CREATE INDEX engagement_reached ON engagement (installation_id, asked_at, parent)
    WHERE kind IN ('inquiry', 'pm_ask') AND parent IS NOT NULL AND home_channel IS NOT NULL;

-- The rounds of reply clocks: what the engagement's row says of each, to be counted. No words.
CREATE TABLE reply_round (
    installation_id INTEGER NOT NULL,
    engagement_id INTEGER NOT NULL,
    round INTEGER NOT NULL,
    area TEXT,
    started_at INTEGER NOT NULL,
    within_seconds INTEGER NOT NULL,
    mode TEXT NOT NULL,
    missed INTEGER NOT NULL,
    ended TEXT,
    answered_by TEXT,
    elapsed_seconds INTEGER,
    working_seconds INTEGER,
    PRIMARY KEY (installation_id, engagement_id, round),
    FOREIGN KEY (installation_id, engagement_id) REFERENCES engagement (installation_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reply_round_started ON reply_round (installation_id, started_at);

-- When people's words were taken out of a row; a later write may bring new ones, which go in their turn.
ALTER TABLE engagement ADD COLUMN purged_at INTEGER;
CREATE INDEX engagement_unpurged ON engagement (installation_id, asked_at) WHERE purged_at IS NULL;

-- Switching an area on: what was switched in Slack, and who tries the bot out.

-- An area's mode: what the directory said when it was last looked at, and what was switched in Slack since.
CREATE TABLE area_mode (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    area TEXT NOT NULL,
    directory TEXT NOT NULL,
    switched TEXT,
    switched_by TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (installation_id, area)
) STRICT, WITHOUT ROWID;

-- People for whom the bot works where an area is in pilot.
CREATE TABLE pilot (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    user_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (installation_id, user_id)
) STRICT, WITHOUT ROWID;

-- What is counted of an area on a day (UTC), in every mode. No text, no person. The area '' is what belongs to none.
CREATE TABLE baseline_day (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    area TEXT NOT NULL,
    day INTEGER NOT NULL,
    pm_pings INTEGER NOT NULL DEFAULT 0,
    sme_asks INTEGER NOT NULL DEFAULT 0,
    internal_asks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (installation_id, area, day)
) STRICT, WITHOUT ROWID;

-- How long each answer in an internal channel took; the day is the answer's.
CREATE TABLE baseline_reply (
    id INTEGER PRIMARY KEY,
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    area TEXT NOT NULL,
    day INTEGER NOT NULL,
    elapsed_seconds INTEGER NOT NULL,
    working_seconds INTEGER NOT NULL
) STRICT;

CREATE INDEX baseline_reply_day ON baseline_reply (installation_id, area, day);

-- Threads of which something is counted once: a PM asked directly in it, or a PM's answer awaited in it. Forgotten after a
-- while. The person is there for those who were made an offer in it, once each; else ''.
CREATE TABLE counted_thread (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    root TEXT NOT NULL,
    user_id TEXT NOT NULL,
    area TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (installation_id, kind, channel, root, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX counted_thread_at ON counted_thread (installation_id, at);

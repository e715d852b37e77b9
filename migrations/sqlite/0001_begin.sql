-- Everything the bot keeps. Instants are UTC microseconds; what has structure of its own is JSON text.
-- Every table names its installation. Once released, this file is never edited: add the next one.

CREATE TABLE installation (
    id INTEGER PRIMARY KEY,
    team_id TEXT NOT NULL UNIQUE
) STRICT;

-- One tracked ask. The row is the truth; version counts its changes.
CREATE TABLE engagement (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    requester TEXT NOT NULL,
    reason TEXT,
    place TEXT,
    area TEXT,
    text TEXT NOT NULL,
    customer TEXT,
    links TEXT NOT NULL,
    details TEXT NOT NULL,
    origin_channel TEXT NOT NULL,
    origin_message TEXT,
    origin_thread TEXT,
    origin_private INTEGER NOT NULL,
    home_channel TEXT,
    home_thread TEXT,
    home_card TEXT,
    owner TEXT,
    moves INTEGER NOT NULL,
    parent INTEGER,
    because TEXT NOT NULL,
    body TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    taken_at INTEGER,
    answered_at INTEGER,
    answered_by TEXT,
    closed_at INTEGER,
    PRIMARY KEY (installation_id, id)
) STRICT;

-- A message is looked up by channel and timestamp, whichever of the four places names it.
CREATE INDEX engagement_home_card ON engagement (installation_id, home_channel, home_card)
    WHERE home_card IS NOT NULL;
CREATE INDEX engagement_home_thread ON engagement (installation_id, home_channel, home_thread)
    WHERE home_thread IS NOT NULL;
CREATE INDEX engagement_origin_message ON engagement (installation_id, origin_channel, origin_message)
    WHERE origin_message IS NOT NULL;
CREATE INDEX engagement_origin_thread ON engagement (installation_id, origin_channel, origin_thread)
    WHERE origin_thread IS NOT NULL;
CREATE INDEX engagement_requester ON engagement (installation_id, requester, asked_at);
CREATE INDEX engagement_owner ON engagement (installation_id, owner, asked_at)
    WHERE owner IS NOT NULL AND state IN ('draft', 'open', 'taken');
CREATE INDEX engagement_parent ON engagement (installation_id, parent, id)
    WHERE parent IS NOT NULL;
CREATE INDEX engagement_live ON engagement (installation_id, kind, state)
    WHERE state IN ('draft', 'open', 'taken');

-- Running clocks; at most one of a kind for an engagement.
CREATE TABLE clock (
    installation_id INTEGER NOT NULL,
    engagement_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (installation_id, engagement_id, kind),
    FOREIGN KEY (installation_id, engagement_id) REFERENCES engagement (installation_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX clock_due ON clock (installation_id, due);

-- What happened to an engagement, with the reasons.
CREATE TABLE timeline (
    installation_id INTEGER NOT NULL,
    engagement_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    because TEXT NOT NULL,
    PRIMARY KEY (installation_id, engagement_id, seq),
    FOREIGN KEY (installation_id, engagement_id) REFERENCES engagement (installation_id, id)
) STRICT, WITHOUT ROWID;

-- Notices on their way. States: waiting, sending, sent, dropped, parked. While pending, next_at is when the row may be
-- taken: for a waiting one the instant it may be tried, for one in flight the end of its lease.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    lane TEXT NOT NULL,
    state TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    mention INTEGER NOT NULL,
    card_of INTEGER,
    notice TEXT NOT NULL,
    key TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    unsure INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    settled_at INTEGER,
    ts TEXT,
    reason TEXT
) STRICT;

CREATE INDEX outbox_lane ON outbox (installation_id, lane, state, urgent DESC, id)
    WHERE state IN ('sending', 'waiting');
CREATE INDEX outbox_next ON outbox (installation_id, lane, next_at)
    WHERE state IN ('sending', 'waiting');
-- Cards that wait collapse: one row for an engagement and a lane.
CREATE UNIQUE INDEX outbox_card ON outbox (installation_id, card_of, lane)
    WHERE state = 'waiting' AND card_of IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (installation_id, id)
    WHERE state = 'parked';
CREATE INDEX outbox_settled ON outbox (installation_id, settled_at)
    WHERE settled_at IS NOT NULL;

-- Lanes that Slack told to wait; lane '*' is all of them.
CREATE TABLE lane_hold (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    lane TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (installation_id, lane)
) STRICT, WITHOUT ROWID;

-- Causes that were decided already.
CREATE TABLE decided (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    key TEXT NOT NULL,
    engagement_id INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (installation_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX decided_at ON decided (installation_id, at);

-- What people were told of once.
CREATE TABLE told (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    topic TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (installation_id, topic)
) STRICT, WITHOUT ROWID;

-- What could not be understood, for a person to look at. The installation may be unknown then.
CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY,
    installation_id INTEGER,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX dead_letter_at ON dead_letter (installation_id, at);

-- Small things worth keeping over a restart.
CREATE TABLE note (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (installation_id, key)
) STRICT, WITHOUT ROWID;

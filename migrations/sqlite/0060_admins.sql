-- What admins do: reminders that are paused, and the log of every act of theirs.

-- One pause: of all reminders, or of one SME area's. It is over at `until`, or when somebody ended it.
CREATE TABLE pause (
    id INTEGER PRIMARY KEY,
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    area TEXT,
    by_whom TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    until INTEGER,
    ended_at INTEGER
) STRICT;

CREATE INDEX pause_ended ON pause (installation_id, ended_at);
-- One at a time of each: another one moves its end.
CREATE UNIQUE INDEX pause_running ON pause (installation_id, COALESCE(area, ''))
    WHERE ended_at IS NULL;

-- A clock that came due in a pause is held: it stays, and is nobody's to decide until the pause is over.
ALTER TABLE clock ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
DROP INDEX clock_plain;
DROP INDEX clock_errand;
CREATE INDEX clock_plain ON clock (installation_id, due)
    WHERE kind NOT IN ('read_proof', 'read_root', 'read_thread', 'reply') AND held = 0;
CREATE INDEX clock_errand ON clock (installation_id, due)
    WHERE kind IN ('read_proof', 'read_root', 'read_thread', 'reply') AND held = 0;
CREATE INDEX clock_held ON clock (installation_id, due)
    WHERE held = 1;

-- Who did what to what, and how it ended. Never anybody's words.
CREATE TABLE admin_log (
    id INTEGER PRIMARY KEY,
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    at INTEGER NOT NULL,
    by_whom TEXT NOT NULL,
    deed TEXT NOT NULL,
    what TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

CREATE INDEX admin_log_at ON admin_log (installation_id, at);

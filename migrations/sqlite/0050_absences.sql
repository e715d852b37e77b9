-- Who is away, at most one absence a person. `stage` says how far what they own was looked through: 'set', 'told' (promises that
-- fall into it), 'begun' (handed on); `set_at` tells one absence from the next.
CREATE TABLE absence (
    installation_id INTEGER NOT NULL REFERENCES installation (id),
    person TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    last_day TEXT NOT NULL,
    cover TEXT,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    PRIMARY KEY (installation_id, person)
) STRICT, WITHOUT ROWID;

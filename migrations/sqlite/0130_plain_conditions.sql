-- The conditions of indexes say the same as before in plain comparisons: for a list of three names and more the database builds
-- that list anew for every row it writes, which cost more than the indexes did.
DROP INDEX clock_plain;
DROP INDEX clock_errand;
CREATE INDEX clock_plain ON clock (installation_id, due)
    WHERE kind <> 'read_proof' AND kind <> 'read_root' AND kind <> 'read_thread' AND kind <> 'reply' AND held = 0;
CREATE INDEX clock_errand ON clock (installation_id, due)
    WHERE (kind = 'read_proof' OR kind = 'read_root' OR kind = 'read_thread' OR kind = 'reply') AND held = 0;

DROP INDEX engagement_owner;
DROP INDEX engagement_live;
DROP INDEX engagement_area;
CREATE INDEX engagement_owner ON engagement (installation_id, owner, asked_at)
    WHERE owner IS NOT NULL AND (state = 'draft' OR state = 'open' OR state = 'taken');
CREATE INDEX engagement_live ON engagement (installation_id, kind, state)
    WHERE (state = 'draft' OR state = 'open' OR state = 'taken');
CREATE INDEX engagement_area ON engagement (installation_id, area, asked_at)
    WHERE area IS NOT NULL AND (state = 'draft' OR state = 'open' OR state = 'taken');

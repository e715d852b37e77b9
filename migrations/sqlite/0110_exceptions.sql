-- Exceptions to a call's notice (C12) are counted apart, posted or not: an index of the few calls that have one.
CREATE INDEX engagement_exceptions ON engagement (installation_id, asked_at)
    WHERE kind = 'call' AND instr(body, '"exception":{');

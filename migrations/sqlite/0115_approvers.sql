-- Exceptions (C12) are asked for calls, for calls that are to move, and for answers: an index of the few asks that have one.
DROP INDEX engagement_exceptions;
CREATE INDEX engagement_exceptions ON engagement (installation_id, asked_at)
    WHERE instr(body, 'exception":{');

-- The direct messages in which people were asked for one, which fall silent once it is decided.
CREATE INDEX outbox_asked ON outbox (installation_id, json_extract(notice, '$.engagement'))
    WHERE state = 'sent' AND instr(notice, '"exception_asked":{');

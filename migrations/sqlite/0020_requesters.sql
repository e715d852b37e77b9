-- What somebody asked over the years is told from what still concerns them by the index alone, without a look at each row.
DROP INDEX engagement_requester;
CREATE INDEX engagement_requester ON engagement (installation_id, requester, asked_at, state);

-- The question of an area that was answered last is found at once (A4).
CREATE INDEX engagement_answered_in_area ON engagement (installation_id, requester, area, answered_at)
    WHERE kind = 'question' AND state IN ('answered', 'closed');

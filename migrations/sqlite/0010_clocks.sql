-- Clocks that need a look at Slack first wait apart from those that can be decided upon at once, so that neither hides the
-- others. The kinds are those for which `ClockKind::errand` says so; a test keeps the two together.

CREATE INDEX clock_plain ON clock (installation_id, due)
    WHERE kind NOT IN ('read_proof', 'read_root', 'read_thread', 'reply');
CREATE INDEX clock_errand ON clock (installation_id, due)
    WHERE kind IN ('read_proof', 'read_root', 'read_thread', 'reply');
DROP INDEX clock_due;

-- The audit looks for answers that nobody closed.
CREATE INDEX engagement_answered ON engagement (installation_id, answered_at)
    WHERE state = 'answered';

-- When what is in flight began: after a crash it is looked for, once Slack cannot be at work on it any more.
ALTER TABLE outbox ADD COLUMN began_at INTEGER;

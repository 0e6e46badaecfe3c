-- Changes that an agent has planned and nobody has confirmed yet. hash: SHA-256 of the plan's id and the token that planned
-- it, neither of which is kept. content: the call as JSON. Times are milliseconds since the epoch.
CREATE TABLE agent_plans (
  hash TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  content TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_plans_by_owner ON agent_plans (owner, expires_at);

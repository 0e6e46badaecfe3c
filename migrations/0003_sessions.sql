-- Browser sessions of operators. hash: SHA-256 of the cookie's value, which is never kept. proof: what was shown at login,
-- as JSON, looked at again with every request. Times are milliseconds since the epoch.
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  proof TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_end ON sessions (expires_at);

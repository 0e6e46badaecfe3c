-- Who has credentials, and what became of contracts. Not documents: a rollback of the mesh brings neither a revoked secret
-- nor a revoked contract back. Written only in the batch that makes a revision.

-- secrets: those in force, as JSON [{id, digest, createdAt, createdBy, expiresAt}]; digest: HMAC-SHA-256 under the mesh's
-- pepper, which is not here.
CREATE TABLE clients (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('Application', 'Service')),
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  secrets TEXT NOT NULL,
  UNIQUE (kind, namespace, name)
) STRICT;

-- One row for each Contract document, gone with it. What was decided holds for this application, service and tier only.
CREATE TABLE contract_states (
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  application TEXT NOT NULL,
  service TEXT NOT NULL,
  tier TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'revoked', 'restored')),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  reason TEXT,
  PRIMARY KEY (namespace, name)
) STRICT;

-- Applications whose last answer from a service was no: nothing is approved by itself for them, whatever the tier says.
-- Outlives the Contract document, so that writing it anew is no way around the answer.
CREATE TABLE contract_bars (
  application TEXT NOT NULL,
  service TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  PRIMARY KEY (application, service)
) STRICT;

-- The registry: what the mesh is told (documents), every change of it (revisions, versions), what it compiles to
-- (snapshots), what registers itself (endpoints), who may change it (tokens) and who did (audit).

-- n is the compare-and-set of the whole mesh: of two writers based on the same revision, one insert fails.
CREATE TABLE revisions (
  n INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  source TEXT NOT NULL,
  reason TEXT,
  summary TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  snapshot_digest TEXT NOT NULL,
  rolled_back_to INTEGER
) STRICT;

-- body: the document as the user wrote it, defaults filled. revision: of the last change. generation: counts changes of spec.
CREATE TABLE documents (
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  uid TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT,
  revision INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  manager TEXT NOT NULL,
  apply_set TEXT,
  PRIMARY KEY (kind, namespace, name)
) STRICT;
CREATE INDEX documents_by_revision ON documents (revision);

-- The documents of revision r are, for each identity, the newest version of r or before, unless it is a removal.
CREATE TABLE document_versions (
  kind TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT,
  removal TEXT CHECK (removal IN ('prune', 'delete')),
  manager TEXT NOT NULL,
  apply_set TEXT,
  PRIMARY KEY (kind, namespace, name, revision),
  CHECK ((body IS NULL) = (removal IS NOT NULL))
) STRICT;
CREATE INDEX document_versions_by_revision ON document_versions (revision);

-- Compiled meshes: gzip'd JSON as base64 (D1 hands blobs out as arrays of numbers, ten times slower), in chunks.
CREATE TABLE snapshots (
  revision INTEGER NOT NULL,
  chunk INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  schema INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (revision, chunk)
) STRICT;

-- Dynamic endpoints. generation: mesh-wide count of endpoint changes when this row last changed, which is what isolates
-- ask for. deleted_at: a tombstone, kept a day so that everyone hears of it. lease: which registration a lease is for.
CREATE TABLE endpoints (
  namespace TEXT NOT NULL,
  service TEXT NOT NULL,
  id TEXT NOT NULL,
  url TEXT,
  binding TEXT,
  cluster TEXT NOT NULL,
  version TEXT,
  weight INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  draining INTEGER NOT NULL DEFAULT 0,
  ttl TEXT,
  ttl_ms INTEGER,
  lease TEXT,
  registered_at TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  generation INTEGER NOT NULL,
  deleted_at TEXT,
  PRIMARY KEY (namespace, service, id),
  CHECK ((url IS NULL) <> (binding IS NULL))
) STRICT;
CREATE INDEX endpoints_by_generation ON endpoints (generation);

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('generation', 0), ('audit', 0);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  namespaces TEXT,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at TEXT,
  last_used_at TEXT
) STRICT;

-- Append-only and hash-chained: hash = SHA-256 over prev_hash and the row. counters.audit is the chain's length, so that
-- a row cut off at the end is missed too.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  role TEXT,
  ip TEXT,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('allowed', 'refused')),
  before_digest TEXT,
  after_digest TEXT,
  revision INTEGER,
  reason TEXT,
  detail TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_length AFTER INSERT ON audit BEGIN UPDATE counters SET value = NEW.seq WHERE name = 'audit'; END;
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

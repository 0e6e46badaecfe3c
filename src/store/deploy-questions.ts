// What `selvage deploy` asks a mesh's database by wrangler, where there is no Worker yet that could be asked.

/** Expired ones count: somebody was an operator once, so the mesh is not new. */
export const TOKEN_COUNT = "SELECT count(*) AS tokens FROM tokens";

/** Tables that somebody made, and whether a mesh's are among them. */
export const TABLE_COUNT = [
  "SELECT count(*) AS tables, count(CASE name WHEN 'document_versions' THEN 1 END) AS own FROM sqlite_master",
  "WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name <> 'd1_migrations'",
].join(" ");

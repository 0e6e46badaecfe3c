// How many tokens operators have, as a statement: `selvage deploy` asks the database itself, by wrangler.

/** Expired ones count: somebody was an operator once, so the mesh is not new. */
export const TOKEN_COUNT = "SELECT count(*) AS tokens FROM tokens";

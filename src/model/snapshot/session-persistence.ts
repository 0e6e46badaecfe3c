// How a rule keeps a caller at one endpoint, resolved and defaulted.
export interface SessionPersistence {
  readonly type: "Cookie" | "Header";
  readonly sessionName: string;
  readonly absoluteTimeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  readonly cookieLifetime: "Session" | "Permanent";
  /** Path of the cookie; absent = everything below the address that was used. */
  readonly cookiePath?: string;
}

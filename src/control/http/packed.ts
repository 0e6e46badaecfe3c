// An answer that may be large, compressed for whoever takes that.

/** The runtime compresses what says that it is. */
export function packed(request: Request): Record<string, string> {
  const takesGzip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  return { vary: "accept-encoding", ...(takesGzip ? { "content-encoding": "gzip" } : {}) };
}

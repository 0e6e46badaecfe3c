// Addresses that documents bring along: only what a browser opens as a page of the web is made a link.

/** null = it stays text. */
export function safeLink(address: unknown): string | null {
  if (typeof address !== "string" || address.length > 2000) {
    return null;
  }
  const url = URL.parse(address);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}

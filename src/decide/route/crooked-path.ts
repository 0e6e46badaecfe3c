// Paths that have a canonical form, and that common servers still read differently: what a proxy may not forward as it
// came when the mesh has judged it. Not for the mesh's own traffic, whose services only ever see the canonical form.

const TWICE = /%25(?:2[ef]|5c|00)/i;

/** Why another server may read the path differently; null = it cannot. @param uri path and query as they came */
export function crookedness(uri: string): string | null {
  if (uri.includes("#")) {
    return "The URI holds a fragment, which some servers take for a part of the path";
  }
  const end = uri.indexOf("?");
  const path = end === -1 ? uri : uri.slice(0, end);
  if (TWICE.test(path)) {
    return "The path holds a dot or a slash that is encoded twice, which some servers decode twice";
  }
  const parts = path.split("/");
  for (const [at, part] of parts.entries()) {
    if (part === ".." && at > 1 && parts[at - 1] === "") {
      return 'The path holds ".." behind an empty segment, which servers count differently';
    }
    if (part.includes("%") && isDots(part)) {
      return 'The path holds an encoded "." or "..", which some servers take for a name';
    }
  }
  return null;
}

/**
 * Does a server that changes nothing forward what was judged? Dot segments and empty ones are resolved by some only.
 */
export function hasSpareSegments(uri: string): boolean {
  const end = uri.indexOf("?");
  const parts = (end === -1 ? uri : uri.slice(0, end)).split("/");
  return parts.some((part, at) => part === "." || part === ".." || (part === "" && at > 0 && at < parts.length - 1));
}

/** At most two dots, each plain or encoded. */
function isDots(part: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(part);
}

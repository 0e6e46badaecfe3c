// How servers read the path of a request, beside the mesh: the rules of each, as its own documentation and source say.
// Given is a request target as it came over the wire; answered is every path that such a server may look at.

export interface PathReader {
  readonly name: string;
  readonly read: (target: string) => readonly string[];
}

/** The six that a path is held against: what a service of that kind believes to have been asked for. */
export const PATH_READERS: readonly PathReader[] = [
  { name: "fetch", read: byUrl },
  { name: "node http", read: byNode },
  { name: "python http.server", read: byPython },
  { name: "go net/http", read: byGo },
  { name: "envoy", read: byEnvoy },
  { name: "java servlet", read: byServlet },
];

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0] ?? "";

/** WHATWG URL: what `fetch`, browsers and Workers do. Backslashes are slashes, encoded dots are dots. */
function byUrl(target: string): string[] {
  const url = URL.parse(target, "http://service.example");
  return url === null ? [] : [url.pathname, decoded(url.pathname)];
}

/**
 * `request.url` as it is, with the backslashes that `url.parse` turns, and what routers make of both by
 * `decodeURIComponent`.
 */
function byNode(target: string): string[] {
  const old = pathOf(target).replaceAll("\\", "/");
  return [...new Set([pathOf(target), old, decoded(pathOf(target)), decoded(old), merged(decoded(old))])];
}

/** `http.server`: query and fragment cut off, decoded, then `posixpath.normpath`. */
function byPython(target: string): string[] {
  return [normalised(decoded(pathOf(target)))];
}

/** `ServeMux`: `URL.Path` is decoded, and cleaned for the look-up. */
function byGo(target: string): string[] {
  const path = decoded(pathOf(target));
  return [path, cleaned(path)];
}

/** `normalize_path`, `merge_slashes` and `UNESCAPE_AND_FORWARD`: escaped slashes first, then dots, then slashes. */
function byEnvoy(target: string): string[] {
  const unescaped = pathOf(target).replace(/%2f/gi, "/").replace(/%5c/gi, "\\").replaceAll("\\", "/");
  const dots = unescaped.replace(/%2e/gi, ".");
  return [merged(withoutDots(dots)), withoutDots(merged(dots))];
}

/**
 * Parameters are cut out of each segment, then it is decoded, then dots are resolved: Tomcat and Jetty before their
 * fixes, too.
 */
function byServlet(target: string): string[] {
  const bare = pathOf(target)
    .split("/")
    .map((part) => part.split(/;|%3b/i, 1)[0] ?? "")
    .join("/");
  return [normalised(decoded(bare)), decoded(bare)];
}

/** As lenient servers do it: what is no escape stays as it is. */
function decoded(path: string): string {
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return bytes;
}

function merged(path: string): string {
  return path.replace(/\/{2,}/g, "/");
}

/** RFC 3986 §5.2.4, empty segments kept. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const parts = path.split("/").slice(1);
  for (const [at, part] of parts.entries()) {
    const last = at === parts.length - 1;
    if (part === "..") {
      kept.pop();
    } else if (part !== ".") {
      kept.push(part);
    }
    if (last && (part === "." || part === "..")) {
      kept.push("");
    }
  }
  return `/${kept.join("/")}`;
}

/** `posixpath.normpath` and Go's `path.Clean`: empty segments do not count. */
function cleaned(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      kept.pop();
    } else if (part !== "." && part !== "") {
      kept.push(part);
    }
  }
  return `/${kept.join("/")}`;
}

function normalised(path: string): string {
  return cleaned(path);
}

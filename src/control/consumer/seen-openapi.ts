// An API's description as its consumers get it: what it says of where the service runs is put where they reach it,
// which is the mesh. Everything else is the author's own words. Pure.
import { isRecord } from "../../model/word/record.ts";

type Json = Readonly<Record<string, unknown>>;

/** Below which paths stand that may have `servers` of their own. */
const GROUPS = ["paths", "webhooks"] as const;

/**
 * OpenAPI 3 (`servers`, on the description, on paths and on operations, `server` on links) and Swagger 2 (`host`,
 * `basePath`, `schemes`). Servers of callbacks are those who are called back.
 *
 * @param addresses the service's at the mesh, absolute, with a slash at the end; one at least
 * @param prefixes paths of its endpoints' URLs: what the mesh puts before a request's path, so consumers do not
 */
export function seenOpenApi(description: Json, addresses: readonly string[], prefixes: readonly string[]): Json {
  if (typeof description["swagger"] === "string") {
    const { protocol, host, pathname } = new URL(addresses[0] ?? "");
    const { schemes: _, ...rest } = description;
    const path = joined(pathname, pathAt(String(rest["basePath"] ?? "/"), prefixes));
    return { ...rest, host, basePath: path, schemes: [protocol.replace(":", "")] };
  }
  const moved = (value: unknown): Json[] => {
    const paths = (Array.isArray(value) ? value : []).map((one: unknown) =>
      pathAt(isRecord(one) && typeof one["url"] === "string" ? one["url"] : "/", prefixes),
    );
    const distinct = [...new Set(paths.length === 0 ? ["/"] : paths)];
    return addresses.flatMap((address) => distinct.map((path) => ({ url: joined(address, path) })));
  };
  const seen: Json = { ...description, servers: moved(description["servers"]) };
  const link = (one: Json): Json =>
    Object.hasOwn(one, "server") ? { ...one, server: moved([one["server"]])[0] } : one;
  const response = (one: Json): Json => within(one, "links", link);
  const operation = (one: Json): Json => within(withServers(one, moved), "responses", response);
  const item = (one: Json): Json => withServers(mapped(one, operation), moved);
  const shared = (all: Json): Json =>
    within(within(within(all, "pathItems", item), "responses", response), "links", link);
  const { components } = description;
  const told = isRecord(components) ? { ...seen, components: shared(components) } : seen;
  return GROUPS.reduce<Json>((all, group) => within(all, group, item), told);
}

/** The record with what stands below the name changed, where there is such a thing. */
function within(record: Json, name: string, change: (value: Json) => Json): Json {
  const group = Object.hasOwn(record, name) ? record[name] : undefined;
  return isRecord(group) ? { ...record, [name]: mapped(group, change) } : record;
}

function withServers(item: Json, moved: (value: unknown) => Json[]): Json {
  return Object.hasOwn(item, "servers") ? { ...item, servers: moved(item["servers"]) } : item;
}

/** Members that are objects, changed; what is none stays. Names are a stranger's, `__proto__` included. */
function mapped(record: Json, change: (value: Json) => Json): Json {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, isRecord(value) ? change(value) : value]),
  );
}

/** The path of a server's URL below the service; of one that has variables or cannot be read, the service itself. */
function pathAt(url: string, prefixes: readonly string[]): string {
  const parsed = /[{}]/.test(url) ? null : URL.parse(url, "http://relative.invalid/");
  const path = parsed?.pathname ?? "/";
  // A relative one is the consumer's view already.
  const prefix = /^[a-z][a-z0-9+.-]*:|^\/\//i.test(url)
    ? prefixes.find((one) => one !== "" && (path === one || path.startsWith(`${one}/`)))
    : undefined;
  return prefix === undefined ? path : path.slice(prefix.length) || "/";
}

function joined(base: string, path: string): string {
  const whole = `${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
  return whole.length > 1 ? whole.replace(/\/$/, "") : whole;
}

// Where a RequestRedirect filter sends the caller (Gateway API, HTTPRequestRedirectFilter): scheme, host, port and path
// each stay as they came unless the filter says otherwise, with the specification's rules for the port.
import type { Filter } from "../../model/snapshot/snapshot.ts";
import { DEFAULT_PORT, type Scheme } from "./authority.ts";
import { modifyPath } from "./rewrite.ts";

export type RedirectFilter = Extract<Filter, { type: "RequestRedirect" }>;

export interface RedirectedRequest {
  readonly scheme: Scheme;
  readonly host: string;
  /** The port that the request came in on; null = the scheme's own. */
  readonly port: number | null;
  /** The part of the path that addresses a service (`/svc/orders`), `""` for a request to a hostname. */
  readonly addressPrefix: string;
  readonly path: string;
  /** With its `?`. */
  readonly search: string;
  /** Value of the PathPrefix that matched. */
  readonly matchedPrefix: string;
}

/** The `Location`: always an absolute URL; null = the filter makes a path that has no canonical form. */
export function redirectLocation(filter: RedirectFilter, request: RedirectedRequest): string | null {
  const scheme = filter.scheme ?? request.scheme;
  const host = filter.hostname ?? request.host;
  const port = filter.port ?? (filter.scheme === null ? request.port : null);
  const modified = filter.path === null ? null : modifyPath(request.path, filter.path, request.matchedPrefix);
  if (modified?.ok === false) {
    return null;
  }
  // Another host is not this mesh: the address of the service means nothing there.
  const address = filter.hostname === null ? request.addressPrefix : "";
  return `${scheme}://${host}${portText(scheme, port)}${address}${modified?.path ?? request.path}${request.search}`;
}

function portText(scheme: string, port: number | null): string {
  const usual = scheme === "http" || scheme === "https" ? DEFAULT_PORT[scheme] : null;
  return port === null || port === usual ? "" : `:${port}`;
}

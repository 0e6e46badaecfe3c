// The way back: a service's answer without what belongs to one connection or to the mesh, with what the rule's filters, its
// session and the mesh add. Status and body pass as they are; nothing is buffered.
import { markResponse, type CorsFilter } from "../decide/header/cors.ts";
import { modifyHeaders } from "../decide/header/header-modifier.ts";
import { cleanResponse } from "../decide/header/headers.ts";
import { dropSetOperatorCookies } from "../decide/header/operator-cookies.ts";
import type { HeaderModifier, HeaderPair } from "../model/snapshot/snapshot.ts";

export interface Finish {
  readonly requestId: string;
  readonly revision: number;
  readonly modifiers: readonly HeaderModifier[];
  readonly cors: { readonly filter: CorsFilter; readonly origin: string | null } | null;
  /** Where the caller stands with the limits that held for the request. */
  readonly limits: readonly HeaderPair[];
  /** The header that hands out a session. */
  readonly session: readonly [name: string, value: string] | null;
}

export function respond(upstream: Response, finish: Finish): Response {
  const response = copy(upstream);
  const { headers } = response;
  cleanResponse(headers);
  for (const modifier of finish.modifiers) modifyHeaders(headers, modifier);
  if (finish.cors !== null) markResponse(finish.cors.filter, finish.cors.origin, headers);
  for (const pair of finish.limits) headers.set(...pair);
  if (finish.session !== null) headers.append(...finish.session);
  dropSetOperatorCookies(headers);
  headers.set("x-request-id", finish.requestId);
  headers.set("selvage-revision", String(finish.revision));
  return response;
}

/** The headers of a fetched response cannot be written to. */
function copy(upstream: Response): Response {
  if (upstream.webSocket === null) return new Response(upstream.body, upstream);
  return new Response(null, { status: 101, webSocket: upstream.webSocket, headers: upstream.headers });
}

// The isolate's one view of the mesh. Module state on purpose: it outlives requests, and holds nothing but values.
import type { Place } from "../decide/balance/locality.ts";
import type { Env } from "../env/env.ts";
import { LiveMesh, type Context, type Live, type LivePorts } from "./snapshot.ts";
import { portsOf } from "./live-ports.ts";

export type { Live } from "./snapshot.ts";

let isolate: { readonly mesh: LiveMesh; readonly ports: LivePorts } | null = null;

/**
 * The mesh to decide a request with. Served from memory while it was checked within the interval that the mesh object
 * asked for; refreshed behind the request up to 2 s; checked before it decides beyond. Never rejects.
 *
 * @param now milliseconds since the epoch
 * @param place where the request came in, for propagation receipts and nearness; asked once in the life of an isolate,
 * because reading it costs more than routing does. Absent: the caller cannot tell
 * @returns null when nothing could ever be loaded, or the last good is older than 24 h: answer 503 SLV5008
 */
export function current(env: Env, ctx: Context, now: number, place?: () => Place): Promise<Live | null> | Live | null {
  // Random values are not to be had when the module is evaluated, so the first request makes the isolate's name.
  isolate ??= { mesh: new LiveMesh(crypto.randomUUID(), null), ports: portsOf(env) };
  if (place !== undefined) isolate.mesh.locate(place);
  return isolate.mesh.current(isolate.ports, ctx, now);
}

/** What this isolate serves right now, without asking anybody; null = nothing yet. */
export function serving(): Live | null {
  return isolate?.mesh.last ?? null;
}

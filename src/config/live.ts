// The isolate's one view of the mesh. Module state on purpose: it outlives requests, and holds nothing but values.
import type { Env } from "../env.ts";
import { LiveMesh, type Context, type Live, type LivePorts } from "./live-mesh.ts";
import { portsOf } from "./live-ports.ts";

export type { Live } from "./live-mesh.ts";

let isolate: { readonly mesh: LiveMesh; readonly ports: LivePorts } | null = null;

/**
 * The mesh to decide a request with. Served from memory while it was checked within the interval that the mesh object
 * asked for; refreshed behind the request up to 2 s; checked before it decides beyond. Never rejects.
 *
 * @param now milliseconds since the epoch
 * @param colo data centre of the request, for propagation receipts; asked once in the life of an isolate
 * @returns null when nothing could ever be loaded, or the last good is older than 24 h: answer 503 SLV5008
 */
export function current(
  env: Env,
  ctx: Context,
  now: number,
  colo: () => string | null = () => null,
): Promise<Live | null> {
  // Random values are not to be had when the module is evaluated, so the first request makes the isolate's name.
  isolate ??= { mesh: new LiveMesh(crypto.randomUUID(), colo()), ports: portsOf(env) };
  return isolate.mesh.current(isolate.ports, ctx, now);
}

/** What this isolate serves right now, without asking anybody; null = nothing yet. */
export function serving(): Live | null {
  return isolate?.mesh.last ?? null;
}

// Whose connection a request came over: one rule for traffic, for the admin API and for the token call. What callers
// write into headers themselves is never believed, but for a proxy in front that is trusted.
import { forwardedAddress } from "../decide/header/forwarded-for.ts";
import type { Settings } from "../env/settings.ts";
import type { IsolateState } from "./state.ts";

interface Connected {
  readonly headers: Headers;
  readonly cf?: unknown;
}

/**
 * On Cloudflare's network the platform writes CF-Connecting-IP. Elsewhere whoever connects could, so there it is the
 * peer that workerd tells in `cf.clientIp`; a local mesh behind a front of its own knows only what
 * `LOCAL_CLIENT_ADDRESS` says. Where a proxy in front is trusted, it says so in `X-Forwarded-For`; a request without
 * one came past it.
 *
 * @returns null = nobody knows
 */
export function clientAddressOf(
  request: Connected,
  settings: Pick<Settings, "localClientAddress" | "isLocalMesh" | "trustsEntry" | "trustedHops">,
  state: Pick<IsolateState, "isSelfHosted">,
): string | null {
  const told = settings.trustsEntry
    ? forwardedAddress(request.headers.get("x-forwarded-for"), settings.trustedHops)
    : undefined;
  if (told !== undefined) {
    return told;
  }
  if (settings.localClientAddress !== null) {
    return settings.localClientAddress;
  }
  // Learned from the first request: `request.cf` is parsed anew for each.
  state.isSelfHosted ??= settings.isLocalMesh || peerOf(request) !== null;
  return state.isSelfHosted ? peerOf(request) : request.headers.get("cf-connecting-ip");
}

function peerOf({ cf }: Connected): string | null {
  const peer: unknown = typeof cf === "object" && cf !== null ? Reflect.get(cf, "clientIp") : null;
  return typeof peer === "string" ? withoutPort(peer) : null;
}

/** `127.0.0.1:5000` → `127.0.0.1`, `[::1]:5000` → `::1`. */
function withoutPort(peer: string): string {
  const colon = peer.lastIndexOf(":");
  if (peer.startsWith("[")) {
    return peer.slice(1, peer.indexOf("]"));
  }
  return colon === -1 || peer.indexOf(":") !== colon ? peer : peer.slice(0, colon);
}

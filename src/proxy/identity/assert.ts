// What each request to a service carries to prove that it came through the mesh, and who calls: `selvage-assertion`. Signed
// once for each caller and service and used for half of its life, or for each request where the service asks for that.
import { ASSERTION_HEADER, ASSERTION_SECONDS, ASSERTION_TYPE, bindingOf } from "../../tokens/assertion.ts";
import { chainOf, serviceAudience, type Actor } from "../../decide/identity/mesh-names.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { mint } from "../../tokens/mint.ts";
import type { Exchange, Outgoing } from "../exchange/exchange.ts";

const REUSE_MS = 30_000;

/**
 * Writes the header, or takes it away where the mesh's keys cannot be had: a service that checks assertions refuses the
 * request then, and one that does not is not taken down by keys that it does not use.
 *
 * @param url where the request is sent
 * @returns a promise only when something has to be signed or fetched
 */
export function assertCaller(
  exchange: Exchange,
  service: ServiceKey,
  outgoing: Outgoing,
  url: string,
): Promise<void> | undefined {
  const { ports, env, ctx } = exchange;
  const now = ports.now();
  const keys = ports.keys(env, ctx, now);
  if (keys instanceof Promise) {
    return keys.then((held) =>
      held === null ? without(exchange, outgoing) : assertWith(exchange, service, outgoing, url, held, now),
    );
  }
  if (keys === null) return without(exchange, outgoing);
  return assertWith(exchange, service, outgoing, url, keys, now);
}

function assertWith(
  exchange: Exchange,
  service: ServiceKey,
  outgoing: Outgoing,
  url: string,
  { signing }: MeshKeys,
  now: number,
): Promise<void> | undefined {
  const { caller, state, live } = exchange;
  const chain = chainOf(caller);
  if (live.snapshot.services[service]?.assertion === "request") {
    return signForRequest(exchange, service, chain, outgoing, url, signing, now);
  }
  const key = keyOf(signing.kid, service, chain);
  const held = state.assertions.get(key);
  if (held !== undefined && now < held.until) {
    outgoing.headers.set(ASSERTION_HEADER, held.text);
    return undefined;
  }
  return signForCaller(exchange, service, chain, outgoing, key, signing, now);
}

async function signForCaller(
  exchange: Exchange,
  service: ServiceKey,
  chain: Actor,
  outgoing: Outgoing,
  key: string,
  signing: MeshKeys["signing"],
  now: number,
): Promise<void> {
  const text = await sign(exchange, service, chain, {}, signing, now);
  exchange.state.assertions.set(key, { text, until: now + REUSE_MS });
  outgoing.headers.set(ASSERTION_HEADER, text);
}

async function signForRequest(
  exchange: Exchange,
  service: ServiceKey,
  chain: Actor,
  outgoing: Outgoing,
  url: string,
  signing: MeshKeys["signing"],
  now: number,
): Promise<void> {
  const binding = await bindingOf(outgoing.method, url);
  // Only an endpoint that registered before its path had to be canonical: the service checks, and refuses.
  if (binding === null) return void outgoing.headers.delete(ASSERTION_HEADER);
  outgoing.headers.set(ASSERTION_HEADER, await sign(exchange, service, chain, { ...binding }, signing, now));
}

function sign(
  { settings, ports }: Exchange,
  service: ServiceKey,
  chain: Actor,
  more: Readonly<Record<string, string>>,
  signing: MeshKeys["signing"],
  now: number,
): Promise<string> {
  const iat = Math.floor(now / 1000);
  const times = { iat, nbf: iat, exp: iat + ASSERTION_SECONDS };
  const names = { iss: settings.issuer, aud: serviceAudience(settings, service) };
  return mint(signing, ASSERTION_TYPE, { ...names, ...chain, ...times, jti: ports.newId(), ...more });
}

function without({ trace }: Exchange, { headers }: Outgoing): undefined {
  headers.delete(ASSERTION_HEADER);
  trace?.("assert", { missing: "keys" });
}

/** With lengths: what a user is called may hold anything. */
function keyOf(kid: string, service: ServiceKey, chain: Actor): string {
  let key = `${kid}\n${service}`;
  for (let one: Actor | undefined = chain; one !== undefined; one = one.act) key += `\n${one.sub.length} ${one.sub}`;
  return key;
}

// What each request to a service carries to prove that it came through the mesh, and who calls: `selvage-assertion`.
// Signed once for each caller and service and used for half of its life, or for each request where the service asks for
// that.
import { ASSERTION_SECONDS, ASSERTION_TYPE, bindingOf } from "../../tokens/assertion.ts";
import { chainOf, serviceAudience, type Actor } from "../../decide/identity/mesh-names.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { Caller } from "../../model/snapshot/caller.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { mint } from "../../tokens/mint.ts";
import type { Exchange } from "../exchange/exchange.ts";

const REUSE_MS = 30_000;

/** A request as it is sent: where an assertion is bound to it, this is what it is bound to. */
interface Bound {
  readonly method: string;
  readonly url: string;
}

/**
 * Null where the mesh's keys cannot be had: a service that checks assertions refuses the request then, and one that
 * does not is not taken down by keys that it does not use.
 *
 * @returns a promise only when something has to be signed or fetched
 */
export function assertionFor(
  exchange: Exchange,
  service: ServiceKey,
  bound: Bound,
): string | null | Promise<string | null> {
  const { ports, env, ctx } = exchange;
  const now = ports.now();
  const keys = asked.get(exchange) ?? ports.keys(env, ctx, now);
  asked.delete(exchange);
  if (keys instanceof Promise) {
    return keys.then((held) => (held === null ? without(exchange) : assertWith(exchange, service, bound, held, now)));
  }
  return keys === null ? without(exchange) : assertWith(exchange, service, bound, keys, now);
}

/** Keys that a request waits for already: who asks a second time would look for the answer by the clock. */
const asked = new WeakMap<Exchange, Promise<MeshKeys | null>>();

/** The one that is at hand; undefined = it has to be made, or its keys have to be fetched. */
export function knownAssertion(exchange: Exchange, service: ServiceKey): string | null | undefined {
  const { ports, env, ctx, live, startedAtMs: now } = exchange;
  const keys = ports.keys(env, ctx, now);
  if (keys === null) {
    return without(exchange);
  }
  if (keys instanceof Promise) {
    asked.set(exchange, keys);
    return undefined;
  }
  if (live.snapshot.services[service]?.assertion === "request") {
    return undefined;
  }
  return heldIn(exchange, keyOf(keys.signing.kid, service, exchange.caller), now);
}

function heldIn({ state }: Exchange, key: string, now: number): string | undefined {
  const held = state.assertions.get(key);
  return held !== undefined && now < held.until ? held.text : undefined;
}

function assertWith(
  exchange: Exchange,
  service: ServiceKey,
  bound: Bound,
  { signing }: MeshKeys,
  now: number,
): string | null | Promise<string | null> {
  const { caller, live } = exchange;
  const chain = chainOf(caller);
  if (live.snapshot.services[service]?.assertion === "request") {
    return signForRequest(exchange, { service, chain, signing, now }, bound);
  }
  const key = keyOf(signing.kid, service, caller);
  return heldIn(exchange, key, now) ?? signForCaller(exchange, { service, chain, signing, now }, key);
}

/** What is said, to whom, and with which key. */
interface Statement {
  readonly service: ServiceKey;
  readonly chain: Actor;
  readonly signing: MeshKeys["signing"];
  readonly now: number;
}

async function signForCaller(exchange: Exchange, statement: Statement, key: string): Promise<string> {
  const text = await sign(exchange, statement, {});
  exchange.state.assertions.set(key, { text, until: statement.now + REUSE_MS });
  return text;
}

async function signForRequest(
  exchange: Exchange,
  statement: Statement,
  { method, url }: Bound,
): Promise<string | null> {
  const binding = await bindingOf(method, url);
  // Only an endpoint that registered before its path had to be canonical: the service checks, and refuses.
  return binding === null ? null : sign(exchange, statement, { ...binding, jti: exchange.ports.newId() });
}

function sign(
  { settings }: Exchange,
  { service, chain, signing, now }: Statement,
  more: Readonly<Record<string, string>>,
): Promise<string> {
  const iat = Math.floor(now / 1000);
  const times = { iat, exp: iat + ASSERTION_SECONDS };
  const names = { iss: settings.issuer, aud: serviceAudience(settings, service) };
  return mint(signing, ASSERTION_TYPE, { ...names, ...chain, ...times, ...more });
}

function without({ trace }: Exchange): null {
  trace?.("assert", { missing: "keys" });
  return null;
}

function keyOf(kid: string, service: ServiceKey, caller: Caller): string {
  return `${kid}\n${service}${chainText(caller)}`;
}

/** As long as somebody knows the caller. */
const chainTexts = new WeakMap<Caller, string>();

/** With lengths: what a user is called may hold anything. */
function chainText(caller: Caller): string {
  const known = chainTexts.get(caller);
  if (known !== undefined) {
    return known;
  }
  let text = "";
  for (let one: Actor | undefined = chainOf(caller); one !== undefined; one = one.act) {
    text += `\n${one.sub.length} ${one.sub}`;
  }
  chainTexts.set(caller, text);
  return text;
}

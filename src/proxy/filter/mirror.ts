// Sends copies of a share of requests to other services and forgets them: their answers, failures and delays never
// reach the caller. A body above 64 KiB is not copied, so that no request is held in memory for a mirror's sake.
import { pickEndpoint } from "../../decide/balance/pick.ts";
import type { FilterPlan } from "../../decide/route/filter-plan.ts";
import { contentLengthOf, keepBody, KEEP_LIMIT_BYTES, letGo, type Body } from "../exchange/body.ts";
import { call } from "../call/call.ts";
import { forwardingOf, receivesAt, receivesHere } from "../exchange/outgoing.ts";
import { settledVersion } from "../../isolate/rollout-memory.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Exchange, Outgoing } from "../exchange/exchange.ts";

/** What became of the copies, in this isolate, since it started. */
export const mirrorCounts = { sent: 0, failed: 0, tooLarge: 0 };

/** Used where a mirrored service has no deadline of its own: a copy must not keep the isolate busy for ever. */
const LONGEST_MS = 15_000;

/** @returns the body to go on with: reading a copy of a stream splits it */
export function mirror(exchange: Exchange, mirrors: FilterPlan["mirrors"], outgoing: Outgoing, body: Body): Body {
  const taken = mirrors.filter(({ numerator, denominator }) => exchange.ports.random() * denominator < numerator);
  if (taken.length === 0) {
    return body;
  }
  if (body.kind !== "stream") {
    send(exchange, taken, outgoing, Promise.resolve(body.kind === "kept" ? body.bytes : null));
    return body;
  }
  if ((contentLengthOf(outgoing.headers) ?? 0) > KEEP_LIMIT_BYTES) {
    mirrorCounts.tooLarge += taken.length;
    exchange.trace?.("mirror", { skipped: "too-large" });
    return body;
  }
  const [stream, copied] = body.stream.tee();
  send(exchange, taken, outgoing, wholeOrNothing(exchange, copied, taken.length));
  return { kind: "stream", stream };
}

/** `"skip"`: more than may be held, or the caller went away. */
type Copy = ArrayBuffer | null | "skip";

async function wholeOrNothing({ ports }: Exchange, copied: ReadableStream<Uint8Array>, mirrors: number): Promise<Copy> {
  try {
    const keeping = { stillMs: ports.callerStillMs, now: ports.now };
    const body = await keepBody(copied, null, KEEP_LIMIT_BYTES, keeping);
    // A body that its caller broke is no mirror's failure.
    if ("fault" in body) {
      return "skip";
    }
    if (body.kind === "kept") {
      return body.bytes;
    }
    if (body.kind === "stream") {
      await body.stream.cancel();
    }
    mirrorCounts.tooLarge += mirrors;
  } catch {
    mirrorCounts.failed += mirrors;
  }
  return "skip";
}

function send(exchange: Exchange, mirrors: FilterPlan["mirrors"], outgoing: Outgoing, body: Promise<Copy>): void {
  for (const { target } of mirrors) {
    exchange.ctx.waitUntil(sendOne(exchange, target, outgoing, body));
  }
}

async function sendOne(
  exchange: Exchange,
  target: FilterPlan["mirrors"][number]["target"],
  outgoing: Outgoing,
  body: Promise<Copy>,
): Promise<void> {
  const bytes = await body;
  if (bytes === "skip") {
    return;
  }
  const { live, ports, state } = exchange;
  const service = "invalid" in target ? null : target.service;
  const endpoint =
    "invalid" in target
      ? null
      : pickEndpoint(
          live.endpoints.get(target.service) ?? [],
          settledVersion(state.rollouts, live.snapshot, target),
          [],
          ports.random(),
        );
  const answer =
    endpoint === null || service === null
      ? null
      : await call(exchange, endpoint, toldTo(exchange, service, outgoing), bytes, {
          service,
          timeoutMs: LONGEST_MS,
          abort: new AbortController(),
          purpose: "mirror",
        });
  const sent = answer !== null && !("failure" in answer);
  mirrorCounts[sent ? "sent" : "failed"]++;
  exchange.trace?.("mirror", { endpoint: endpoint?.id ?? null, sent });
  if (sent) {
    await letGo(answer);
  }
}

/** A service may want to be told less, or more, than the one whose requests it gets to see. */
function toldTo(exchange: Exchange, service: ServiceKey, outgoing: Outgoing): Outgoing {
  const [there, here] = [receivesAt(exchange, service), receivesHere(exchange)];
  const headers = outgoing.headers.copy();
  if (there === here) {
    return { ...outgoing, headers };
  }
  for (const [name] of forwardingOf(exchange, here).set ?? []) {
    headers.delete(name);
  }
  if (!there.trace) {
    headers.delete("tracestate");
  }
  headers.edit(forwardingOf(exchange, there));
  return { ...outgoing, headers };
}

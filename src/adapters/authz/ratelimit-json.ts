// `POST /_selvage/ratelimit/json`: Envoy's rate-limit service (envoy.service.ratelimit.v3) in the JSON form that its
// reference server has. 200 = under every limit, 429 = over one, with a status for each descriptor in the order of
// asking.
import { readLimited } from "../../bounded/read-limited.ts";
import { addressByPath } from "../../decide/route/service-address.ts";
import type { Env } from "../../env/env.ts";
import type { DescriptorStatus, RateLimitService, RateLimitQuestion } from "../../model/message/descriptor.ts";
import { badQuestion, refused } from "./adapter-answer.ts";
import { mayAskAbout } from "./adapter-token.ts";

const MAX_BYTES = 64 * 1024;
const MAX_DESCRIPTORS = 64;
const MAX_HITS = 1000;

/** Units of proto3 JSON, by their length in milliseconds; a window of another length has the unit UNKNOWN. */
const UNITS: ReadonlyMap<number, string> = new Map([
  [1_000, "SECOND"],
  [60_000, "MINUTE"],
  [3_600_000, "HOUR"],
  [86_400_000, "DAY"],
  [7 * 86_400_000, "WEEK"],
  [30 * 86_400_000, "MONTH"],
  [365 * 86_400_000, "YEAR"],
]);

export async function ratelimitJson<Context>(
  request: Request,
  env: Env,
  ctx: Context,
  rateLimits: RateLimitService<Env, Context>,
): Promise<Response> {
  const asker = { requestId: crypto.randomUUID(), url: request.url };
  if (request.method !== "POST") {
    const detail = `Rate limits are asked for with POST, not ${request.method}`;
    return refused({ problem: "methodNotAllowed", detail, headers: { allow: "POST" } }, asker);
  }
  const stranger = await mayAskAbout(request, env);
  if (stranger !== null) {
    return refused(stranger, asker);
  }
  const bytes = await readLimited(request.body, MAX_BYTES);
  if (bytes === null) {
    return refused({ problem: "payloadTooLarge", detail: `The question is larger than ${MAX_BYTES} bytes` }, asker);
  }
  const question = read(new TextDecoder().decode(bytes), request);
  if (typeof question === "string") {
    return refused(badQuestion(question), asker);
  }
  const statuses = await rateLimits(question, env, ctx);
  if (statuses === null) {
    return refused({ problem: "notReady", detail: "The mesh could not load its configuration" }, asker);
  }
  return told(statuses);
}

/** A text says what is wrong. */
function read(text: string, via: Request): RateLimitQuestion | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "The body is not JSON";
  }
  const domain = member(body, "domain");
  const list = member(body, "descriptors");
  if (typeof domain !== "string" || domain === "") {
    return "domain is missing: it names the service, such as orders.shop";
  }
  // "shop/orders" is how the mesh itself writes it.
  const [namespace = "", name] = domain.split("/");
  const address = addressByPath(`/svc/${name === undefined ? domain : `${name}.${namespace}`}`);
  if (address === null) {
    return `domain "${domain.slice(0, 128)}" is not a service: write orders.shop or shop/orders`;
  }
  if (!Array.isArray(list) || list.length === 0) {
    return "descriptors is missing or empty";
  }
  if (list.length > MAX_DESCRIPTORS) {
    return `There are more than ${MAX_DESCRIPTORS} descriptors`;
  }
  const ownHits = hitsOf(member(body, "hits_addend") ?? member(body, "hitsAddend"), 1);
  const descriptors: RateLimitQuestion["descriptors"][number][] = [];
  for (const [index, descriptor] of list.entries()) {
    const entries: unknown = member(descriptor, "entries");
    if (!Array.isArray(entries) || entries.length === 0) {
      return `descriptors[${index}] has no entries`;
    }
    const read = entries.map((entry: unknown) => ({ key: member(entry, "key"), value: member(entry, "value") ?? "" }));
    const good = read.flatMap(({ key, value }) =>
      typeof key === "string" && key !== "" && typeof value === "string" ? [{ key, value }] : [],
    );
    if (good.length < read.length) {
      return `descriptors[${index}] has an entry whose key or value is not text`;
    }
    const hits = hitsOf(member(descriptor, "hits_addend") ?? member(descriptor, "hitsAddend"), ownHits);
    if (hits === null) {
      return `hits_addend is not a whole number from 0 to ${MAX_HITS}`;
    }
    descriptors.push({ entries: good, hits });
  }
  return { via, service: address.service, descriptors };
}

/** 0 counts as 1, as Envoy says; proto3 JSON may write numbers as text, or wrapped. */
function hitsOf(value: unknown, absent: number | null): number | null {
  if (value === undefined) {
    return absent;
  }
  const hits = Number(typeof value === "object" ? member(value, "value") : value);
  if (!Number.isInteger(hits) || hits < 0 || hits > MAX_HITS) {
    return null;
  }
  return hits === 0 ? 1 : hits;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function told(statuses: readonly DescriptorStatus[]): Response {
  const over = statuses.filter((status) => status !== null && !status.allowed);
  const waitMs = Math.max(0, ...over.map((status) => status?.retryAfterMs ?? 0));
  const isOver = over.length > 0;
  return Response.json(
    { overallCode: isOver ? "OVER_LIMIT" : "OK", statuses: statuses.map(spelled) },
    {
      status: isOver ? 429 : 200,
      headers: {
        "cache-control": "no-store",
        ...(isOver ? { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) } : {}),
      },
    },
  );
}

function spelled(status: DescriptorStatus): object {
  if (status === null) {
    return { code: "OK" };
  }
  const { allowed, name, terms, remaining, resetMs } = status;
  return {
    code: allowed ? "OK" : "OVER_LIMIT",
    currentLimit: { name, requestsPerUnit: terms.requests, unit: UNITS.get(terms.windowMs) ?? "UNKNOWN" },
    limitRemaining: Math.max(0, Math.floor(remaining)),
    durationUntilReset: `${Math.ceil(resetMs / 1000)}s`,
  };
}

// Steady traffic for the demo: four kinds of clients, each with its own user agent and habits, about twenty requests a
// second through the mesh with those that they cause between the services. Seeded, so that two runs ask the same.
import { Agent, request } from "node:http";

export interface DemoTraffic {
  /** Requests of the clients so far, and how many of them got no answer or one of 5xx. */
  readonly counts: { sent: number; failed: number };
  stop(): void;
}

export interface Call {
  readonly method: "GET" | "POST";
  /** Host to ask for; absent: the mesh's own. */
  readonly host?: string;
  readonly path: string;
  readonly form?: string;
  readonly authorization?: string;
}

interface Client {
  readonly name: string;
  readonly userAgent: string;
  /** Mean time between two turns, ms. */
  readonly everyMs: number;
  /** What it asks for in its `turn`-th turn. */
  calls(random: () => number, turn: number): readonly Call[];
}

const books = ["middlemarch", "moby-dick", "walden", "persuasion", "germinal", "effi-briest", "kokoro", "dom-casmurro"];

const get = (path: string, host?: string): Call => ({ method: "GET", path, ...(host ? { host } : {}) });
const pick = (list: readonly string[], random: () => number): string =>
  list[Math.floor(random() * list.length)] ?? "middlemarch";

/** People look at pages and buy now and then; `walden` is out of stock, so some of them leave without. */
const web: Client = {
  name: "web",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  everyMs: 1000,
  calls(random) {
    const chance = random();
    if (chance < 0.4) {
      return [get("/svc/storefront/")];
    }
    const book = pick(books, random);
    if (chance < 0.9) {
      return [get(`/svc/storefront/books/${book}`)];
    }
    return [{ method: "POST", path: "/svc/storefront/orders", form: `book=${book}` }];
  },
};

/** The app reads the parts directly. */
const ios: Client = {
  name: "ios",
  userAgent: "Bookstore/3.2 (iPhone; iOS 26.1) CFNetwork/3860",
  everyMs: 250,
  calls(random) {
    const book = pick(books, random);
    const parts = ["catalog", "catalog", "reviews", "reviews", "reviews", "recommendations", "inventory"];
    const service = pick(parts, random);
    return [get(service === "inventory" ? `/svc/inventory/stock/${book}` : `/svc/${service}/books/${book}`)];
  },
};

/** A partner's job synchronises prices and stock in bursts, on the shop's own host. */
const partner: Client = {
  name: "partner",
  userAgent: "acme-sync/1.4",
  everyMs: 3000,
  calls: () => [
    get("/api/catalog/books", "bookstore.localhost"),
    ...books.slice(0, 5).map((book) => get(`/api/inventory/stock/${book}`, "bookstore.localhost")),
  ],
};

/** A crawler walks all pages in order, and follows a dead link each round. */
const crawler: Client = {
  name: "crawler",
  userAgent: "Mozilla/5.0 (compatible; BookBot/1.0; +https://bookbot.example/)",
  everyMs: 1000,
  calls: (_random, turn) => [get(`/svc/storefront/books/${books[turn % (books.length + 1)] ?? "out-of-print"}`)],
};

export const clients: readonly Client[] = [web, ios, partner, crawler];

const CALL_TIMEOUT_MS = 5_000;
/** A client whose calls hang waits for them instead of piling up more. */
const MAX_IN_FLIGHT = 8;

/** Until `stop`. `speed` 1 is the normal pace, 0 sends nothing. */
export function startTraffic(url: string, speed: number): DemoTraffic {
  const counts = { sent: 0, failed: 0 };
  const stopping = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT });
  if (speed > 0) {
    clients.forEach((client, index) => run(client, seededRandom(index + 1)));
  }

  function run(client: Client, random: () => number): void {
    let inFlight = 0;
    let turns = 0;
    const turn = (): void => {
      if (stopping.signal.aborted) {
        return;
      }
      setTimeout(turn, (client.everyMs * (0.5 + random())) / speed).unref();
      if (inFlight >= MAX_IN_FLIGHT) {
        return;
      }
      for (const call of client.calls(random, turns)) {
        inFlight += 1;
        counts.sent += 1;
        void one(client.userAgent, call);
      }
      turns += 1;
    };
    const one = async (userAgent: string, call: Call): Promise<void> => {
      const status = await sendCall(agent, url, userAgent, call, stopping.signal);
      inFlight -= 1;
      if ((status === null || status >= 500) && !stopping.signal.aborted) {
        counts.failed += 1;
      }
    };
    turn();
  }

  return {
    counts,
    stop: () => {
      stopping.abort();
      agent.destroy();
    },
  };
}

/** The status, or null when there was no answer. */
export function sendCall(
  agent: Agent,
  url: string,
  userAgent: string,
  call: Call,
  stopping: AbortSignal,
): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const headers = {
    "user-agent": userAgent,
    accept: "*/*",
    ...(call.host ? { host: `${call.host}:${new URL(url).port}` } : {}),
    ...(call.authorization ? { authorization: call.authorization } : {}),
    ...(call.form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
  };
  const outgoing = request(`${url}${call.path}`, { agent, method: call.method, headers, timeout: CALL_TIMEOUT_MS });
  const abort = (): void => void outgoing.destroy();
  stopping.addEventListener("abort", abort, { once: true });
  outgoing.on("response", (incoming) => {
    incoming.resume();
    incoming.on("error", () => undefined);
    incoming.on("close", () => resolve(incoming.complete ? (incoming.statusCode ?? null) : null));
  });
  outgoing.on("timeout", abort);
  outgoing.on("error", () => resolve(null));
  outgoing.end(call.form);
  return promise.finally(() => stopping.removeEventListener("abort", abort));
}

/**
 * Numbers from 0 to below 1 by mulberry32 (Tommy Ettinger, public domain): small, and good enough to vary what is
 * asked.
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

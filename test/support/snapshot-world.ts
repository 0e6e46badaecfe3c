// A registry, a mesh object and a clock for one isolate, all made up: what is asked is counted, what fails is chosen.
// Time passes only while somebody waits.
import { HeldSnapshot, type SnapshotPorts } from "../../src/isolate/snapshot.ts";
import type { ForcedList } from "../../src/model/message/forced.ts";
import type { DynamicEndpoint, EndpointChanges, Head } from "../../src/model/registry/registry.ts";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";

export const START = 1_800_000_000_000;

export function snapshotOf(revision: number, ...services: string[]): Snapshot {
  const entry = (name: string) => ({
    namespace: "shop",
    name,
    exposure: "public" as const,
    endpoints: [],
    policies: {},
    timeouts: { requestMs: 0, perTryMs: 0 },
  });
  return {
    schema: 2,
    revision,
    policies: {},
    services: Object.fromEntries(services.map((name) => [`shop/${name}`, entry(name)])),
    router: {
      rules: [],
      matches: [],
      listeners: [],
      groups: [],
      programs: [],
      hosts: { HTTP: {}, HTTPS: {} },
      entries: {},
      services: {},
    },
  };
}

export const endpoint = (id: string): DynamicEndpoint => ({
  namespace: "shop",
  service: "orders",
  id,
  address: { url: `https://${id}.example` },
  cluster: "default",
  version: null,
  weight: 1,
  priority: 0,
  draining: false,
  ttl: null,
  ttlMs: null,
  lease: null,
  registeredAt: "2026-11-23T10:00:00Z",
  registeredBy: "agent",
});

export type Call = keyof Pick<SnapshotPorts, "poll" | "head" | "snapshot" | "newest" | "changes" | "forced">;

export class SnapshotWorld {
  now = START;
  /** What the registry holds: every readable snapshot, and the head that may be beyond them. */
  snapshots: Snapshot[] = [snapshotOf(1, "orders")];
  head: Head = { revision: 1, generation: 0 };
  changes: EndpointChanges = { generation: 0, changed: [], removed: [] };
  /** What operators force. */
  forced: ForcedList = { version: 0, services: new Map() };
  /** What the mesh object was told; it may lag behind the registry. */
  announced: Head = { revision: 1, generation: 0 };
  pollMs = 500;
  readonly broken = new Set<Call>();
  /** Answers of these calls take so long, in milliseconds. */
  delayMs = 0;
  readonly calls: string[] = [];
  readonly background: Promise<unknown>[] = [];
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  /** What the isolate was told of forced states: version, and when it had asked. */
  readonly heard: [version: number, sentAt: number][] = [];
  /** Keys that were revoked, as the mesh object counts them; and how often the isolate was told. */
  revocations = 0;
  doubts = 0;
  readonly mesh = new HeldSnapshot(
    "isolate-1",
    { region: null, colo: "AMS", continent: "EU" },
    {
      forced: ({ version }, sentAt) => void this.heard.push([version, sentAt]),
      revoked: () => void (this.doubts += 1),
    },
  );

  readonly ports: SnapshotPorts = {
    edge: "edge-1",
    now: () => this.now,
    wait: (ms) => this.#sleep(ms),
    poll: async (question) => {
      await this.#call("poll", `poll ${question.revision}/${question.generation}`);
      const isNews = question.forced !== this.forced.version;
      const { pollMs, revocations } = this;
      return { ...this.announced, pollMs, revocations, ...(isNews ? { forced: this.forced } : {}) };
    },
    head: async () => {
      await this.#call("head", "head");
      return this.head;
    },
    snapshot: async (revision) => {
      await this.#call("snapshot", `snapshot ${revision}`);
      return this.snapshots.find((one) => one.revision === revision) ?? null;
    },
    newest: async () => {
      await this.#call("newest", "newest");
      return this.snapshots.at(-1) ?? null;
    },
    forced: async () => {
      await this.#call("forced", "forced");
      return this.forced;
    },
    changes: async (since) => {
      await this.#call("changes", `changes ${since}`);
      return this.changes;
    },
  };

  /** One request at the present time; time runs on until it is answered. */
  async request(): Promise<Awaited<ReturnType<HeldSnapshot["current"]>>> {
    const [live] = await this.requests(1);
    return live ?? null;
  }

  async requests(count: number): Promise<Awaited<ReturnType<HeldSnapshot["current"]>>[]> {
    const ctx = { waitUntil: (work: Promise<unknown>) => void this.background.push(work) };
    const all = Promise.all(Array.from({ length: count }, () => this.mesh.current(this.ports, ctx, this.now)));
    return this.#until(all);
  }

  /** Lets what goes on behind the requests come to its end. */
  async settle(): Promise<void> {
    while (this.background.length > 0) {
      await this.#until(this.background.shift() ?? Promise.resolve());
    }
  }

  /** The revisions announced and stored from now on. */
  publish(snapshot: Snapshot): void {
    this.snapshots.push(snapshot);
    this.head = { ...this.head, revision: snapshot.revision };
    this.announced = this.head;
  }

  takeCalls(): string[] {
    return this.calls.splice(0);
  }

  async #call(name: Call, text: string): Promise<void> {
    this.calls.push(text);
    if (this.delayMs > 0) {
      await this.#sleep(this.delayMs);
    }
    if (this.broken.has(name)) {
      throw new Error(`${name} cannot be reached`);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ until: this.now + ms, wake }));
  }

  /** Wakes the sleepers one after the other until the work is done. */
  async #until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const watched = work.finally(() => {
      done = true;
    });
    for (;;) {
      for (let turn = 0; turn < 20; turn++) {
        await Promise.resolve();
      }
      if (done) {
        return watched;
      }
      this.#sleepers.sort((a, b) => a.until - b.until);
      const next = this.#sleepers.shift();
      if (next === undefined) {
        continue;
      }
      this.now = Math.max(this.now, next.until);
      next.wake();
    }
  }
}

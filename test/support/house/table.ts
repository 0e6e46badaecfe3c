// Who may import whom: the table of docs/architecture.md, as data.

interface Allowance {
  /** Folders (`model`), files (`config/live.ts`) or file families (`config/store*`) of src, beside its own folder. */
  readonly ours: readonly string[];
  /** The same, but only by `import type`. */
  readonly types: readonly string[];
  /** npm packages and built-in modules; `*` = any. */
  readonly packages: readonly string[];
}

/** Keyed by the folder below src (durable stands beside src), or by the name of a file directly in src. */
export const table: Readonly<Record<string, Allowance>> = {
  model: { ours: [], types: [], packages: ["zod", "yaml"] },
  decide: { ours: ["model"], types: [], packages: ["re2js"] },
  durable: { ours: ["decide", "model", "tokens"], types: [], packages: ["cloudflare:workers"] },
  config: {
    ours: ["model", "decide", "tokens"],
    types: ["env.ts", "durable"],
    packages: ["re2js", "cloudflare:workers"],
  },
  proxy: {
    ours: ["model", "decide", "tokens", "config/live.ts", "config/live-keys.ts", "config/live-jwks.ts"],
    types: ["env.ts", "durable"],
    packages: ["cloudflare:workers"],
  },
  // Signed tokens: reading, checking, signing them, and the keys for that. Asks nobody: who fetches keys passes them in.
  tokens: { ours: ["model", "decide"], types: [], packages: ["jose"] },
  observe: { ours: ["model", "decide"], types: ["env.ts"], packages: [] },
  adapters: { ours: ["model", "decide"], types: ["env.ts"], packages: [] },
  control: {
    ours: ["model", "decide", "config", "observe", "tokens"],
    types: ["env.ts", "durable"],
    packages: ["hono", "@hono/zod-openapi", "zod", "yaml", "jose"],
  },
  cli: { ours: ["model", "agent", "adapters"], types: [], packages: ["*"] },
  agent: { ours: ["model", "cli/client.ts"], types: [], packages: ["*"] },
  dashboard: { ours: ["model", "cli/client.ts"], types: [], packages: ["*"] },
  verify: { ours: ["tokens"], types: [], packages: ["jose", "hono"] },
  "env.ts": { ours: [], types: ["durable"], packages: [] },
  "index.ts": {
    ours: ["proxy", "adapters", "control", "config", "durable", "observe", "decide", "model"],
    types: ["env.ts"],
    packages: ["cloudflare:workers"],
  },
};

/** What a request walks through. Rooms know nothing of each other: only those below know the order. */
export const rooms = ["admit", "identify", "route", "authenticate", "authorize", "limit", "forward"] as const;

/** The whole walk, and the walk of a request that another proxy asks about. */
export const orders: ReadonlySet<string> = new Set(["src/proxy/pipeline.ts", "src/proxy/judge.ts"]);

/** Where a request enters, and what an isolate evaluates before it has served anything. */
export const dataPlaneRoots = ["src/index.ts", "src/proxy/pipeline.ts", "src/config/live.ts"] as const;

/** Libraries of the control plane: evaluating them is most of a cold start. */
export const coldLibraries = ["zod", "yaml", "hono", "@hono/zod-openapi"] as const;

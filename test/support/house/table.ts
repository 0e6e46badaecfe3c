// Who may import whom: the table of docs/architecture.md, as data.

interface Allowance {
  /** Folders (`model`), files (`cli/session/client.ts`) of src, beside its own folder. */
  readonly ours: readonly string[];
  /** The same, but only by `import type`. */
  readonly types: readonly string[];
  /** npm packages and built-in modules; `*` = any. */
  readonly packages: readonly string[];
}

/** Keyed by the folder below src (durable stands beside src), or by the name of a file directly in src. */
export const table: Readonly<Record<string, Allowance>> = {
  model: { ours: [], types: [], packages: ["zod", "yaml"] },
  decide: { ours: ["model"], types: [], packages: ["re2js", "cookie", "ipaddr.js"] },
  // Signed tokens: reading, checking, signing them, and the keys for that. Asks nobody: who fetches keys passes them
  // in.
  tokens: { ours: ["model", "decide"], types: [], packages: ["jose"] },
  // What comes from outside, within bounds: of addresses, time, and size.
  bounded: { ours: ["decide"], types: [], packages: [] },
  durable: { ours: ["decide", "model", "tokens", "bounded"], types: [], packages: ["cloudflare:workers"] },
  env: { ours: ["model"], types: [], packages: [] },
  compile: { ours: ["model", "decide"], types: [], packages: ["re2js"] },
  store: { ours: ["model", "decide"], types: [], packages: [] },
  change: { ours: ["model", "decide", "tokens", "compile", "store", "env"], types: [], packages: [] },
  registry: {
    ours: ["model", "decide", "compile", "change", "store", "env"],
    types: ["isolate"],
    packages: ["cloudflare:workers"],
  },
  isolate: {
    ours: ["model", "decide", "tokens", "store", "env", "observe"],
    types: [],
    packages: ["cloudflare:workers"],
  },
  proxy: {
    ours: ["model", "decide", "tokens", "bounded", "isolate", "observe", "env"],
    types: [],
    packages: ["cloudflare:workers"],
  },
  observe: { ours: ["model", "decide", "bounded"], types: ["env"], packages: ["@bufbuild/protobuf"] },
  adapters: { ours: ["model", "decide", "bounded", "env"], types: [], packages: [] },
  control: {
    ours: [
      "model",
      "decide",
      "tokens",
      "bounded",
      "compile",
      "store",
      "change",
      "registry",
      "isolate",
      "observe",
      "env",
      "mcp",
      "status",
      "verdict",
      "cli/session/client.ts",
      "cli/session/list-resources.ts",
    ],
    types: [],
    packages: ["hono", "@asteasolutions/zod-to-openapi", "zod", "yaml", "jose"],
  },
  // Agents: everything they reach is a call of the admin API, with their own token.
  mcp: {
    ours: ["model", "status", "cli/session/client.ts"],
    types: [],
    packages: ["@modelcontextprotocol/server", "zod"],
  },
  // How the mesh is, told from the answers of the admin API: to the command, and to agents.
  status: {
    ours: ["model", "cli/session/client.ts", "cli/session/list-resources.ts"],
    types: [],
    packages: [],
  },
  // What Now says first, drawn by the page with React and by the Worker as markup.
  verdict: { ours: ["model", "status"], types: [], packages: [] },
  cli: { ours: ["model", "agent", "adapters", "status", "store/deploy-questions.ts"], types: [], packages: ["*"] },
  // Beside a service, in Node: what it knows of the mesh are the admin API, published keys and the words of both.
  agent: { ours: ["model", "verify", "cli/session/client.ts"], types: [], packages: ["*"] },
  // The page in the browser: the admin API through the command's own client, and its words for what is wrong.
  dashboard: {
    ours: [
      "model",
      "status",
      "verdict",
      "cli/session/client.ts",
      "cli/session/events.ts",
      "cli/session/list-resources.ts",
    ],
    types: [],
    packages: ["*"],
  },
  // Runs in services: two files beside tokens, both without I/O, so that a key set is kept fresh by the same rules
  // there.
  verify: {
    ours: ["tokens", "bounded/read-limited.ts", "isolate/kept.ts", "decide/text/bounded-map.ts"],
    types: [],
    packages: ["jose", "hono"],
  },
  "index.ts": {
    ours: ["proxy", "adapters", "control", "registry", "isolate", "durable", "observe", "decide", "model", "env"],
    types: [],
    packages: ["cloudflare:workers"],
  },
};

/** The order of what decides about a request, whoever carries it. Every other file beside it is a stage. */
export const decider = "src/proxy/decide-request.ts";

/**
 * Those who know an order: of every request, of one that the mesh carries, of one that another proxy or an operator
 * asks about.
 */
export const walks: ReadonlySet<string> = new Set([
  decider,
  "src/proxy/pipeline.ts",
  "src/proxy/external-decision.ts",
  "src/proxy/explain.ts",
  "src/proxy/rehearsal.ts",
  "src/proxy/replay.ts",
]);

/** The ends of a walk: not in its list. */
export const ends: readonly string[] = ["src/proxy/admit.ts", "src/proxy/respond.ts"];

/** Where a request enters, and what an isolate evaluates before it has served anything. */
export const dataPlaneRoots = ["src/index.ts", "src/proxy/pipeline.ts", "src/isolate/state.ts"] as const;

/** Libraries of the control plane: evaluating them is most of a cold start. */
export const coldLibraries = [
  "zod",
  "yaml",
  "hono",
  "@asteasolutions/zod-to-openapi",
  "@modelcontextprotocol/server",
] as const;

/** The product's folders from the bottom to the top: each may know those before it. */
export const folderOrder: readonly string[] = [
  "src/model/snapshot",
  "src/model/word",
  "src/model/document/field",
  "src/model/api",
  "src/model/document/gateway-api",
  "src/model/document/kind",
  "src/model/document",
  "src/model/read",
  "src/model/registry",
  "src/model/message",
  "src/decide/fleet",
  "src/decide/keys",
  "src/decide/text",
  "src/bounded",
  "src/decide/balance",
  "src/decide/concurrency",
  "src/decide/header",
  "src/decide/identity",
  "src/decide/authorize",
  "src/decide/limit",
  "src/decide/route",
  "src/decide/retry",
  "src/decide/breaker",
  "src/decide/health",
  "src/decide/transfer",
  "src/decide/trace",
  "src/decide/signals",
  "src/decide/rollout",
  "src/decide/live",
  "src/tokens",
  "src/env",
  "src/compile/documents",
  "src/compile/policy",
  "src/compile/route",
  "src/compile/lint",
  "src/compile",
  "src/store",
  "src/change",
  "src/observe",
  "src/observe/export",
  "src/isolate",
  "src/registry",
  "durable/storage",
  "durable",
  "src/proxy/exchange",
  "src/proxy/identity",
  "src/proxy/limit",
  "src/proxy/transfer",
  "src/proxy/call",
  "src/proxy/filter",
  "src/proxy/explain",
  "src/proxy",
  "src/adapters/authz",
  "src/adapters",
  "src/adapters/source",
  "src/adapters/anypoint",
  "src/adapters/istio/http",
  "src/adapters/istio",
  "src/adapters/rollout",
  "src/adapters/flagger",
  "src/adapters/argo",
  "src/verify",
  "src/cli/session",
  "src/status",
  "src/verdict",
  "src/mcp",
  "src/control/http",
  "src/control/oauth",
  "src/control/operator",
  "src/control/consumer",
  "src/control/register",
  "src/control/client",
  "src/control/rollout",
  "src/control/view",
  "src/control/observe",
  "src/control/live",
  "src/control/page",
  "src/control/calls",
  "src/control",
  "src/cli/reference",
  "src/cli/demo",
  "src/cli/dashboard",
  "src/cli/local",
  "src/cli/deploy",
  "src/cli/echo",
  "src/cli/issuer",
  "src/cli/print",
  "src/agent",
  "src/cli/agent",
  "src/cli/scenario",
  "src/cli/cost",
  "src/cli/observe",
  "src/cli/commands",
  "src/cli/write",
  "src/cli/context",
  "src/cli/explain",
  "src/cli",
  "src/dashboard/word",
  "src/dashboard/data",
  "src/dashboard/part",
  "src/dashboard/signal",
  "src/dashboard/map",
  "src/dashboard/endpoint",
  "src/dashboard/limit",
  "src/dashboard/service",
  "src/dashboard/rollout",
  "src/dashboard/watch",
  "src/dashboard/trace",
  "src/dashboard/history",
  "src/dashboard/now",
  "src/dashboard/catalog",
  "src/dashboard/client",
  "src/dashboard/policy",
  "src/dashboard/explain",
  "src/dashboard/operator",
  "src/dashboard/shell",
  "src/dashboard/portal",
  "src/dashboard",
  "src",
];

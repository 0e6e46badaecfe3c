// The dashboard's screens: where each is, what it is called, and the key that leads there after `g`. Navigation,
// palette, the sheet of keys and `selvage open` read this list.

interface ScreenEntry {
  /** Below `/_selvage/ui`. */
  readonly path: string;
  readonly title: string;
  readonly key: string;
  /** What a person looks for who does not know its name. */
  readonly about: string;
}

export const screens: readonly ScreenEntry[] = [
  { path: "/now", title: "Now", key: "n", about: "what is wrong, status, incidents" },
  { path: "/map", title: "Map", key: "m", about: "service graph, topology, who calls whom" },
  { path: "/services", title: "Services", key: "s", about: "versions, routes, callers, policies in effect" },
  { path: "/rollouts", title: "Rollouts", key: "r", about: "canary, progressive delivery" },
  { path: "/limits", title: "Limits & breakers", key: "l", about: "rate limits, circuit breakers, force, preview" },
  { path: "/traces", title: "Traces", key: "t", about: "spans, waterfall, why it was slow" },
  { path: "/watch", title: "Watch", key: "w", about: "tail, requests as they end, those that were kept" },
  { path: "/endpoints", title: "Endpoints", key: "e", about: "clusters, health checks, drain" },
  { path: "/apis", title: "APIs", key: "a", about: "catalogue, OpenAPI, request access, tiers" },
  { path: "/clients", title: "Clients", key: "k", about: "applications, credentials, contracts" },
  { path: "/policies", title: "Policies", key: "p", about: "documents, YAML, edit, apply, dry run" },
  { path: "/history", title: "History", key: "h", about: "revisions, diff, rollback" },
  { path: "/explain", title: "Explain", key: "x", about: "why a request was decided like that" },
  { path: "/check", title: "Check", key: "c", about: "whether the mesh itself is well, propagation, keys" },
  { path: "/audit", title: "Audit", key: "u", about: "who wrote what, hash chain" },
  { path: "/tokens", title: "Tokens", key: "o", about: "operators, roles, API tokens" },
];

// A mesh of many services that is only answers: the dashboard's own files, and what the admin API would say.
// For what a page costs, where a mesh so large would measure the mesh.
import { gzipSync } from "node:zlib";
import { createServer, type Server } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { createClient } from "../../../src/cli/session/client.ts";
import { openedPage } from "../../../src/control/page/opened-page.ts";
import type { Whoami } from "../../../src/model/api/operators.ts";
import type { Overview } from "../../../src/model/api/overview.ts";
import { meshOverview, runtimeOverview, type OverviewRead } from "../../../src/status/mesh-read.ts";
import { answerTail } from "./pretend-tail.ts";

const types: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

const golden = (requests: number): object => ({
  requests,
  perSecond: requests / 900,
  errors: 0,
  errorPercent: 0,
  clientErrors: 0,
  limited: 0,
  denied: 0,
  meanMs: 10,
  p50Ms: 10,
  p90Ms: 20,
  p95Ms: 30,
  p99Ms: 50,
  inFlight: 1,
  tries: requests,
});

/** @param nth which second it is: every number is another */
export function pretendStats(nth: number, services = 200): object {
  const at = Date.parse("2026-11-29T12:00:00Z") + nth * 1000;
  const text = (ms: number): string => new Date(ms).toISOString();
  const point = (step: number): object => {
    const { requests, errors, limited, meanMs, p50Ms, p95Ms, p99Ms } = golden(step % 97) as Record<string, number>;
    return { at: text((step + 1) * 30_000), requests, errors, limited, meanMs, p50Ms, p95Ms, p99Ms };
  };
  const newest = Math.floor(at / 30_000);
  const series = Array.from({ length: 30 }, (_, back) => point(newest - 29 + back));
  const part = { name: "v1", signals: golden(nth) };
  const service = (which: number): object => ({
    namespace: "shop",
    name: `service-${which}`,
    state: "healthy",
    reasons: [],
    since: null,
    likely: [],
    endpoints: { total: 1, healthy: 1 },
    signals: golden(nth + which),
    before: golden(1),
    versions: [part],
    series,
  });
  return {
    window: {
      from: text(at - 900_000),
      to: text(at),
      seconds: 900,
      resolutionSeconds: 10,
      asOf: text(at),
      ageSeconds: 0,
      countedSince: text(0),
      lost: 0,
      folded: 0,
      partial: false,
    },
    total: golden(nth),
    before: golden(1),
    stepSeconds: 30,
    series,
    services: Array.from({ length: services }, (_, which) => service(which)),
    nowhere: golden(0),
    detail: null,
  };
}

const catalogOf = (services: number): object => ({
  items: Array.from({ length: services }, (_, nth) => ({
    namespace: "shop",
    name: `service-${nth}`,
    description: `number ${nth} of many`,
    owner: `team-${nth % 50}`,
    labels: {},
    links: [],
    exposure: "mesh",
    addresses: [`/svc/service-${nth}.shop/`],
    versions: [{ version: "v1", endpoints: 1 }],
    endpoints: [
      {
        id: "1",
        service: `service-${nth}`,
        namespace: "shop",
        cluster: "local",
        weight: 1,
        url: `https://service-${nth}.shop.example.com`,
        priority: 0,
        source: "dynamic",
        draining: false,
        health: "healthy",
        healthSince: null,
        healthCause: null,
        healthFrom: "lease",
        ttl: null,
        registeredAt: null,
        version: "v1",
      },
    ],
  })),
});

const documentsOf = (services: number): object => ({
  items: Array.from({ length: services }, (_, nth) => ({
    apiVersion: "selvage.dev/v1",
    kind: "Service",
    metadata: {
      name: `service-${nth}`,
      namespace: "shop",
      labels: {},
      annotations: {},
      uid: String(nth),
      resourceVersion: "1",
      generation: 1,
      createdAt: "2026-11-29T12:00:00Z",
      updatedAt: "2026-11-29T12:00:00Z",
      updatedBy: "mia",
      manager: "cli",
      applySet: null,
    },
    spec: {},
    status: null,
  })),
  nextCursor: null,
  revision: 1,
});

/** By path. */
export const answersOf = (services: number): Readonly<Record<string, object>> => ({
  "/_selvage/readyz": { ready: true, registry: "reachable", stale: false, revision: 1 },
  "/_selvage/v1/whoami": { name: "mia", role: "admin", namespaces: null },
  "/_selvage/v1/catalog": catalogOf(services),
  "/_selvage/v1/stats": pretendStats(0, Math.min(services, 200)),
  "/_selvage/v1/revisions": { items: [], nextCursor: null, revision: 1 },
  "/_selvage/v1/revisions/1/propagation": { current: 1, behind: 0, complete: true, isolates: [], head: 1, ageMs: 0 },
  "/_selvage/v1/resources": documentsOf(services),
  "/_selvage/v1/breakers": { items: [], more: false },
  "/_selvage/v1/limits": { items: [], unreachable: [] },
  "/_selvage/v1/audit": { items: [], nextCursor: null },
  "/_selvage/v1/tokens": { items: [] },
});

/** What the page begins with: each of the answers as if it had been asked for alone. */
const overviewOf = (answers: Readonly<Record<string, object>>): Overview => ({
  answers: [
    ...Object.entries(answers)
      .filter(([path]) => path.startsWith("/_selvage/v1/"))
      .map(([path, value]) => ({ path: `${path}${queries[path] ?? ""}`, status: 200, value })),
    ...["1m", "10m"].map((window) => ({
      path: `/_selvage/v1/stats?window=${window}`,
      status: 200,
      value: answers["/_selvage/v1/stats"],
    })),
  ],
});

/** As the mesh reads it, from these answers. */
async function overviewRead(overview: Overview): Promise<OverviewRead> {
  const client = createClient({
    server: "http://mesh",
    token: null,
    timeoutMs: 1_000,
    fetch: async ({ pathname, search }) => {
      const answer = overview.answers.find(({ path }) => path === `${pathname}${search}`);
      return Response.json(answer?.value, { status: answer?.status ?? 404 });
    },
  });
  const [who, mesh, runtime] = await Promise.all([
    client.call<Whoami>("GET", "/whoami"),
    meshOverview(client),
    runtimeOverview(client, []),
  ]);
  return { overview, isWhole: true, mesh, runtime, who: who.ok ? who.value : null };
}

const queries: Readonly<Record<string, string>> = {
  "/_selvage/v1/stats": "?window=15m",
  "/_selvage/v1/revisions": "?limit=3",
  "/_selvage/v1/limits": "?limit=1000",
  "/_selvage/v1/audit": "?limit=100",
};

/** A hundred times what one who reads can follow. */
const TAIL_PER_SECOND = 2_000;

interface PretendOptions {
  readonly isSignedIn?: boolean;
  /** In place of what it would answer, by path. */
  readonly others?: Readonly<Record<string, object>>;
}

/** @param files the dashboard's folder */
export async function startPretendMesh(
  files: string,
  services: number,
  { isSignedIn = true, others = {} }: PretendOptions = {},
): Promise<{ readonly url: string; readonly server: Server }> {
  const answers = { ...answersOf(services), ...others };
  const texts = new Map(Object.entries(answers).map(([path, answer]) => [path, JSON.stringify(answer)]));
  const overview = overviewOf(answers);
  const packed = gzipSync(JSON.stringify(overview));
  const read = isSignedIn ? await overviewRead(overview) : null;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://mesh");
    const answer = texts.get(pathname);
    const file = /^\/_selvage\/ui\/(assets\/[\w.-]+)$/.exec(pathname)?.[1];
    if (!isSignedIn && pathname.startsWith("/_selvage/v1/")) {
      response.statusCode = 401;
      response.setHeader("content-type", "application/problem+json");
      response.end(JSON.stringify({ code: "SLV1001", title: "No proof", detail: "Nobody is signed in.", status: 401 }));
    } else if (pathname === "/empty") {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>empty</title><h1>empty</h1>");
    } else if (pathname === "/_selvage/v1/tail") {
      answerTail(request, response, TAIL_PER_SECOND);
    } else if (pathname === "/_selvage/v1/overview") {
      response.setHeader("content-type", "application/json");
      response.setHeader("content-encoding", "gzip");
      response.end(packed);
    } else if (answer !== undefined) {
      response.setHeader("content-type", "application/json");
      response.end(answer);
    } else if (file !== undefined) {
      response.setHeader("content-type", types[file.split(".").at(-1) ?? ""] ?? "application/octet-stream");
      // As assets are served.
      response.setHeader("content-encoding", "gzip");
      response.setHeader("cache-control", "public, max-age=31536000, immutable");
      response.end(gzipSync(readFileSync(join(files, file))));
    } else {
      response.statusCode = pathname.startsWith("/_selvage/ui/") ? 200 : 404;
      response.setHeader("content-type", "text/html");
      response.setHeader("content-encoding", "gzip");
      const path = pathname.slice("/_selvage/ui".length);
      const page = readFileSync(join(files, path === "/" || path === "/now" ? "index.html" : "screens.html"), "utf8");
      const [, theme = null] = /selvage-theme=(\w+)/.exec(request.headers.cookie ?? "") ?? [];
      const opening = { base: "/_selvage/ui", path, theme, window: "15m", now: Date.now() };
      if (read === null) {
        response.setHeader("link", "</_selvage/v1/overview?window=15m>; rel=preload; as=fetch; crossorigin");
      }
      response.end(gzipSync(read === null ? page : openedPage(page, { ...opening, read })));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

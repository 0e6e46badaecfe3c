// Hostile calls of the admin API: `npx node test/fuzz/admin.ts [--seed n] [--count n]` sends requests made from its own
// OpenAPI document to a local mesh. None may be an error of ours, tell of our insides or take long, and after each lot
// the registry is whole: nothing is written that was not answered with a revision, the audit's chain holds, and
// everything stored can be applied again.
import { startMesh } from "../support/mesh.ts";
import { wrongWith } from "./admin-answers.ts";
import { hostileRequest, operationsOf, type AdminRequest, type OpenApi } from "./admin-requests.ts";
import { countOf, seeded, seedOf } from "./random.ts";
import { rawClient, type RawAnswer, type RawClient } from "./raw-client.ts";

const CONNECTIONS = 6;
const LOT = 2500;
const LONGEST_MS = 10_000;
const MOST_SHOWN = 40;
/** They tell of a revision that somebody else wrote. */
const READING: ReadonlySet<string> = new Set(["diff", "validate"]);

const SEED_DOCUMENTS = `
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: orders, namespace: shop}, spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:9"}]}}
---
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {}}
---
{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: app, namespace: shop}, spec: {}}
---
{apiVersion: selvage.dev/v1, kind: TrafficPolicy, metadata: {name: orders, namespace: shop}, spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}}
`;

const seed = seedOf(process.argv);
const count = countOf(process.argv, 60_000);
console.log(`seed ${seed}, ${count} requests`);

const faults: string[] = [];
const statuses = new Map<number, number>();
const operationsSeen = new Set<string>();
let closed = 0;
let longestMs = 0;
/** Revisions that an answer spoke of. */
let told = 0;

const mesh = await startMesh();
const startedAtMs = Date.now();
try {
  const port = Number(new URL(mesh.url).port);
  const asking = rawClient(port);
  const api = async (method: string, path: string, body?: string, type = "application/yaml"): Promise<RawAnswer> => {
    const answer = await asking.send(
      bytesOf(
        method,
        path,
        [
          ["authorization", `Bearer ${mesh.token}`],
          ["content-type", type],
        ],
        body ?? null,
      ),
    );
    if (answer === null) {
      throw new Error(`${method} ${path} was not answered`);
    }
    return answer;
  };
  const tokens = Array.from({ length: 10 }, () => mesh.token);
  for (const role of ["viewer", "operator"]) {
    const minted = await api(
      "POST",
      "/_selvage/v1/tokens",
      JSON.stringify({ name: role, role, namespaces: ["shop"] }),
      "application/json",
    );
    tokens.push((JSON.parse(minted.body) as { token: string }).token);
  }
  tokens.push("unknown", "slv_0123456789abcdef");
  note(await api("POST", "/_selvage/v1/apply", SEED_DOCUMENTS));
  const document = JSON.parse(
    Buffer.from((await api("GET", "/_selvage/openapi.json")).body, "latin1").toString(),
  ) as OpenApi;
  const operations = operationsOf(document);
  const random = seeded(seed);
  for (let left = count; left > 0 && faults.length < MOST_SHOWN; left -= LOT) {
    let rest = Math.min(LOT, left);
    const work = async (): Promise<void> => {
      const client = rawClient(port);
      while (rest-- > 0) {
        await once(client, hostileRequest(operations, document, tokens, random));
      }
      client.close();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    await holdToWhole(api);
  }
  asking.close();
  console.log(`${operationsSeen.size} of ${operations.length} calls were answered with success at least once`);
} finally {
  const code = await mesh.stop();
  if (code !== 0) {
    faults.push(`the mesh ended with ${code}`);
  }
}

const spent = (Date.now() - startedAtMs) / 1000;
console.log(
  `${count} requests in ${spent.toFixed(0)} s; longest ${longestMs} ms; closed without an answer ${closed}; head ${told}`,
);
console.log(
  [...statuses]
    .toSorted()
    .map(([status, times]) => `${status}: ${times}`)
    .join("  "),
);
for (const fault of faults.slice(0, MOST_SHOWN)) {
  console.log(`WRONG ${fault}`);
}
console.log(`${faults.length} wrong`);
process.exit(faults.length === 0 ? 0 : 1);

async function once(client: RawClient, request: AdminRequest): Promise<void> {
  const { operationId, method, target, headers, body } = request;
  const sentAtMs = Date.now();
  const answer = await client.send(bytesOf(method, target, headers, body));
  const tookMs = Date.now() - sentAtMs;
  longestMs = Math.max(longestMs, tookMs);
  const wrong = (why: string): void =>
    void faults.push(`${operationId} ${JSON.stringify(request).slice(0, 600)}: ${why}: ${answer?.body.slice(0, 300)}`);
  if (tookMs > LONGEST_MS) {
    wrong(`took ${tookMs} ms`);
  }
  if (answer === null) {
    closed++;
    return;
  }
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  if (answer.status < 300) {
    operationsSeen.add(operationId);
  }
  const why = method === "HEAD" ? null : wrongWith({ ...answer, type: answer.headers.get("content-type") ?? null });
  if (why !== null) {
    wrong(why);
  }
  if (method !== "GET" && !READING.has(operationId)) {
    note(answer);
  }
}

/** A write says which revision it made. */
function note({ status, body, headers }: RawAnswer): void {
  if (status >= 300) {
    return;
  }
  const revisions = [
    /"revision":(\d+)/.exec(body)?.[1],
    /"resourceVersion":"(\d+)"/.exec(body)?.[1],
    /^"(\d+)"$/.exec(headers.get("etag") ?? "")?.[1],
  ];
  told = Math.max(told, ...revisions.map((one) => Number(one ?? 0)));
}

async function holdToWhole(api: (method: string, path: string, body?: string) => Promise<RawAnswer>): Promise<void> {
  const verified = await api("GET", "/_selvage/v1/audit/verify");
  if (!verified.body.includes('"ok":true')) {
    faults.push(`the audit does not hold: ${verified.body.slice(0, 200)}`);
  }
  const before = told;
  const head = Number(/"revision":(\d+)/.exec((await api("GET", "/_selvage/v1/revisions?limit=1")).body)?.[1]);
  if (head !== before) {
    faults.push(`the registry is at revision ${head}, and answers spoke of ${before}`);
  }
  const exported = await mesh.cli(["export"]);
  if (exported.code !== 0) {
    faults.push(`export: ${exported.stderr.slice(0, 300)}`);
  }
  const again = await api("POST", "/_selvage/v1/diff", Buffer.from(exported.stdout).toString("latin1"));
  if (again.status !== 200 || !/"create":0,"update":0/.test(again.body)) {
    faults.push(`what is stored does not apply to itself: ${again.status} ${again.body.slice(0, 300)}`);
  }
}

function bytesOf(method: string, target: string, headers: AdminRequest["headers"], body: string | null): string {
  const lines = [
    ["host", "mesh.test"],
    ...headers,
    ...(body === null ? [] : [["content-length", String(body.length)]]),
  ];
  return `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body ?? ""}`;
}

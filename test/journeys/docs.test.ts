// The commands of the documentation, run as they stand there: every shell block of a page in its order, in one folder,
// against one mesh with the bookstore. Only ports and the data folder are put in place of the ones on the page.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { freePorts } from "../support/ports.ts";

const root = new URL("../..", import.meta.url).pathname;
const missing = ["bash", "curl"].find((command) => spawnSync(command, ["--version"]).status !== 0);

/** Blocks that begin something which stays in the foreground, or need an account. */
const elsewhere = /npm ci|npm start|selvage up|npx wrangler/;

/** What a block says beside exit code 0, by something that stands in it. */
const results: readonly { readonly block: string; readonly code?: number; readonly says: RegExp }[] = [
  {
    block: "selvage agent --service clerk",
    says: /401 around the mesh\n401 without an identity\n200 as clerk\n[\s\S]*agent-[0-9a-f]{12}/,
  },
  {
    block: "selvage override add",
    says: /override\/all-to-v1 lies over httproute\/reviews-split[\s\S]*InForce[\s\S]*Overrides, which change what is in force[\s\S]*removed/,
  },
  {
    block: "selvage catalog",
    says: /"contracts":\[\{"application":"web\/mobile","tier":"bronze"\}\][\s\S]*"servers":\[\{"url":"http:[^"]+\/svc\/prices\.shop"\}\][\s\S]*shop\/prices +public +bronze[\s\S]*contract +web\/mobile, tier bronze[\s\S]*"title": "Prices"/,
  },
  { block: "name: people", says: /401\n200\n/ },
  {
    block: "name: hello-canary",
    says: /200 hello( v2)?\n200 hello( v2)?\n200 hello( v2)?\n429[\s\S]*hello +hourly +ben +3\/3/,
  },
  { block: "$API/catalog?namespace=guide", says: /"greeter"/ },
  { block: "set=guide", says: /"summary":\{"create":2/ },
  { block: "exposur: public", says: /"valid":false[\s\S]*Did you mean exposure\?/ },
  { block: "SEEN=", says: /"exposure":"mesh"/ },
  { block: '{"spec": {"exposure": "public"}}', says: /"code":"SLV3001"/ },
  { block: "labelSelector", says: /"name":"greeter"/ },
  { block: "it was a try", says: /"update":1[\s\S]*"complete":/ },
  { block: "endpoints/one/drain", says: /"ok":true[\s\S]*"draining":true/ },
  { block: "audit/verify", says: /"ok":true/ },
  { block: "problems/SLV3001", says: /"status":412/ },
  { block: "readyz", says: /"ready":true/ },
  { block: "metadata: { name: hello }\nspec:\n  exposure", says: /HTTP\/1\.1 200 OK[\s\S]*selvage-revision: \d+/ },
  { block: "host: hello.localhost", says: /HTTP\/1\.1 200 OK[\s\S]*revision \d+/ },
  { block: "selvage get endpoints", says: /storefront +demo-v1 +http:/ },
  { block: "svc/reviews/books/kokoro", says: /x-served-by: reviews v[12]/i },
  { block: "svc/nobody/", says: /SLV5003/ },
  { block: "/archive/2020", says: /location: http:\/\/pages\.localhost\/old\/2020/i },
  { block: "name: twice", says: /SLV1305[\s\S]*GET http:\/\/twice\.localhost\/static\/any/ },
  { block: "host: ratings, subset: v2", says: /3 documents, 2 notes \(1 dropped, 1 changed\)/ },
  { block: "import istio -f /tmp/reviews.istio.yaml |", says: /httproute\/ratings created/ },
  // Notes are on stderr, documents on stdout: either may come first.
  { block: "import flagger -f", says: /(?=[^]*weight: 25)[^]*1 document, 5 notes \(2 dropped, 3 changed\)/ },
  { block: "import argo-rollouts -f", says: /(?=[^]*weight: 20)[^]*1 document, 3 notes \(2 dropped, 1 changed\)/ },
  { block: "selvage diff -f /tmp/reviews.yaml", code: 0, says: /revision \d+/ },
  { block: "backendRef: [", code: 6, says: /Did you mean backendRefs\?/ },
  { block: "rollback --to 1", says: /revision \d+/ },
  { block: "-X PUT", says: /"clock-1"[\s\S]*HTTP\/1\.1 200 OK/ },
  { block: "/heartbeats", says: /"ok":true/ },
  { block: "$API/catalog", says: /"storefront"/ },
  {
    block: "name: per-client",
    says: /200\n200\n200\nHTTP\/1\.1 429[\s\S]*"violated":"RateLimitPolicy\/default\/per-client\/hourly"/,
  },
  {
    block: "name: readers",
    says: /200\nHTTP\/1\.1 403[\s\S]*AuthorizationPolicy\/default\/readers[\s\S]*SLV2150/,
  },
  {
    block: "selvage contract request",
    says: /401\n[\s\S]*pending[\s\S]*approved[\s\S]*200\n200\nHTTP\/1\.1 429[\s\S]*x-ratelimit-limit: 2/i,
  },
  { block: "selvage contract revoke", says: /tier\/bronze +hourly[\s\S]*revoked[\s\S]*401\n[\s\S]*restored/ },
  { block: "selvage app rotate", says: /client secret +slvs_[\s\S]*"secrets":\[\]/ },
  { block: "selvage-identity: $TOKEN", says: /200/ },
  {
    block: "authz/envoy/orders.shop",
    says: /HTTP\/1\.1 200 OK[\s\S]*allow; policy="Service\/shop\/orders"[\s\S]*HTTP\/1\.1 200 OK/,
  },
  { block: "ratelimit/json", says: /"overallCode":"OK"[\s\S]*"requestsPerUnit":3/ },
  { block: "tools/call", says: /"healthy":(true|false)/ },
  { block: "selvage keys get", says: /signing[\s\S]*next/ },
  { block: "selvage limit get", says: /per-client +hourly +127\.0\.0\.1 +3\/3[\s\S]*"unreachable":\[\]/ },
];

const PAGES = [
  "README.md",
  "docs/getting-started.md",
  "docs/services.md",
  "docs/api.md",
  "docs/routing.md",
  "docs/import.md",
  "docs/rate-limits.md",
  "docs/authorization.md",
  "docs/contracts.md",
  "docs/identity.md",
  "docs/adapters.md",
  "docs/overrides.md",
  "docs/mcp.md",
  "docs/agent.md",
];

let mesh: TestMesh;
const folder = mkdtempSync(join(tmpdir(), "selvage-docs-"));
const servers: number[] = [];

beforeAll(async () => {
  mesh = await startMesh({ args: ["--demo"] });
});
afterAll(async () => {
  for (const pid of servers) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Under npm it has ended with the shell that started it.
    }
  }
  await mesh.stop();
  rmSync(folder, { recursive: true });
});

/** The shell blocks of a page that can be run here. */
function blocksOf(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map(([, block = ""]) => block)
    .filter((block) => !elsewhere.test(block));
}

/** One script, so that what a block defines is there for the next; each block's output between its marks. */
async function run(page: string): Promise<{ block: string; code: number; output: string }[]> {
  const free = await freePorts(4);
  const ports = new Map(["9000", "9100", "4140", "4143"].map((port, at) => [port, String(free + at)]));
  const inPlace = (block: string): string =>
    block
      .replaceAll("http://127.0.0.1:8787", mesh.url)
      // npm in between costs a second a command here; README shows that it works.
      .replaceAll("npm run -s selvage --", page === "README.md" ? "npm run -s selvage --" : "node src/cli/main.ts")
      // Not through the page's function or npm: what is started is what has to be ended.
      .replace(/^\S.*\b(echo --name|dev-issuer|agent --service)/gm, "node src/cli/main.ts $1")
      .replace(/\b(?:9[013]0[01]|414[03])\b/g, (port) => ports.get(port) ?? port)
      .replaceAll("/tmp/", `${folder}/`)
      .replaceAll(".selvage/", `${mesh.data}/`)
      .replace(
        /^(.* (?:echo --name|dev-issuer|agent --service) ?.*?--(?:port|inbound|outbound) (?:[\d.]+:)?(\d+).*?)(?: &)?$/gm,
        (_line, command: string, port: string) =>
          `${command} >/dev/null 2>&1 & echo "server $!"; until curl -s -o ${folder}/none http://127.0.0.1:${port}/; do sleep 0.1; done`,
      );
  const blocks = blocksOf(page);
  const script = blocks.map((block) => `echo "=== block"\n(exit 0)\n${inPlace(block)}\necho "=== code $?"`).join("\n");
  const child = spawn("bash", ["-c", script], {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      SELVAGE_URL: mesh.url,
      SELVAGE_TOKEN: mesh.token,
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  await once(child, "exit");
  for (const [, pid] of output.matchAll(/^server (\d+)$/gm)) {
    servers.push(Number(pid));
  }
  const parts = output.split("=== block\n").slice(1);
  return blocks.map((block, index) => {
    const [text = "", code = ""] = (parts[index] ?? "").split("=== code ");
    return { block, code: Number.parseInt(code, 10), output: text };
  });
}

describe.each(PAGES)("%s", (page) => {
  it("says only what happens", async (context) => {
    if (missing !== undefined) {
      return context.skip(`needs ${missing}`);
    }
    for (const { block, code, output } of await run(page)) {
      const expected = results.find((one) => block.includes(one.block));
      expect(code, `${block}\n${output}`).toBe(expected?.code ?? 0);
      if (expected) {
        expect(output, block).toMatch(expected.says);
      }
    }
  });
});

it("knows every result that it expects", () => {
  const all = PAGES.flatMap(blocksOf);
  expect(results.filter(({ block }) => !all.some((one) => one.includes(block)))).toEqual([]);
});

import { afterEach, beforeEach, expect, it } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

const ID = "6f0d9c1e-6f5b-4a3e-9a53-0f4f6c7d2b11";
const receipt = {
  requestId: ID,
  traceId: "0af7651916cd43dd8448eb211c80319c",
  at: "2026-01-01T12:00:00.000Z",
  tookMs: 30,
  keptFor: "error",
  method: "GET",
  host: "shop.example",
  path: "/orders",
  clientIp: "192.0.2.7",
  caller: "anonymous",
  service: "shop/orders",
  version: "v1",
  endpoint: "e1",
  route: "HTTPRoute/shop/orders/0",
  status: 502,
  decision: "forward",
  policy: null,
  code: "SLV5006",
  detail: "Endpoint e1 refused the connection",
  revision: 7,
  held: { limit: ["shop/per-client"] },
  read: {},
  steps: [],
  calls: [
    {
      purpose: "attempt",
      service: "shop/orders",
      endpoint: "e1",
      cluster: "eu",
      version: "v1",
      fromMs: 2,
      toMs: 9,
      status: null,
      failure: "lost",
      spanId: "1",
    },
  ],
};
const side = {
  status: null,
  decision: "forwarded",
  policy: null,
  code: null,
  route: "HTTPRoute/shop/orders/0",
  destination: "shop/orders",
};

const replayed = {
  revision: 7,
  replayed: 9,
  skipped: 1,
  since: "2026-01-01T12:00:00.000Z",
  items: [
    {
      kind: "denied",
      caller: "anonymous",
      route: "HTTPRoute/shop/orders/0",
      requests: 3,
      uncertain: 1,
      example: {
        requestId: "k1",
        at: "",
        method: "GET",
        host: "shop.example",
        path: "/orders",
        before: side,
        after: { ...side, status: 403, code: "SLV2150" },
      },
    },
  ],
};

let bench: CommandBench;
beforeEach(async () => {
  bench = new CommandBench();
  await bench.against({
    "GET /requests": { body: { items: [receipt], dropped: 2 } },
    [`GET /requests/${ID}`]: { body: receipt },
    "GET /traces": { body: { items: [], dropped: 0 } },
    "POST /replay": { body: replayed },
    "POST /revisions/6/replay": { body: replayed },
  });
});
afterEach(() => bench.close());

it("get requests lists them, and says how many more there were", async () => {
  const { code, stdout, stderr } = await bench.run("get", "requests", "-A");
  expect([code, stdout.split("\n")[1]]).toEqual([
    0,
    expect.stringMatching(/^2026-01-01T12:00:00.000Z +6f0d9c1e\S+ +GET +shop.example\/orders +502/),
  ]);
  expect(stderr).toContain("2 more were not kept");
});

it("explain and get request show one", async () => {
  const explained = await bench.run("explain", ID);
  expect(explained.stdout).toContain("The mesh answered 502: forward, SLV5006 Endpoint e1 refused the connection");
  expect(explained.stdout).toMatch(/attempt +e1 +2 ms +7 ms +lost/);
  expect((await bench.run("get", "request", ID)).stdout).toBe(explained.stdout);
});

it("replay tells differences, and its exit code that there are some", async () => {
  const { code, stdout, stderr } = await bench.run("replay", "-f", bench.file("change.yaml", "kind: Service"));
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /denied +3 \(1 uncertain\) +anonymous +HTTPRoute\/shop\/orders\/0 +GET shop.example\/orders +to shop\/orders +403 SLV2150/,
  );
  expect(stderr).toContain(
    "9 kept requests since 2026-01-01T12:00:00.000Z against revision 7: 1 difference, 1 left out",
  );
});

it("replay of the return to a revision asks for that, and takes files or a revision", async () => {
  const { code, stdout } = await bench.run("replay", "--to", "6");
  expect(code).toBe(1);
  expect(stdout).toMatch(/denied +3 \(1 uncertain\) +anonymous/);
  for (const args of [[], ["--to", "6", "-f", bench.file("change.yaml", "kind: Service")]]) {
    expect(await bench.run("replay", ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--to REVISION"),
    });
  }
});

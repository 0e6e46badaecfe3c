import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { CommandBench } from "../../support/command-bench.ts";
import { problem } from "../../support/scripted-api.ts";

const told = {
  revision: 41,
  request: { method: "POST", host: "shop.example", path: "/orders", clientIp: null },
  caller: { workload: "spiffe://mesh.local/ns/shop/sa/web", application: null, user: null, imagined: true },
  decisions: [
    {
      stage: "route",
      outcome: "passed",
      document: { kind: "HTTPRoute", namespace: "shop", name: "orders", pointer: "/spec/rules/0" },
      detail: "Rule 0 of HTTPRoute shop/orders: to shop/orders v1",
      alternatives: [
        {
          document: { kind: "HTTPRoute", namespace: "shop", name: "refunds", pointer: null },
          why: "its method is GET",
        },
        { document: null, why: "10 % of the requests go to shop/orders v2" },
      ],
      withheld: false,
    },
    { stage: "limit", outcome: "unknown", document: null, detail: "not known", alternatives: [], withheld: false },
  ],
  destination: { namespace: "shop", service: "orders", version: "v1" },
  endpoints: [
    {
      id: "e1",
      address: "https://e1.example",
      cluster: "default",
      version: "v1",
      weight: 1,
      priority: 0,
      eligible: false,
      why: "its breaker is open",
    },
  ],
  answer: {
    from: "mesh",
    status: 503,
    problem: { code: "SLV5020", title: "", status: 503, detail: "No endpoint may be asked" },
    headers: {},
  },
};

let bench: CommandBench;
beforeEach(async () => {
  bench = new CommandBench();
  await bench.against({ "POST /explain": { body: told } });
});
afterEach(() => bench.close());

const sent = (): unknown => JSON.parse(bench.seen[0]?.body ?? "null");

describe("selvage explain METHOD URL", () => {
  it("asks about the request as it was written", async () => {
    const line = ["-H", "x-a: 1", "-H", "X-A: 2", "--as", "spiffe://mesh.local/ns/shop/sa/web", "--revision", "41"];
    await bench.run("explain", "POST", "https://shop.example/orders", ...line, "--client-ip", "192.0.2.7");
    expect(sent()).toEqual({
      method: "POST",
      url: "https://shop.example/orders",
      headers: { "x-a": "1, 2" },
      as: "spiffe://mesh.local/ns/shop/sa/web",
      revision: 41,
      clientIp: "192.0.2.7",
    });
  });

  it("takes a URL alone for a GET, and a path for one of the mesh that is asked", async () => {
    await bench.run("explain", "/svc/orders.shop/");
    expect(sent()).toMatchObject({ method: "GET", url: expect.stringMatching(/^http:\/\/127.*\/svc\/orders.shop\/$/) });
  });

  it("shows decisions in order, alternatives below them, endpoints and the answer", async () => {
    const { code, stdout } = await bench.run("explain", "POST", "https://shop.example/orders");
    expect([code, stdout.split("\n")]).toEqual([
      0,
      [
        "POST shop.example/orders from an unknown address as spiffe://mesh.local/ns/shop/sa/web (imagined), at revision 41",
        "",
        "ok route         Rule 0 of HTTPRoute shop/orders: to shop/orders v1 [httproute/orders in shop /spec/rules/0]",
        "                 not httproute/refunds in shop: its method is GET",
        "                 not there: 10 % of the requests go to shop/orders v2",
        "?  limit         not known",
        "",
        "ENDPOINT   ADDRESS              CLUSTER   VERSION   WEIGHT   PRIORITY   COULD ANSWER",
        "e1         https://e1.example   default   v1        1        0          no: its breaker is open",
        "",
        "The mesh would answer 503: SLV5020 No endpoint may be asked",
      ],
    ]);
  });

  it("takes what the mesh cannot read of the command line for its fault", async () => {
    expect((await bench.run("explain", "GET", "orders")).code).toBe(2);
    expect(bench.seen).toHaveLength(0);
    await bench.script(() => problem(422, "SLV1003", "The body is not valid."));
    expect((await bench.run("explain", "GET", "/orders", "--client-ip", "x")).code).toBe(2);
  });

  it("refuses a header without a name, and asks nothing", async () => {
    const { code, stderr } = await bench.run("explain", "GET", "/", "-H", "nothing");
    expect([code, stderr, bench.seen.length]).toEqual([2, expect.stringContaining('"nothing" is no header'), 0]);
  });
});

describe("the line of a setting", () => {
  const resource = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "orders", namespace: "shop", labels: { team: "a" } },
    spec: { hostnames: ["shop.example"], rules: [{ backendRefs: [{ name: "orders" }] }] },
  };

  it("is the one that get -o yaml prints", async () => {
    await bench.script(({ method, url }) =>
      method === "POST" ? { body: told } : url.endsWith("/orders") ? { body: resource } : { status: 404, body: {} },
    );
    const { stdout } = await bench.run("explain", "POST", "https://shop.example/orders");
    expect(stdout).toContain("[httproute/orders in shop /spec/rules/0, line 12]");
    const printed = stringify(resource, { lineWidth: 0 }).split("\n");
    expect(printed[11]).toBe("    - backendRefs:");
  });

  it("is that of the file where one is at hand, and there is none of a document that is not in it", async () => {
    const text = stringify(resource);
    const file = bench.file("mesh.yaml", `# one line\nkind: Other\n---\n${text}`);
    const { stdout } = await bench.run(
      "explain",
      "POST",
      "https://shop.example/orders",
      "-f",
      file,
      "--revision",
      "41",
    );
    const line = `# one line\nkind: Other\n---\n${text}`.split("\n").indexOf("    - backendRefs:") + 1;
    expect(stdout).toContain(`[httproute/orders in shop /spec/rules/0, ${file}:${line}]`);
    const other = bench.file("other.yaml", "kind: Other\n");
    const without = await bench.run("explain", "POST", "https://shop.example/orders", "-f", other);
    expect(without.stdout).toContain("[httproute/orders in shop /spec/rules/0]");
    expect((await bench.run("explain", "POST", "https://shop.example/orders", "-f", "nowhere.yaml")).code).toBe(2);
  });
});

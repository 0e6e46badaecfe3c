// What a scenario changed and how it is put back, by whoever comes next: against a registry in memory.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeDocument, putScenarioBack } from "../../../src/cli/demo/scenario-remains.ts";
import { createClient, type ApiClient } from "../../../src/cli/session/client.ts";
import { problem, scriptedApi, type Scripted, type ScriptedApi, type Seen } from "../../support/scripted-api.ts";

const PATH = "/namespaces/default/httproute/reviews-split";
const original = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: {
    name: "reviews-split",
    namespace: "default",
    labels: { app: "bookstore" },
    annotations: { note: "mine" },
    resourceVersion: "1",
    manager: "cli",
  },
  spec: { parentRefs: [{ name: "reviews" }], rules: [{ name: "split" }] },
};

let api: ScriptedApi;
let client: ApiClient;
let stored: typeof original | undefined;
let endpoints: string[];
let broken = false;

function answer({ method, body, url, headers }: Seen, path: string): Scripted {
  if (broken) {
    return problem(503, "SLV9001", "gone");
  }
  if (method === "GET" && path === "/resources") {
    const isChanged = stored && "demo.selvage.dev/scenario" in stored.metadata.labels;
    return { body: { items: isChanged ? [stored] : [], nextCursor: null, revision: 1 } };
  }
  if (method === "GET" && path === "/catalog") {
    const items = endpoints.map((id) => ({ id, namespace: "default", service: "reviews" }));
    return { body: { items: [{ endpoints: items }], revision: 1 } };
  }
  if (path === PATH && stored) {
    if (method === "PUT") {
      expect(headers["if-match"]).toBe(`"${stored.metadata.resourceVersion}"`);
      const { metadata, spec } = JSON.parse(body);
      const resourceVersion = String(Number(stored.metadata.resourceVersion) + 1);
      const manager = new URL(url, "http://x").searchParams.get("manager") ?? "";
      stored = { ...stored, spec, metadata: { ...metadata, resourceVersion, manager } };
    }
    return { body: stored };
  }
  if (method === "POST" && path === "/apply") {
    return { body: { summary: { prune: 2 } } };
  }
  if (method === "DELETE") {
    endpoints = endpoints.filter((id) => !path.endsWith(id));
    return {};
  }
  return problem(404, "SLV1005", `no ${path}`);
}

beforeEach(async () => {
  [stored, endpoints, broken] = [structuredClone(original), ["demo-v1", "scenario-canary"], false];
  api = await scriptedApi(answer);
  client = createClient({ server: api.url, token: "t", timeoutMs: 5_000 });
});
afterEach(() => api.close());

const change = (spec: object) =>
  changeDocument(client, "bad-canary", { kind: "HTTPRoute", name: "reviews-split", spec });

describe("a changed document", () => {
  it("says what it was, and is that again once it is put back, however often it was changed", async () => {
    expect(await change({ rules: [] })).toBeNull();
    expect(await change({ rules: [{ name: "other" }] })).toBeNull();
    expect(stored).toMatchObject({
      // What the change does not speak of stays: a route without its parents would be nobody's.
      spec: { parentRefs: [{ name: "reviews" }], rules: [{ name: "other" }] },
      metadata: { manager: "demo", labels: { app: "bookstore", "demo.selvage.dev/scenario": "bad-canary" } },
    });
    expect(await putScenarioBack(client, "over")).toContain("HTTPRoute/reviews-split is as it was");
    expect(stored).toEqual({ ...original, metadata: { ...original.metadata, resourceVersion: "4" } });
  });

  it("is left alone when somebody rolled it back", async () => {
    await change({ rules: [] });
    stored = structuredClone(original);
    await putScenarioBack(client, "over");
    expect(stored).toEqual(original);
  });

  it("is left alone when what it was cannot be read any more", async () => {
    await change({ rules: [] });
    Object.assign(stored?.metadata.annotations ?? {}, { "demo.selvage.dev/before": "{" });
    await putScenarioBack(client, "over");
    expect(stored).toMatchObject({ spec: { rules: [] } });
  });

  it("has to be there", async () => {
    stored = undefined;
    expect(await change({ rules: [] })).toMatchObject({ status: 404 });
  });
});

describe("putting back", () => {
  it("takes documents of the set and endpoints of scenarios away, and those of the demo not", async () => {
    expect(await putScenarioBack(client, "over")).toEqual(["2 documents are gone", "1 endpoint is gone"]);
    expect(endpoints).toEqual(["demo-v1"]);
    const applied = api.seen.find(({ method }) => method === "POST");
    expect(applied?.url).toContain("set=demo-scenario&prune=true");
    expect(JSON.parse(applied?.body ?? "")).toEqual({ items: [] });
  });

  it("says why it could not", async () => {
    broken = true;
    expect(await putScenarioBack(client, "over")).toMatchObject({ status: 503 });
  });
});

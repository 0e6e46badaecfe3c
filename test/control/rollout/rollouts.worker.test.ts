// Operators' view of Rollouts, and their hand on them.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { MESH_OBJECT } from "../../../src/model/word/refs.ts";
import { sweep } from "../../../src/registry/sweep.ts";

const rollout = (canary = "v2", name = "dealt"): string => `---
apiVersion: selvage.dev/v1
kind: Rollout
metadata: {name: ${name}, namespace: shop}
spec: {service: ${name}, stable: v1, canary: ${canary}, steps: [{weight: 5, hold: 1m}, {weight: 100}]}
`;

interface Told {
  readonly phase: string;
  readonly weight: number;
  readonly version: number;
  readonly turns: readonly { readonly actor: string | null; readonly reason: string }[];
}

const listed = async (query = ""): Promise<readonly Told[]> =>
  (await api("GET", `/rollouts${query}`)).body.items as unknown as readonly Told[];
const order = async (verb: string, sent: Parameters<typeof api>[2] = {}) =>
  api("POST", `/rollouts/shop/dealt/${verb}`, { body: { reason: "because" }, ...sent });
const share = async () => (await env.MESH.getByName(MESH_OBJECT).forced()).shares?.get("shop/dealt");

function unreachable() {
  if (env.ROLLOUT === undefined) {
    throw new Error("no binding");
  }
  return failingNamespace(env.ROLLOUT);
}

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
  await applied(serviceYaml("dealt") + rollout());
}, FIRST_LOAD_MS);

it("shows a Rollout as soon as it is applied, with what speaks for and against its step", async () => {
  expect(await listed()).toMatchObject([
    {
      namespace: "shop",
      name: "dealt",
      service: "dealt",
      known: true,
      phase: "progressing",
      weight: 5,
      step: 1,
      steps: [
        { weight: 5, holdMs: 60_000 },
        { weight: 100, holdMs: null },
      ],
      stable: { version: "v1", requests: 0 },
      canary: { version: "v2", requests: 0 },
      alarm: 300,
      turns: [{ phase: "progressing", step: 1, actor: null, reason: "v2 is tried" }],
    },
  ]);
  expect(await listed("?service=other")).toEqual([]);
  expect(await listed("?namespace=other")).toEqual([]);
  expect((await share())?.weight).toBe(5);
});

it("tells its weight as a metric", async () => {
  const { text } = await ask("GET", "/_selvage/metrics");
  const of = (version: string): string =>
    `selvage_rollout_weight_ratio{rollout="shop/dealt",service="shop/dealt",service_version="${version}"}`;
  expect(text).toContain(`${of("v1")} 0.95\n`);
  expect(text).toContain(`${of("v2")} 0.05\n`);
});

it("obeys an operator of the namespace, with a row in the audit before", async () => {
  const token = await tokenFor("operator", ["shop"]);
  const paused = await order("pause", { token });
  expect([paused.status, paused.body]).toMatchObject([200, { phase: "paused", weight: 5, obeyedWithinMs: 2000 }]);
  const [row] = (await api("GET", "/audit?limit=1")).body.items;
  expect(row).toMatchObject({
    action: "orderRollout",
    target: "Rollout/shop/dealt",
    reason: "because",
    detail: { verb: "pause", service: "dealt" },
  });
  const stranger = await tokenFor("operator", ["other"]);
  expect((await order("resume", { token: stranger })).status).toBe(403);
  expect((await order("resume", { token: await tokenFor("viewer", ["shop"]) })).status).toBe(403);
  expect((await order("resume")).body).toMatchObject({ phase: "progressing" });
});

it("is held to the state that was looked at", async () => {
  const [seen] = await listed();
  const headers = { "if-match": `"${seen?.version}"` };
  const promoted = await order("promote", { headers });
  expect([promoted.status, promoted.body]).toMatchObject([200, { phase: "promoted", weight: 100, step: 2 }]);
  expect(promoted.headers.get("etag")).not.toBe(headers["if-match"]);
  const late = await order("abort", { headers });
  expect([late.status, late.body.code]).toEqual([412, "SLV3001"]);
  expect(late.body.detail).toContain("It has moved since: promoted at 100 %");
});

it("takes the canary back and tries it again, and says what cannot be done as things are", async () => {
  expect((await order("abort")).body).toMatchObject({ phase: "aborted", weight: 0 });
  expect((await share())?.weight).toBe(0);
  const again = await order("abort");
  expect([again.status, again.body.code]).toEqual([409, "SLV3010"]);
  expect((await order("retry")).body).toMatchObject({ phase: "progressing", weight: 5 });
  expect((await listed())[0]?.turns.map(({ actor }) => actor)).toContain("bootstrap");
});

it("tells every turn in the lane of changes, with who made it", async () => {
  const { body } = await api("GET", "/changes?service=shop/dealt");
  const turns = (body.items as unknown as readonly { kind: string; title: string }[]).filter(
    ({ kind }) => kind === "rollout",
  );
  expect(turns.map(({ title }) => title)).toContain("version v2 is aborted at 0 %");
});

it("refuses what it does not know, and a Rollout that is not there", async () => {
  const unknown = await api("POST", "/rollouts/shop/dealt/pause", { body: { full: true } });
  expect(unknown.body.errors[0]?.pointer).toBe("#/full");
  expect((await api("POST", "/rollouts/shop/nobody/pause", { body: { reason: "x" } })).status).toBe(404);
});

it("refuses a second Rollout of one service", async () => {
  const second = rollout("v3").replace("name: dealt, namespace", "name: again, namespace");
  const refused = await api("POST", "/apply", { body: second, type: "application/yaml" });
  expect(refused.status).toBe(422);
  expect(refused.body.errors[0]?.detail).toContain("The Rollout shop/dealt is of the service shop/dealt already");
});

it("says so when the controller cannot be reached, and shows the document", async () => {
  const away = { env: { ROLLOUT: unreachable() } };
  expect((await order("pause", away)).status).toBe(503);
  const { body } = await api("GET", "/rollouts", away);
  expect(body.items).toMatchObject([{ known: false, phase: null, weight: 0, steps: [{ weight: 5 }, { weight: 100 }] }]);
});

it("makes up within a minute for what was lost: a controller that was not told, and one of a document that is gone", async () => {
  const ROLLOUT = unreachable();
  const sent = { body: serviceYaml("carts") + rollout("v2", "carts"), type: "application/yaml", env: { ROLLOUT } };
  expect((await api("POST", "/apply", sent)).status).toBe(200);
  expect(await listed("?service=carts")).toMatchObject([{ known: false }]);
  expect(await sweep(env, Date.now())).not.toContain("rollouts");
  expect(await listed("?service=carts")).toMatchObject([{ known: true, phase: "progressing" }]);
  await api("DELETE", "/namespaces/shop/rollout/carts", { headers: { "if-match": "*" }, env: { ROLLOUT } });
  const shares = async () => (await env.MESH.getByName(MESH_OBJECT).forced()).shares;
  expect((await shares())?.has("shop/carts")).toBe(true);
  await sweep(env, Date.now());
  expect((await shares())?.has("shop/carts")).toBe(false);
});

// A consumer's secret that the registry knows no more, at an isolate that has not heard of it.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { mintedCredentialsSchema } from "../../../src/model/api/clients.ts";
import { isolateState } from "../../../src/isolate/state.ts";
import { Store } from "../../../src/store/store.ts";
import { api, applied, FIRST_LOAD_MS } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(async () => {
  await emptyRegistry();
  await applied("{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: shop, namespace: web}, spec: {}}\n");
}, FIRST_LOAD_MS);

it("refuses a secret that was withdrawn a moment ago, though this isolate still serves by it", async () => {
  const minted = await api("POST", "/applications/web/shop/credentials");
  const { clientId, clientSecret } = mintedCredentialsSchema.parse(minted.body);
  const sent = { token: null, headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` } };
  expect((await api("GET", "/catalog", sent)).status).toBe(200);
  const store = new Store(env.DB);
  const snapshot = await store.snapshot((await store.head()).revision);
  const { last } = isolateState().snapshot;
  if (last === null || snapshot === null) {
    throw new Error("nothing is served");
  }
  const serving = vi.spyOn(isolateState().snapshot, "current").mockReturnValue({ ...last, snapshot });
  expect((await api("GET", "/catalog", sent)).status).toBe(200);
  expect((await api("DELETE", "/applications/web/shop/credentials")).status).toBe(200);
  expect((await api("GET", "/catalog", sent)).status).toBe(401);
  serving.mockRestore();
});

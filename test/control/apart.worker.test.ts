// The control plane as a Worker of its own: what the data Worker hands over, what it keeps, and what it says when
// nobody is there.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serviceBinding } from "../../src/decide/balance/endpoint-url.ts";
import type { Env } from "../../src/env/env.ts";
import { settingsOf } from "../../src/env/settings.ts";
import { sharedSettings } from "../../src/env/shared-settings.ts";
import worker, { Control, Registry } from "../../src/index.ts";
import { ask } from "../support/worker/admin.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

type Bound = NonNullable<Env["CONTROL"]>;
const handed: Request[] = [];
const control = {
  fetch: vi.fn(async (request: Request) => {
    handed.push(request);
    return Response.json({ from: "control" }, { headers: { "x-request-id": "r", "cache-control": "no-store" } });
  }),
  expireOverrides: vi.fn(async () => 17),
  sweep: vi.fn(async () => undefined),
  settings: vi.fn(async (): Promise<Record<string, string>> => sharedSettings(settingsOf(env))),
};
const apart = { CONTROL: control as unknown as Bound };
/** A binding of its own: what is known of one is kept for a while. */
const another = (more: object): { CONTROL: Bound } => ({ CONTROL: { ...control, ...more } as unknown as Bound });

beforeEach(async () => {
  await emptyRegistry();
  handed.length = 0;
  vi.clearAllMocks();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a data Worker with a control plane beside it", () => {
  it.each(["/_selvage/v1/revisions", "/_selvage/openapi.json", "/_selvage/.well-known/jwks.json", "/_selvage/nothing"])(
    "hands over %s as it came",
    async (path) => {
      const body = "kind: Service";
      const { body: answer } = await ask("POST", `${path}?strict=true`, {
        body,
        headers: { cookie: "a=b", "x-forwarded-for": "192.0.2.1", "cf-connecting-ip": "192.0.2.9" },
        env: apart,
      });
      expect(answer).toEqual({ from: "control" });
      const [request] = handed;
      expect(request?.url).toBe(`http://mesh.test${path}?strict=true`);
      expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
        cookie: "a=b",
        "x-forwarded-for": "192.0.2.1",
        "cf-connecting-ip": "192.0.2.9",
        authorization: "Bearer test-admin-token",
      });
      expect(request?.method).toBe("POST");
    },
  );

  it("says itself how it is", async () => {
    expect(await ask("GET", "/_selvage/healthz", { env: apart })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    expect(await ask("GET", "/_selvage/readyz", { env: apart })).toMatchObject({ status: 200, body: { ready: true } });
    expect(await ask("HEAD", "/_selvage/healthz", { env: apart })).toMatchObject({ status: 200, text: "" });
    expect(handed).toEqual([]);
  });

  it("keeps to itself what is traffic, a proxy's question, or on another host than the admin host", async () => {
    expect((await ask("GET", "/svc/nobody.shop/_selvage/v1/revisions", { env: apart })).status).toBe(404);
    expect((await ask("GET", "/_selvage/authz/nginx/", { env: apart })).status).not.toBe(200);
    const strayed = await ask("GET", "/_selvage/v1/revisions", { env: apart, headers: { "selvage-service": "x" } });
    expect(strayed.status).toBe(403);
    const closed = { ...apart, ADMIN_HOST: "admin.test" };
    expect((await ask("GET", "/_selvage/v1/revisions", { env: closed })).body.code).toBe("SLV5003");
    expect(handed).toEqual([]);
  });

  it("answers 503 SLV9002 while nobody is there, and stays well", async () => {
    const gone = { CONTROL: { fetch: () => Promise.reject(new Error("gone")) } as unknown as Bound };
    expect(await ask("GET", "/_selvage/v1/revisions", { env: gone })).toMatchObject({
      status: 503,
      body: { code: "SLV9002", detail: "The control plane's own Worker did not answer." },
    });
    expect((await ask("GET", "/_selvage/readyz", { env: gone })).status).toBe(200);
  });

  it("says which variables the other Worker has otherwise, and asks it now and then only", async () => {
    const settings = vi.fn(async () => ({ ...(await control.settings()), TRUST_DOMAIN: "other.example", NEWER: "1" }));
    const odd = another({ settings });
    for (let nth = 0; nth < 3; nth++) {
      const { body } = await ask("GET", "/_selvage/readyz", { env: odd });
      expect(body).toMatchObject({ ready: true, control: { reachable: true, differs: ["TRUST_DOMAIN"] } });
    }
    expect(settings).toHaveBeenCalledOnce();
    const alike = await ask("GET", "/_selvage/readyz", { env: another({}) });
    expect(alike.body.control).toEqual({ reachable: true, differs: [] });
    const earlier = await ask("GET", "/_selvage/readyz", { env: another({ settings: undefined }) });
    expect(earlier.body.control).toEqual({ reachable: true, differs: [] });
    const silent = await ask("GET", "/_selvage/readyz", {
      env: another({ settings: () => Promise.reject(new Error()) }),
    });
    expect(silent.body).toMatchObject({ ready: true, control: { reachable: false, differs: [] } });
    expect((await ask("GET", "/_selvage/readyz")).body).not.toHaveProperty("control");
  });

  it("has it sweep, and end Overrides", async () => {
    await worker.scheduled({ scheduledTime: 5 } as ScheduledController, { ...env, ...apart });
    expect(control.sweep).toHaveBeenCalledExactlyOnceWith(5);
    const registry = new Registry(createExecutionContext(), { ...env, ...apart });
    expect(await registry.expireOverrides()).toBe(17);
  });

  it("answers and sweeps by the other one alone where it was built without a control plane", async () => {
    vi.stubGlobal("CONTROL_ELSEWHERE", true);
    expect((await ask("GET", "/_selvage/v1/revisions", { env: apart })).body).toEqual({ from: "control" });
    await worker.scheduled({ scheduledTime: 5 } as ScheduledController, { ...env, ...apart });
    expect(control.sweep).toHaveBeenCalledExactlyOnceWith(5);

    const lone = await ask("GET", "/_selvage/v1/revisions");
    expect(lone).toMatchObject({ status: 503, body: { code: "SLV9002" } });
    expect(lone.body.detail).toContain("CONTROL_ELSEWHERE");
    const sweeping = worker.scheduled({ scheduledTime: 5 } as ScheduledController, env);
    await expect(sweeping).rejects.toThrow("no binding CONTROL");
    const registry = new Registry(createExecutionContext(), env);
    await expect(registry.expireOverrides()).rejects.toThrow("no binding CONTROL");
  });

  it("takes the binding for no service's endpoint", () => {
    expect(serviceBinding({ ...apart, OTHER: control }, "OTHER")).not.toBeNull();
    expect(serviceBinding({ ...apart, OTHER: control }, "CONTROL")).toBeNull();
  });
});

describe("the control plane", () => {
  it("answers by itself, whatever its own binding says", async () => {
    const ctx = createExecutionContext();
    const plane = new Control(ctx, { ...env, ...apart });
    const request = new Request("http://mesh.test/_selvage/v1/revisions", {
      headers: { authorization: "Bearer test-admin-token" },
    });
    const answer = await plane.fetch(request);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    await answer.text();
    expect(await plane.expireOverrides()).toBeNull();
    expect(plane.settings()).toMatchObject({ TRUST_DOMAIN: expect.any(String), TRUSTED_HOPS: "1" });
    expect(Object.values(plane.settings())).not.toContain("test-admin-token");
    await plane.sweep(Date.now());
    await waitOnExecutionContext(ctx);
    expect(handed).toEqual([]);
    expect(control.sweep).not.toHaveBeenCalled();
  });
});

// What every answer below the mesh's own prefix says to those who would keep it, or take it for something else.
import { SELF } from "cloudflare:test";
import { beforeAll, expect, it } from "vitest";
import { ask, FIRST_LOAD_MS } from "../../support/worker/admin.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);

it.each([
  "",
  "/",
  "/healthz",
  "/readyz",
  "/openapi.json",
  "/docs",
  "/problems/SLV5000",
  "/problems/none",
  "/.well-known/jwks.json",
  "/.well-known/openid-configuration",
  "/login",
  "/v1/whoami",
  "/v1/resources",
  "/v1/nothing",
  "/v1/oauth/token",
  "/authz/envoy/none/x",
  "/authz/nobody/none",
  "/ratelimit/healthcheck",
  "/ratelimit/json",
  "/%zz",
  "/..%2f",
])("an answer at /_selvage%s is not kept, and is what it says it is", async (path) => {
  for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
    const answer = await SELF.fetch(`https://mesh.example/_selvage${path}`, { method, redirect: "manual" });
    expect(answer.headers.get("x-content-type-options"), method).toBe("nosniff");
    expect(answer.headers.get("cache-control"), method).toContain("no-store");
  }
});

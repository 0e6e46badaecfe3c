// The dashboard's page and files: who may load what, what may be kept, and what nobody ever gets.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { ask, FIRST_LOAD_MS } from "../../support/worker/admin.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);

const asked: string[] = [];
const STYLE = "<style>p{color:red}</style>";
const ASSETS = {
  fetch: async (request: Request | string | URL): Promise<Response> => {
    const { pathname } = new URL(request instanceof Request ? request.url : request);
    asked.push(pathname);
    const pages = ["/index.html", "/screens.html", "/portal.html"];
    const known = [...pages, "/assets/index-abc.js", "/assets/parts-1.css", "/manifest.json"];
    return known.includes(pathname)
      ? new Response(`content of ${pathname}${pathname === "/index.html" ? STYLE : ""}`, {
          headers: { "content-type": "text/html", "set-cookie": "a=b" },
        })
      : new Response(null, { status: 404 });
  },
};

async function open(path: string, more: object = { ASSETS }): Promise<Response> {
  asked.length = 0;
  const ctx = createExecutionContext();
  const request = new Request(`http://mesh.test${path}`, { redirect: "manual" });
  const response = await worker.fetch(request, { ...env, ...more }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

describe("the page", () => {
  it.each([
    ["/_selvage/ui/", "index"],
    ["/_selvage/ui/now", "index"],
    ["/_selvage/ui/services/shop/orders?tab=yaml", "screens"],
    ["/_selvage/ui/a/b/c", "screens"],
  ])(
    "at %s is the one with the files that its screen needs (%s), runs nothing inline and is not kept",
    async (path, page) => {
      const response = await open(path);
      const text = await response.text();
      expect([response.status, text.replace(STYLE, "")]).toEqual([200, `content of /${page}.html`]);
      const policy = response.headers.get("content-security-policy") ?? "";
      const digest = "p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64=";
      const own = page === "index" ? ` 'sha256-${digest}'` : "";
      expect(policy).toContain(`default-src 'none'; script-src 'self'; style-src 'self'${own}; img-src `);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("set-cookie")).toBeNull();
    },
  );

  it("of consumers is another one", async () => {
    expect(await (await open("/_selvage/portal/apis")).text()).toBe("content of /portal.html");
    const moved = await open("/_selvage/portal");
    expect([moved.status, moved.headers.get("location")]).toEqual([303, "/_selvage/portal/"]);
  });

  it("says what is missing where no files were deployed, and how the mesh goes on without", async () => {
    for (const more of [{}, { ASSETS: { fetch: async () => new Response(null, { status: 404 }) } }]) {
      const response = await open("/_selvage/ui/", { ASSETS: undefined, ...more });
      expect(response.status).toBe(503);
      expect(await response.text()).toMatch(/npm run build:dashboard[\s\S]*selvage status/);
    }
  });

  it("is on the admin host alone, where there is one", async () => {
    const elsewhere = await open("/_selvage/ui/", { ASSETS, ADMIN_HOST: "admin.test" });
    expect([elsewhere.status, asked]).toEqual([404, []]);
    expect((await open("/_selvage/ui/", { ASSETS, ADMIN_HOST: "mesh.test" })).status).toBe(200);
  });

  it("takes nobody's place: what the Worker answers, it goes on answering", async () => {
    for (const path of ["/_selvage/healthz", "/_selvage/v1/whoami", "/index.html", "/assets/index-abc.js", "/"]) {
      await open(path);
      expect(asked, path).toEqual([]);
    }
  });
});

describe("a file", () => {
  it("is named after its content, so it may be kept for ever, and is of the type that its name says", async () => {
    const script = await open("/_selvage/ui/assets/index-abc.js");
    expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(script.headers.get("x-content-type-options")).toBe("nosniff");
    const style = await open("/_selvage/ui/assets/parts-1.css");
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
  });

  it.each([
    "/_selvage/ui/assets/gone-1.js",
    "/_selvage/ui/assets/manifest.json",
    "/_selvage/ui/assets/..%2fmanifest.json",
    "/_selvage/ui/assets/index-abc.js.map",
    "/_selvage/ui/assets/x.html",
  ])("that is none is a 404 that nobody keeps: %s", async (path) => {
    const response = await open(path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(asked.filter((one) => !one.startsWith("/assets/"))).toEqual([]);
  });
});

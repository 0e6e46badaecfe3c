// The dashboard's page and files: who may load what, what may be kept, and what nobody ever gets.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { applied, ask, FIRST_LOAD_MS, ROOT_TOKEN, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { sessionOf } from "../../support/worker/session.ts";

beforeAll(() => ask("GET", "/_selvage/healthz"), FIRST_LOAD_MS);

const asked: string[] = [];
const STYLE = "<style>p{color:red}</style>";
const ROOT = '<html lang="en"><body><div id="root">…</div></body>';
const ASSETS = {
  fetch: async (request: Request | string | URL): Promise<Response> => {
    const { pathname } = new URL(request instanceof Request ? request.url : request);
    asked.push(pathname);
    const pages = ["/index.html", "/screens.html", "/portal.html"];
    const known = [...pages, "/assets/index-abc.js", "/assets/parts-1.css", "/manifest.json"];
    return known.includes(pathname)
      ? new Response(`content of ${pathname}${pathname === "/index.html" ? STYLE + ROOT : ""}`, {
          headers: { "content-type": "text/html", "set-cookie": "a=b" },
        })
      : new Response(null, { status: 404 });
  },
};

async function open(path: string, more: object = { ASSETS }, sent: HeadersInit = {}): Promise<Response> {
  asked.length = 0;
  const ctx = createExecutionContext();
  const request = new Request(`http://mesh.test${path}`, { redirect: "manual", headers: sent });
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
      expect([response.status, text.replace(STYLE + ROOT, "")]).toEqual([200, `content of /${page}.html`]);
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

describe("the page of who is signed in", () => {
  beforeAll(async () => {
    await emptyRegistry();
    await applied(serviceYaml("orders", "watched") + serviceYaml("ledger", "bank"));
  });

  it("has what the mesh says in it, read as they would read it, and is nobody else's", async () => {
    const page = await open("/_selvage/ui/", { ASSETS }, { cookie: await sessionOf(ROOT_TOKEN) });
    const text = await page.text();
    expect(text).toMatch(/<h1>Now<\/h1>[^]*2 services, 0 endpoints/);
    expect([page.headers.get("cache-control"), page.headers.get("link")]).toEqual(["no-store", null]);
    const answers = /id="answers">(.*)<\/script>/.exec(text)?.[1] ?? "";
    const paths = (JSON.parse(answers) as { answers: { path: string }[] }).answers.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["/_selvage/v1/whoami", "/_selvage/v1/stats?window=15m"]));

    const cookie = await sessionOf(await tokenFor("viewer", ["bank"]));
    const theirs = await (await open("/_selvage/ui/", { ASSETS }, { cookie })).text();
    expect(theirs).toMatch(/1 service, [^]*ledger/);
    expect(theirs).not.toMatch(/watched/);
  });

  it("comes in the theme of their browser, and compressed where that is taken", async () => {
    const cookie = `${await sessionOf(ROOT_TOKEN)}; selvage-theme=dark`;
    const page = await open("/_selvage/ui/now", { ASSETS }, { cookie, "accept-encoding": "gzip" });
    expect(page.headers.get("content-encoding")).toBe("gzip");
    expect(await page.text()).toContain('<html data-theme="dark" lang="en">');
  });

  it("is the page of anybody without a proof, with a bad one, from another site, and without a registry", async () => {
    const DB = { prepare: () => expect.fail("not to be read") };
    for (const [more, sent] of [
      [{ ASSETS }, {}],
      [{ ASSETS }, { cookie: "__Host-selvage-session=" + "0".repeat(64) }],
      [{ ASSETS }, { authorization: "Bearer nobody" }],
      [{ ASSETS }, { cookie: await sessionOf(ROOT_TOKEN), "sec-fetch-site": "cross-site" }],
      [{ ASSETS, DB }, { cookie: await sessionOf(ROOT_TOKEN) }],
    ] as const) {
      const page = await open("/_selvage/ui/", more, sent);
      expect([page.status, await page.text()]).toEqual([200, `content of /index.html${STYLE}${ROOT}`]);
      expect(page.headers.get("link")).toBe("</_selvage/v1/overview?window=15m>; rel=preload; as=fetch; crossorigin");
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

import { describe, expect, it } from "vitest";
import { problemOf, routeYaml, serviceYaml, testMesh } from "../../support/worker/test-mesh.ts";

const services = serviceYaml("web");
const fresh = testMesh(services);

describe("`/` of a mesh that nobody has routed yet", () => {
  it("says what this is and what to do next, to programs as JSON", async () => {
    for (const url of ["http://127.0.0.1:8787/", "http://localhost:8787/", "http://[::1]:8787/?a=1"]) {
      const answer = await fresh.send(url);
      expect([url, answer.status, answer.headers.get("content-type")]).toEqual([url, 200, "application/json"]);
      expect(answer.headers.get("selvage-decision")).toBe('welcome; policy="none"; rev=7');
      expect(await answer.json()).toMatchObject({
        about: expect.stringContaining("a service mesh"),
        next: expect.arrayContaining(["selvage apply -f mesh.yaml --wait"]),
        links: { home: "/_selvage/" },
      });
    }
  });

  it("is a page for browsers, without script, and has no body for HEAD", async () => {
    const answer = await fresh.send("http://localhost/", { headers: { accept: "text/html,*/*;q=0.8" } });
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const page = await answer.text();
    expect(page).toContain("selvage apply -f mesh.yaml --wait");
    expect(page).not.toContain("<script");
    const head = await fresh.send("http://localhost/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("is the Worker's at its own address, and at no other", async () => {
    const deployed = testMesh(services, { env: { LOCAL_MESH: "false", MESH_URL: "https://mesh.example" } });
    const statusAt = async (url: string) => (await deployed.send(url)).status;
    expect(await statusAt("https://mesh.example/")).toBe(200);
    expect(await statusAt("https://selvage.me.workers.dev/")).toBe(200);
    expect(await statusAt("https://shop.example/")).toBe(404);
    expect(await statusAt("http://127.0.0.1/")).toBe(404);
  });

  it("says nothing where the control plane has a host of its own", async () => {
    const closed = testMesh(services, { env: { ADMIN_HOST: "admin.example", MESH_URL: "https://mesh.example" } });
    expect((await closed.send("https://mesh.example/")).status).toBe(404);
  });

  it("stays a 404 for other paths, other methods, and every host that a route names", async () => {
    const routed = testMesh(
      services + routeYaml("[{matches: [{path: {value: /deep}}], backendRefs: [{name: web}]}]", "r", "[localhost]"),
    );
    const anywhere = testMesh(
      services +
        routeYaml("[{matches: [{path: {value: /deep}}], backendRefs: [{name: web}]}]", "r", '["*.example"]').replace(
          /^ {2}hostnames:.*\n/m,
          "",
        ),
    );
    const answers = [
      await fresh.send("http://localhost/x"),
      await fresh.send("http://localhost/", { method: "POST", body: "x" }),
      await fresh.send("http://shop.example/"),
      await routed.send("http://localhost/"),
      await anywhere.send("http://localhost/"),
      await anywhere.send("http://127.0.0.1/"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
  });
});

describe("the type of a problem", () => {
  it("is where the mesh that answered explains the code", async () => {
    const { type } = await problemOf(await fresh.send("http://shop.example:8787/x"));
    expect(type).toBe("http://shop.example:8787/_selvage/problems/SLV5003");
    const secure = await problemOf(await fresh.send("https://shop.example/x"));
    expect(secure.type).toBe("https://shop.example/_selvage/problems/SLV5003");
  });

  it("is at the caller's own scheme behind a trusted proxy", async () => {
    const behind = testMesh(services, { env: { TRUST_ENTRY: "true" } });
    const headers = { "x-forwarded-proto": "https", "x-forwarded-port": "443" };
    const { type } = await problemOf(await behind.send("http://shop.example/x", { headers }));
    expect(type).toBe("https://shop.example/_selvage/problems/SLV5003");
  });

  it("is at the mesh where another proxy asks", async () => {
    const answer = await fresh.ask("http://mesh.internal:8787/_selvage/authz/nginx/web.shop", {
      headers: { "x-original-method": "TRACE", "x-original-uri": "/x", "x-original-host": "shop.example" },
    });
    expect((await problemOf(answer)).type).toMatch(/^http:\/\/mesh\.internal:8787\/_selvage\/problems\/SLV\d{4}$/);
  });
});

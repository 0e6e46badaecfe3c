// `%2F` in paths: refused, unless the route, its Gateway or the service says that it is to be kept.
import { env as bindings } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const KEEP = "annotations: {selvage.dev/path-encoding: keep-slashes}";
const annotated = (yaml: string): string => yaml.replace("namespace: shop}", `namespace: shop, ${KEEP}}`);
const route = routeYaml("[{backendRefs: [{name: one}]}]");
const denyAdmin = `apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: no-admin, namespace: shop}
spec: {targetRefs: [{kind: Service, name: one}], action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]}
---
`;
const urls = ({ sent }: TestMesh): string[] => sent.map(({ url }) => url);

describe("an encoded slash", () => {
  it("is refused, whatever stands there", async () => {
    const mesh = testMesh(serviceYaml("one") + route);
    for (const url of [
      "http://shop.example/a%2Fb",
      "http://any.example/svc/one.shop/a%2fb",
      "http://any.example/a%2Fb",
    ]) {
      const answer = await mesh.send(url);
      expect([answer.status, (await problemOf(answer))["code"]]).toEqual([400, "SLV5000"]);
      expect(answer.headers.get("selvage-decision")).toBe('admit; policy="none"; rev=7');
    }
    expect(mesh.sent).toEqual([]);
  });

  it("reaches the service as it came where its route says so", async () => {
    const mesh = testMesh(serviceYaml("one") + annotated(route));
    await mesh.send("http://shop.example/@scope%2fname?x=%2F");
    expect(urls(mesh)).toEqual(["http://one.example/@scope%2fname?x=%2F"]);
    expect((await mesh.send("http://any.example/svc/one.shop/@scope%2fname")).status).toBe(400);
  });

  it("reaches the service at its own address where its document says so", async () => {
    const mesh = testMesh(annotated(serviceYaml("one")) + route);
    await mesh.send("http://any.example/svc/one.shop/api/v4/projects/group%2Fproject/issues");
    expect(urls(mesh)).toEqual(["http://one.example/api/v4/projects/group%2Fproject/issues"]);
    expect((await mesh.send("http://shop.example/a%2fb")).status).toBe(400);
  });

  it("reaches the service below the mesh's domain, through its own routes and for proxies that ask, too", async () => {
    const own = routeYaml("[{backendRefs: [{name: one}]}]").replace(
      "hostnames: [shop.example]",
      "parentRefs: [{group: selvage.dev, kind: Service, name: one}]",
    );
    const paths = ["/@scope%2Fname/-/name-1.0.0.tgz", "/projects/a%2fb/files/src%2Fmain.c", "/bucket/key%2F%2Fpart%2F"];
    for (const documents of [annotated(serviceYaml("one")), annotated(serviceYaml("one")) + own]) {
      const env = { LOCAL_MESH: "true", MESH_DOMAIN: "mesh.example", ADAPTER_TOKEN: "" };
      const mesh = testMesh(documents, { env: { ...bindings, ...env } });
      for (const path of paths) {
        await mesh.send(`http://one.shop.mesh.example${path}?x=%2F`);
        await mesh.send(`http://any.example/svc/one.shop${path}?x=%2F`, { method: "PUT", body: "x" });
        const asked = [
          ["envoy", path, {}],
          ["nginx", "", { "x-original-uri": path, "x-original-method": "GET", "x-original-host": "packages" }],
          ["traefik", "", { "x-forwarded-uri": path, "x-forwarded-method": "GET", "x-forwarded-host": "packages" }],
        ] as const;
        for (const [proxy, rest, headers] of asked) {
          const answer = await mesh.ask(`http://any.example/_selvage/authz/${proxy}/one.shop${rest}`, { headers });
          expect([proxy, answer.status, answer.headers.get("selvage-path")]).toEqual([proxy, 200, path]);
        }
      }
      expect(urls(mesh)).toEqual(paths.flatMap((path) => Array(2).fill(`http://one.example${path}?x=%2F`)));
    }
  });

  it("is matched by a pattern, as %2F whatever its case was", async () => {
    const [first, second] = ["/@[^/]+%2F[a-z]+", "/.*"].map(
      (value) => `{matches: [{path: {type: RegularExpression, value: "${value}"}}], backendRefs: [{name: NAME}]}`,
    );
    const rules = `[${first?.replace("NAME", "one")}, ${second?.replace("NAME", "two")}]`;
    const mesh = testMesh(serviceYaml("one") + serviceYaml("two") + annotated(routeYaml(rules)));
    for (const path of ["/@a%2fb", "/@a%2Fb", "/@a/b"]) {
      await mesh.send(`http://shop.example${path}`);
    }
    expect(urls(mesh)).toEqual(["http://one.example/@a%2fb", "http://one.example/@a%2Fb", "http://two.example/@a/b"]);
  });

  it("is refused all the same where a server that decodes it climbs", async () => {
    const mesh = testMesh(serviceYaml("one") + annotated(route));
    for (const path of ["/a%2f..%2fadmin", "/..%2Fadmin", "/a;x%2fb", "/a%5cb"]) {
      expect((await mesh.send(`http://shop.example${path}`)).status).toBe(400);
    }
    expect(mesh.sent).toEqual([]);
  });

  it("does not hide a path from a DENY, though the service may decode it", async () => {
    const mesh = testMesh(serviceYaml("one") + annotated(route) + denyAdmin);
    // Who decodes first finds two slashes in a row, which many servers take for one.
    for (const path of ["/admin%2Fusers", "/%2fadmin", "/%2f%2Fadmin", "/%2fadmin%2f", "/x/..//%2fadmin"]) {
      expect([path, (await mesh.send(`http://shop.example${path}`)).status]).toEqual([path, 403]);
    }
    expect((await mesh.send("http://shop.example/packages%2Fadmin")).status).toBe(200);
  });

  it("is kept by a rewrite of the prefix before it", async () => {
    const rewriting = routeYaml(
      "[{matches: [{path: {value: /npm}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}], backendRefs: [{name: one}]}]",
    );
    const mesh = testMesh(serviceYaml("one") + annotated(rewriting));
    await mesh.send("http://shop.example/npm/@scope%2fname");
    expect(urls(mesh)).toEqual(["http://one.example/@scope%2fname"]);
  });
});

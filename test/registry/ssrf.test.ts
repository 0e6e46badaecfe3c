// Every URL that a user can write down and that the mesh may ask one day, in every form that has led somebody inside.
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { parseDocuments } from "../../src/model/read/parse-documents.ts";

const NOW = "2026-11-23T12:00:00Z";

/** Documents with the URL in one place. */
const places: Readonly<Record<string, (url: string) => string>> = {
  "an endpoint": (url) =>
    `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {endpoints: [{url: ${JSON.stringify(url)}}]}\n`,
  "a provider's jwksUri": (url) =>
    `apiVersion: selvage.dev/v1\nkind: AuthenticationPolicy\nmetadata: {name: a}\nspec: {targetRefs: [{kind: Mesh}], jwt: {providers: [{name: idp, issuer: "https://id.example.org", jwksUri: ${JSON.stringify(url)}}]}}\n`,
  "a cluster's trust.jwksUri": (url) =>
    `apiVersion: selvage.dev/v1\nkind: Cluster\nmetadata: {name: eu-1}\nspec: {trust: {issuer: "https://k8s.example.org", jwksUri: ${JSON.stringify(url)}}}\n`,
};

const inside = [
  "http://127.1/",
  "https://127.0.0.1/",
  "https://0x7f.1/",
  "https://0x7f000001/",
  "https://2130706433/",
  "https://017700000001/",
  "https://0/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:7f00:1]/",
  "https://[0:0:0:0:0:ffff:7f00:1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://１２７.０.０.１/",
  "https://①②⑦.⓪.⓪.①/",
  "https://127。0。0。1/",
  "https://%31%32%37.0.0.1/",
  "https://localhost/",
  "https://LOCALHOST./",
  "https://api.localhost/",
  "https://169.254.169.254/latest/meta-data",
  "https://0xa9fea9fe/",
  "https://metadata.google.internal/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://192.168.1.1/",
  "https://100.64.0.1/",
  "https://[fd00::1]/",
  "https://[fe80::1]/",
  "https://[::ffff:169.254.169.254]/",
  "https://8.8.8.8/",
  "https://intranet/",
  "https://db.corp/",
  "https://orders.shop.svc.cluster.local/",
  "http://orders.example.org/",
  "https://orders.example.org:22/",
  "https://orders.example.org:25/",
  "https://orders.example.org./",
];

/** What is no address at all is refused where it is read, also where private addresses are allowed. */
const never = [
  "file:///etc/passwd",
  "ftp://orders.example.org/",
  "gopher://127.0.0.1:6379/_INFO",
  "javascript:alert(1)",
  "data:text/plain,x",
  "//127.0.0.1/",
  "/etc/passwd",
  "https://user:secret@orders.example.org/",
  "https://orders.example.org@127.0.0.1/",
  "https://@127.0.0.1/",
  "https:\\\\127.0.0.1\\",
  "https://orders.example.org\\@127.0.0.1/",
  "https://127.0.0.1/\r\nHost: x",
  "https://orders.example.org/#@127.0.0.1/",
  " https://orders.example.org/",
  "https://[fe80::1%25eth0]/",
  "",
];

function errorsOf(yaml: string, localMesh: boolean): string[] {
  const parsed = parseDocuments(yaml, "yaml");
  if (!parsed.ok) {
    return (parsed.refusal.errors ?? []).map(({ code }) => code ?? "");
  }
  const documents = parsed.documents.map(({ document }) => document);
  const { findings } = compile(documents, { revision: 1, now: NOW, localMesh });
  return findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

describe.each(Object.keys(places))("%s", (place) => {
  const document = places[place]!;

  it.each(inside)("is not %j in production", (url) => {
    expect(errorsOf(document(url), false).length).toBeGreaterThan(0);
  });

  it.each(never)("is never %j", (url) => {
    expect(errorsOf(document(url), true)).toEqual(["SLV1104"]);
  });

  it.each(["https://169.254.169.254/", "http://[fe80::1]/", "http://0xa9fea9fe/", "http://[::ffff:a9fe:a9fe]/"])(
    "is not the link-local %s either where private addresses are allowed",
    (url) => expect(errorsOf(document(url), true).length).toBeGreaterThan(0),
  );

  it("is a public https address, and a private one in a local mesh", () => {
    expect(errorsOf(document("https://orders.example.org/a"), false)).toEqual([]);
    expect(errorsOf(document("HTTPS://Orders.Example.ORG:8443/a"), false)).toEqual([]);
    expect(errorsOf(document("http://127.0.0.1:9000/a"), true)).toEqual([]);
  });
});

describe("what is only shown, or asked for by name", () => {
  const service = (spec: string): string =>
    `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {${spec}}\n`;

  it.each(never)("a link or an OpenAPI description is never at %j", (url) => {
    expect(errorsOf(service(`links: [{url: ${JSON.stringify(url)}}]`), true)).toEqual(["SLV1104"]);
    expect(errorsOf(service(`openapi: {url: ${JSON.stringify(url)}}`), true)).toEqual(["SLV1104"]);
  });

  it.each(["http://evil.example/", "healthz", "https://169.254.169.254/", "/a\r\nb", "/a#b"])(
    "a health check goes to a path of the endpoint, not to %j",
    (path) => expect(errorsOf(service(`healthCheck: {path: ${JSON.stringify(path)}}`), true)).toEqual(["SLV1104"]),
  );
});

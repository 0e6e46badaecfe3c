import { beforeEach, describe, expect, it } from "vitest";
import { mirrorCounts } from "../../../src/proxy/filter/mirror.ts";
import {
  routeYaml,
  serviceYaml,
  testMesh,
  type TestMesh,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

const mirrorTo = (name: string, share = ""): string =>
  `{type: RequestMirror, requestMirror: {backendRef: {name: ${name}, port: 80}${share}}}`;
const mesh = (filters: string, options: TestMeshOptions = {}): TestMesh =>
  testMesh(
    serviceYaml("one") +
      serviceYaml("two") +
      serviceYaml("three") +
      routeYaml(`[{filters: [${filters}], backendRefs: [{name: one}]}]`),
    options,
  );
const copies = ({ sent }: TestMesh): string[] =>
  sent.map(({ url }) => new URL(url).hostname.split(".")[0] ?? "").filter((name) => name !== "one");

beforeEach(() => Object.assign(mirrorCounts, { sent: 0, failed: 0, tooLarge: 0 }));

describe("RequestMirror", () => {
  it("sends the same request elsewhere, changed as the rule says", async () => {
    const modify = "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Set, value: new}]}}";
    const one = mesh(`${mirrorTo("two")}, ${modify}`);
    const answer = await one.send("http://shop.example/a?b", {
      method: "POST",
      body: "abc",
      headers: { "x-set": "old" },
    });
    await one.settle();
    expect(await answer.text()).toBe("hello");
    const copy = one.sent.find(({ url }) => url.startsWith("http://two"));
    expect([copy?.url, copy?.method, copy?.body, copy?.headers.get("x-set")]).toEqual([
      "http://two.example/a?b",
      "POST",
      "abc",
      "new",
    ]);
    expect(one.sent.find(({ url }) => url.startsWith("http://one"))?.body).toBe("abc");
    expect(mirrorCounts).toEqual({ sent: 1, failed: 0, tooLarge: 0 });
  });

  it("copies nothing that came through a mesh already: a loop would double at every hop", async () => {
    const one = mesh(mirrorTo("two"));
    const headers = { "selvage-source": "other", "selvage-hops": "1" };
    expect((await one.send("http://shop.example/", { headers })).status).toBe(200);
    await one.settle();
    expect(copies(one)).toEqual([]);
  });

  it("sends to several", async () => {
    const one = mesh(`${mirrorTo("two")}, ${mirrorTo("three")}`);
    await one.send("http://shop.example/");
    await one.settle();
    expect(copies(one).toSorted()).toEqual(["three", "two"]);
  });

  it.each([
    [", percent: 20", 0.19, 1],
    [", percent: 20", 0.2, 0],
    [", percent: 0", 0, 0],
    [", percent: 100", 0.999, 1],
    [", fraction: {numerator: 1, denominator: 3}", 0.33, 1],
    [", fraction: {numerator: 1, denominator: 3}", 0.34, 0],
  ])("takes its share%s: at %d it is %i", async (share, random, expected) => {
    const one = mesh(mirrorTo("two", share), { random: [random] });
    await one.send("http://shop.example/");
    await one.settle();
    expect(copies(one)).toHaveLength(expected);
  });

  it("never makes the caller wait, and its failures stay its own", async () => {
    let release = (): void => undefined;
    const held = new Promise<Response>((_, reject) => (release = () => reject(new Error("Network connection lost."))));
    const one = mesh(mirrorTo("two"), {
      service: ({ url }) => (url.startsWith("http://two") ? held : new Response("served")),
    });
    const answer = await one.send("http://shop.example/");
    expect([answer.status, await answer.text()]).toEqual([200, "served"]);
    release();
    await one.settle();
    expect(mirrorCounts).toEqual({ sent: 0, failed: 1, tooLarge: 0 });
  });

  it("does without its target when that cannot be used", async () => {
    const one = mesh(mirrorTo("nobody"));
    expect((await one.send("http://shop.example/")).status).toBe(200);
    await one.settle();
    expect(mirrorCounts).toEqual({ sent: 0, failed: 1, tooLarge: 0 });
  });

  it.each([
    ["of known length", { "content-length": "65537" }],
    ["of unknown length", {}],
  ])("leaves out and counts a body above 64 KiB %s, which the service gets whole", async (_, headers) => {
    const one = mesh(mirrorTo("two"));
    const body = new Response("x".repeat(65_537)).body!.pipeThrough(new TransformStream());
    await one.send("http://shop.example/", { method: "POST", body, headers });
    await one.settle();
    expect(copies(one)).toEqual([]);
    expect(one.sent.map((sent) => sent.body?.length)).toEqual([65_537]);
    expect(mirrorCounts).toEqual({ sent: 0, failed: 0, tooLarge: 1 });
  });

  it("copies a body of exactly 64 KiB", async () => {
    const one = mesh(mirrorTo("two"));
    await one.send("http://shop.example/", {
      method: "POST",
      body: "x".repeat(65_536),
      headers: { "content-length": "65536" },
    });
    await one.settle();
    expect(one.sent.map((sent) => sent.body?.length)).toEqual([65_536, 65_536]);
  });
});

import { describe, expect, it, vi } from "vitest";
import { problemOf, serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

const orders = serviceYaml("orders");
const at = (path: string): string => `http://any.example/svc/orders.shop${path}`;

describe("what is admitted", () => {
  it("answers 503 until there is a configuration", async () => {
    const mesh = testMesh(orders, { ports: { current: () => Promise.resolve(null) } });
    const answer = await mesh.send(at("/"));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(answer.headers.get("selvage-decision")).toBe('configuration; policy="none"; rev=0');
    expect(answer.headers.get("selvage-revision")).toBe("0");
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5008",
      detail: "The mesh could not load its configuration",
      requestId: "new-id",
    });
  });

  it("answers 431 to too many headers, and to too large ones", async () => {
    const mesh = testMesh(orders);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, "1"]));
    const refused = await mesh.send(at("/"), { headers: many });
    expect(refused.status).toBe(431);
    expect(await problemOf(refused)).toMatchObject({
      code: "SLV5001",
      detail: "The request has more than 100 headers",
    });
    const large = await mesh.send(at("/"), { headers: { "x-a": "a".repeat(33_000) } });
    expect(large.status).toBe(431);
    expect(await problemOf(large)).toMatchObject({ detail: "The request has more than 32768 bytes of headers" });
    expect(mesh.sent).toEqual([]);
  });

  it("answers 414 to a path that is too long", async () => {
    const answer = await testMesh(orders).send(at(`/${"a".repeat(8192)}`));
    expect(answer.status).toBe(414);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV5002" });
  });

  it("answers 400 to a path that servers read differently, and says why", async () => {
    const answer = await testMesh(orders).send(at("/a%2fb"));
    expect(answer.status).toBe(400);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5000",
      detail: "The path holds an encoded slash or backslash (%2F, %5C), which servers read differently",
    });
    expect(answer.headers.get("selvage-decision")).toBe('admit; policy="none"; rev=7');
  });

  it("answers 508 to a request that has been through a mesh 16 times", async () => {
    const mesh = testMesh(orders);
    const source = { "selvage-source": "anonymous" };
    const passed = (hops: string): Promise<Response> =>
      mesh.send(at("/"), { headers: { ...source, "selvage-hops": hops } });
    expect((await passed("15")).status).toBe(200);
    expect(mesh.sent[0]?.headers.get("selvage-hops")).toBe("16");
    const looped = await passed("16");
    expect(looped.status).toBe(508);
    expect(await problemOf(looped)).toMatchObject({
      code: "SLV5010",
      detail: "The request has passed through a mesh 16 times; an endpoint may point back to it",
    });
    expect((await passed("not a number")).status).toBe(508);
    expect(mesh.sent).toHaveLength(1);
  });

  it("keeps a plain request id, and makes one instead of any other", async () => {
    const mesh = testMesh(orders);
    const kept = await mesh.send(at("/"), { headers: { "x-request-id": "abc-1" } });
    expect(kept.headers.get("x-request-id")).toBe("abc-1");
    const made = await mesh.send(at("/"), { headers: { "x-request-id": "a b" } });
    expect(made.headers.get("x-request-id")).toBe("new-id");
    expect(mesh.sent.map(({ headers }) => headers.get("x-request-id"))).toEqual(["abc-1", "new-id"]);
  });

  it("never answers 5xx to a GET that announces a body", async () => {
    const answer = await testMesh(orders).send(at("/"), { headers: { "content-length": "3" } });
    expect([answer.status, (await problemOf(answer))["code"]]).toEqual([400, "SLV5013"]);
    const empty = await testMesh(orders).send(at("/"), { headers: { "content-length": "0" } });
    expect(empty.status).toBe(200);
  });

  it("makes a bug of its own a 500 that tells nothing", async () => {
    const broken = testMesh(orders, { ports: { current: () => Promise.reject(new Error("secret detail")) } });
    const report = vi.spyOn(globalThis, "reportError").mockImplementation(() => undefined);
    const answer = await broken.send(at("/"));
    const reported = report.mock.calls;
    report.mockRestore();
    expect(answer.status).toBe(500);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV9000",
      detail: "The mesh failed while it handled the request",
    });
    expect(reported).toEqual([[new Error("secret detail")]]);
  });
});

describe("the client's address", () => {
  const addressSeen = async (env: Record<string, string>, init: RequestInit): Promise<string | null | undefined> => {
    const mesh = testMesh(orders, { env });
    await mesh.send(at("/"), init);
    return mesh.sent[0]?.headers.get("x-forwarded-for");
  };

  it("is the platform's CF-Connecting-IP in production", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.7", "x-forwarded-for": "6.6.6.6" };
    expect(await addressSeen({ LOCAL_MESH: "" }, { headers })).toBe("203.0.113.7");
  });

  it("is the peer that workerd saw, whatever the headers say", async () => {
    const headers = { "cf-connecting-ip": "6.6.6.6" };
    const peer = (clientIp: string): RequestInit => ({
      headers,
      cf: { clientIp } as unknown as RequestInitCfProperties,
    });
    expect(await addressSeen({}, peer("127.0.0.1:5000"))).toBe("127.0.0.1");
    expect(await addressSeen({ LOCAL_MESH: "" }, peer("[2001:db8::1]:5000"))).toBe("2001:db8::1");
  });

  it("is what a trusted proxy in front appended, counted from the right", async () => {
    const headers = { "x-forwarded-for": "6.6.6.6, 203.0.113.7, 198.51.100.2" };
    const env = { TRUST_ENTRY: "true" };
    expect(await addressSeen(env, { headers })).toBe("198.51.100.2");
    expect(await addressSeen({ ...env, TRUSTED_HOPS: "2" }, { headers })).toBe("203.0.113.7");
    expect(await addressSeen({ ...env, LOCAL_CLIENT_ADDRESS: "127.0.0.1" }, {})).toBe("127.0.0.1");
  });

  it("is left out in a local mesh that was not told", async () => {
    expect(
      await addressSeen({}, { headers: { "cf-connecting-ip": "6.6.6.6", "x-forwarded-for": "6.6.6.6" } }),
    ).toBeNull();
  });
});

describe("a trusted proxy in front", () => {
  const entry = { "selvage-entry": "shop/edge", "x-forwarded-proto": "https", "x-forwarded-port": "8443" };

  const admitted = async (env: Record<string, string>, headers: Record<string, string>): Promise<unknown> => {
    const mesh = testMesh(orders, { env });
    await mesh.send(at("/"), { headers });
    expect([...(mesh.sent[0]?.headers.keys() ?? [])]).not.toContain("selvage-entry");
    return mesh.traced.find(([stage]) => stage === "admit")?.[1]["entry"];
  };

  it("says where a request came in", async () => {
    expect(await admitted({ TRUST_ENTRY: "true" }, entry)).toEqual({
      gateway: "shop/edge",
      port: 8443,
      scheme: "https",
    });
  });

  it("implies the scheme's port when it names only the scheme", async () => {
    expect(await admitted({ TRUST_ENTRY: "true" }, { "x-forwarded-proto": "https" })).toEqual({
      gateway: null,
      port: 443,
      scheme: "https",
    });
  });

  it.each(["0", "65536", "http", "80.5"])("is not believed a port like %s", async (port) => {
    expect(await admitted({ TRUST_ENTRY: "true" }, { "x-forwarded-port": port })).toMatchObject({ port: null });
  });

  it("is not believed at all unless the mesh says so", async () => {
    expect(await admitted({}, entry)).toEqual({ gateway: null, port: null, scheme: "http" });
  });
});

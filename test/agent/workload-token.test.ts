// The workload's token: asked for once at a time, renewed before it ends, kept while the mesh is away.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readProof } from "../../src/agent/workload-proof.ts";
import { WorkloadToken } from "../../src/agent/workload-token.ts";

let now = 0;
let asked: RequestInit[];
let told: string[];
let answer: () => Response | Promise<Response>;
let token: WorkloadToken;
beforeEach(() => {
  now = 0;
  asked = [];
  told = [];
  answer = () => granted();
  token = new WorkloadToken({
    tokenUrl: "http://mesh/token",
    proof: () => readProof({ from: "pair", clientId: "id", clientSecret: "a:b%" }),
    now: () => now,
    fetch: async (_, init) => {
      asked.push(init);
      return answer();
    },
    failed: (reason) => told.push(reason),
    recovered: () => told.push("again"),
  });
});
const granted = (): Response => Response.json({ access_token: `t${asked.length}`, expires_in: 600 });
const refused = (status: number): Response =>
  Response.json({ error: "invalid_client", error_description: "It is not accepted." }, { status });

describe("the token of a workload", () => {
  it("is asked for by its client's credentials, once, however many wait", async () => {
    expect(await Promise.all([token.current(), token.current(), token.current()])).toEqual(["t1", "t1", "t1"]);
    expect(asked.map(({ headers, body }) => [new Headers(headers).get("authorization"), String(body)])).toEqual([
      [`Basic ${btoa("id:a%3Ab%25")}`, "grant_type=client_credentials"],
    ]);
  });

  it("is renewed after three quarters of its life, behind a call that still uses it", async () => {
    await token.current();
    now = 449_000;
    expect(await token.current()).toBe("t1");
    expect(asked).toHaveLength(1);
    now = 451_000;
    expect(await token.current()).toBe("t1");
    await expect.poll(() => token.current()).toBe("t2");
    expect(asked).toHaveLength(2);
  });

  it("serves to its end while no other can be had, and no longer", async () => {
    await token.current();
    answer = () => Promise.reject(Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }));
    now = 594_000;
    expect(await token.current()).toBe("t1");
    now = 597_000;
    expect(await token.current()).toBeNull();
    answer = granted;
    now = 610_000;
    expect(await token.current()).toBe("t3");
    expect(told).toEqual(["fetch failed", "again"]);
  });

  it("is told to be too short where no call could use it", async () => {
    answer = () => Response.json({ access_token: "t", expires_in: 5 });
    expect([await token.current(), await token.current()]).toEqual([null, null]);
    expect(told).toEqual(["the mesh's token lasts 5 s, which is too short for a call"]);
    expect(asked).toHaveLength(1);
  });

  it("is not asked for again within half a minute when the credentials are refused, which is told once", async () => {
    answer = () => refused(401);
    expect([await token.current(), await token.current()]).toEqual([null, null]);
    now = 29_000;
    expect(await token.current()).toBeNull();
    expect(asked).toHaveLength(1);
    now = 31_000;
    expect(await token.current()).toBeNull();
    expect(asked).toHaveLength(2);
    expect(told).toEqual(["the mesh answered 401 (invalid_client: It is not accepted.)"]);
  });

  it("is replaced when the mesh has refused it, at most every two seconds", async () => {
    now = 10_000;
    await token.current();
    now = 15_000;
    token.doubt("another");
    expect(await token.current()).toBe("t1");
    token.doubt("t1");
    expect(await token.current()).toBe("t2");
    token.doubt("t2");
    expect(await token.current()).toBe("t2");
    now = 18_000;
    expect(await token.current()).toBe("t3");
  });

  it.each(["a b", "a\r\nx: y", "", 7, "x".repeat(20_000)])("is none that no header could hold: %j", async (bad) => {
    answer = () => Response.json({ access_token: bad, expires_in: 600 });
    expect(await token.current()).toBeNull();
  });
});

describe("the proof of a workload", () => {
  const folder = mkdtempSync(join(tmpdir(), "selvage-proof-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    const path = join(folder, "proof");
    writeFileSync(path, text);
    return path;
  };

  it("is read from what the command printed", async () => {
    const path = file(JSON.stringify({ clientId: "slvc_1", clientSecret: "slvs_2", secrets: [] }));
    expect(await readProof({ from: "credentials-file", path })).toEqual({
      form: { grant_type: "client_credentials" },
      authorization: `Basic ${btoa("slvc_1:slvs_2")}`,
    });
  });

  it("is a token of the platform, as it stands in its file", async () => {
    const { form, authorization } = await readProof({ from: "token-file", path: file("a.b.c\n") });
    expect([form.subject_token, authorization]).toEqual(["a.b.c", undefined]);
  });

  it("says what is wrong with its file", async () => {
    await expect(readProof({ from: "credentials-file", path: file("{}") })).rejects.toThrow(
      /is not what selvage workload/,
    );
    await expect(readProof({ from: "credentials-file", path: file("x") })).rejects.toThrow(
      /is not what selvage workload/,
    );
    await expect(readProof({ from: "token-file", path: "/nowhere" })).rejects.toThrow(
      "/nowhere cannot be read (ENOENT)",
    );
  });
});

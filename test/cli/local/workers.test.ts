// The local mesh runs what wrangler.toml deploys.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  CRON,
  DATABASE_ID,
  DURABLE_OBJECTS,
  MAIN_WORKER,
  VARIABLES,
  workers,
} from "../../../src/cli/local/workers.ts";

const toml = readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8");
const all = (pattern: RegExp): string[] => [...toml.matchAll(pattern)].map(([, found]) => found ?? "");
const options = {
  host: "127.0.0.1",
  port: 9000,
  edges: 3,
  adminToken: "t",
  trustEntry: true,
  trustedHops: 2,
  requestLog: "none" as const,
  meshDomain: "mesh.test",
  assets: () => {
    throw new Error("nobody asks for files here");
  },
  variables: { METRICS_PUBLIC: "true" },
};

describe("workers", () => {
  it("says the same as wrangler.toml", () => {
    expect(all(/^name = "(.*)"$/gm)[0]).toBe(MAIN_WORKER);
    expect(all(/^compatibility_date = "(.*)"$/gm)).toEqual([COMPATIBILITY_DATE]);
    expect(all(/^compatibility_flags = (.*)$/gm)).toEqual([JSON.stringify(COMPATIBILITY_FLAGS).replaceAll(",", ", ")]);
    expect(all(/^database_id = "(.*)"$/gm)).toEqual([DATABASE_ID]);
    expect(all(/^crons = \["(.*)"\]$/gm)).toEqual([CRON]);
    expect(
      all(/\[assets\](?:\n.+)*?\nbinding = "(.*)"$/gm).every(
        (name) => workers("", options, true)[0]?.config.env?.[name],
      ),
    ).toBe(true);
    const objects = [...toml.matchAll(/durable_objects\.bindings\]\]\nname = "(.*)"\nclass_name = "(.*)"/g)];
    expect(Object.fromEntries(objects.map(([, name, className]) => [name, className]))).toEqual(DURABLE_OBJECTS);
    const variables = /\[vars\]\n((?:.+\n)*)/.exec(toml)?.[1] ?? "";
    expect(
      Object.fromEntries([...variables.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, name, value]) => [name, value])),
    ).toEqual(VARIABLES);
  });

  it("keeps the objects in the first edge, and gives each edge its own socket and name", () => {
    const made = workers("export default {}", options, true);
    expect(made.map(({ config }) => config.name)).toEqual(["selvage", "selvage-2", "selvage-3"]);
    expect(made.map(({ config }) => Object.keys(config.exports ?? {}).length > 0)).toEqual([true, false, false]);
    expect(made.map(({ dev }) => dev?.unsafeDirectSockets?.[0]?.port)).toEqual([9000, 9001, 9002]);
    expect(made.map(({ config }) => config.env?.MESH)).toEqual(
      Array.from({ length: 3 }, () => ({ type: "durable-object", worker: "selvage", exportName: "Mesh" })),
    );
    expect(made.map(({ config }) => config.env?.EDGE)).toEqual(
      ["edge-1", "edge-2", "edge-3"].map((value) => ({ type: "text", value })),
    );
  });

  it("turns options into variables", () => {
    const [first] = workers("", options, true);
    expect(first?.config.env).toMatchObject({
      LOCAL_MESH: { type: "text", value: "true" },
      SELVAGE_ADMIN_TOKEN: { type: "text", value: "t" },
      TRUST_ENTRY: { type: "text", value: "true" },
      TRUSTED_HOPS: { type: "text", value: "2" },
      MESH_DOMAIN: { type: "text", value: "mesh.test" },
      METRICS_PUBLIC: { type: "text", value: "true" },
    });
    const [plain] = workers(
      "",
      { ...options, trustEntry: false, trustedHops: 1, requestLog: "none" as const, meshDomain: null, variables: {} },
      true,
    );
    expect(plain?.config.env?.LOCAL_CLIENT_ADDRESS).toEqual({ type: "text", value: "127.0.0.1" });
    const [open] = workers("", { ...options, host: "0.0.0.0" }, true);
    expect(Object.keys(open?.config.env ?? {})).not.toContain("LOCAL_CLIENT_ADDRESS");
    expect(Object.keys(plain?.config.env ?? {})).not.toContain("TRUST_ENTRY");
    expect(Object.keys(plain?.config.env ?? {})).not.toContain("TRUSTED_HOPS");
    expect(Object.keys(plain?.config.env ?? {})).not.toContain("MESH_DOMAIN");
  });
});

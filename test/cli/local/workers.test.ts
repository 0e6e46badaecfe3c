// The local mesh runs what wrangler.toml deploys.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  CONTROL_WORKER,
  CRON,
  DATABASE_ID,
  DURABLE_OBJECTS,
  MAIN_WORKER,
  VARIABLES,
  workers,
} from "../../../src/cli/local/workers.ts";

const toml = readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8");
const all = (pattern: RegExp): string[] => [...toml.matchAll(pattern)].map(([, found]) => found ?? "");
const variablesOf = (section: string): Record<string, string> => {
  const [lines = ""] = all(new RegExp(`^\\[${section}\\]\\n((?:.+\\n)*)`, "gm"));
  return Object.fromEntries(
    [...lines.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
};
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
    expect(new Set(all(/^database_id = "(.*)"$/gm))).toEqual(new Set([DATABASE_ID]));
    expect(all(/^crons = \["(.*)"\]$/gm)).toEqual([CRON]);
    const files = all(/^\[assets\](?:\n.+)*?\nbinding = "(.*)"$/gm);
    expect(files).toEqual(["ASSETS"]);
    expect(workers("", options, true).at(-1)?.config.env).toHaveProperty("ASSETS");
    const objects = [...toml.matchAll(/^\[\[durable_objects\.bindings\]\]\nname = "(.*)"\nclass_name = "(.*)"/gm)];
    expect(Object.fromEntries(objects.map(([, name, className]) => [name, className]))).toEqual(DURABLE_OBJECTS);
    expect(variablesOf("vars")).toEqual(VARIABLES);
  });

  it("has the control plane that wrangler.toml deploys with --env control", () => {
    const objects = [
      ...toml.matchAll(
        /^\[\[env\.control\.durable_objects\.bindings\]\]\nname = "(.*)"\nclass_name = "(.*)"\nscript_name = "(.*)"/gm,
      ),
    ].map(([, name, exportName, worker]) => [name, { type: "durable-object", worker, exportName }]);
    const control = workers("", options, true).at(-1);
    expect(control?.config.name).toBe(CONTROL_WORKER);
    expect(toml).toContain(`[env.control]\nname = "${CONTROL_WORKER}"`);
    expect(control?.config.env).toMatchObject(Object.fromEntries(objects));
    expect(objects).toHaveLength(Object.keys(DURABLE_OBJECTS).length);
    expect(variablesOf("env\\.control\\.vars")).toEqual(variablesOf("vars"));
    expect(all(/^\[\[env\.control\.d1_databases\]\]\n((?:.+\n)+)/gm)).toEqual(
      all(/^\[\[d1_databases\]\]\n((?:.+\n)+)/gm),
    );
    const [binding] = all(/^# \[\[services\]\]\n((?:# \w.+\n)+)/gm);
    expect(binding).toBe(`# binding = "CONTROL"\n# service = "${CONTROL_WORKER}"\n# entrypoint = "Control"\n`);
  });

  it("lets every edge reach the control plane, which has neither socket nor objects nor a way to itself", () => {
    const made = workers("", options, true);
    const bound = { type: "worker", worker: CONTROL_WORKER, exportName: "Control" };
    expect(made.map(({ config }) => config.env?.CONTROL)).toEqual([bound, bound, bound, undefined]);
    expect(made.at(-1)?.dev?.unsafeDirectSockets).toEqual([]);
    expect(made.at(-1)?.config.exports).toBeUndefined();
    const { CONTROL, EDGE, ...edge } = made[0]?.config.env ?? {};
    const { EDGE: name, ASSETS: _files, ...control } = made.at(-1)?.config.env ?? {};
    expect([CONTROL, EDGE, name]).toEqual([
      bound,
      { type: "text", value: "edge-1" },
      { type: "text", value: "control" },
    ]);
    expect(control).toEqual(edge);
  });

  it("keeps the objects in the first edge, and gives each edge its own socket and name", () => {
    const made = workers("export default {}", options, true).slice(0, -1);
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

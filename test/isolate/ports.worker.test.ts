// Whom a change waits for in a local mesh.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Env } from "../../src/env/env.ts";
import { portsOf } from "../../src/isolate/ports.ts";

it("edges of a local mesh are kept awake, and the control plane behind them is not", () => {
  // The binding is only looked at for being there.
  const CONTROL = {} as NonNullable<Env["CONTROL"]>;
  const local = { ...env, LOCAL_MESH: "true" };
  expect(portsOf({ ...local, CONTROL }).isKeptAwake).toBe(true);
  expect(portsOf(local).isKeptAwake).toBe(false);
  expect(portsOf({ ...env, LOCAL_MESH: "", CONTROL }).isKeptAwake).toBe(false);
});

// What is to be done, from what is known before anybody is asked.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withControl, withDatabaseId } from "../../../src/cli/deploy/keep-up.ts";
import { type MeshConfig, readMeshConfig } from "../../../src/cli/deploy/mesh-config.ts";
import { stepsOf, typed, typedCall } from "../../../src/cli/deploy/steps.ts";

const product = readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8");
const configOf = (text: string | null): MeshConfig => {
  const read = readMeshConfig(text ?? "");
  if (!read.ok) {
    throw new Error(read.message);
  }
  return read.config;
};
const fresh = configOf(product);
const known = configOf(withDatabaseId(product, "0b0c7a4e-7c11-4b7e-9a39-111111111111"));
const bound = configOf(withControl(product));
const names = (config: MeshConfig, control = false, isCheckout = false): string =>
  stepsOf({ config, control, isCheckout })
    .map(({ name }) => name)
    .join(" ");

describe("stepsOf", () => {
  it("looks for a database only where none is known", () => {
    expect(names(fresh)).toBe("account database tables worker operator ready context");
    expect(names(known)).toBe("account tables worker operator ready context");
  });

  it("binds a control plane after it was deployed, and once", () => {
    expect(names(known, true)).toBe("account tables worker control binding operator ready context");
    expect(names(bound)).toBe("account database tables worker control operator ready context");
    expect(names(bound, true)).toBe(names(bound));
  });

  it("builds the dashboard of a checkout", () => {
    expect(names(known, false, true)).toBe("account dashboard tables worker operator ready context");
  });
});

it("every call is shown as somebody would type it", () => {
  const wanted = { config: fresh, control: false, isCheckout: true };
  expect(stepsOf(wanted).flatMap((step) => typed(step, wanted))).toEqual([
    "wrangler whoami --json",
    "wrangler d1 list --json",
    "wrangler d1 create selvage",
    expect.stringMatching(/^wrangler d1 execute selvage --remote --json --command 'SELECT .* '\\''table'\\'' .*'$/),
    "wrangler secret list --env=",
    "wrangler d1 migrations apply selvage --remote",
    "wrangler deploy --env=",
    "wrangler secret list --env=",
    "wrangler d1 execute selvage --remote --json --command 'SELECT count(*) AS tokens FROM tokens'",
    "wrangler secret put SELVAGE_ADMIN_TOKEN --env=",
  ]);
  expect(typedCall(["deploy", "../my mesh/index.js"])).toBe("wrangler deploy '../my mesh/index.js'");
});

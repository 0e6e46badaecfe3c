// The example of a Rollout is one that the mesh takes as it stands.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compileMesh } from "../support/raw/compile-mesh.ts";

it("examples/rollouts compiles, and its page shows the same steps", () => {
  const root = new URL("../..", import.meta.url).pathname;
  const text = readFileSync(`${root}examples/rollouts/reviews.yaml`, "utf8");
  const { rollout } = compileMesh(text).services["shop/reviews"] ?? {};
  expect(rollout).toMatchObject({ stable: "v1", canary: "v2", steps: { length: 4 } });
  const steps = /steps: \[.*\]/.exec(text)?.[0] ?? "none";
  expect(readFileSync(`${root}docs/rollouts.md`, "utf8")).toContain(steps);
});

// The lines of docs/local.md that start a mesh: each starts one that answers, on all of its edges, and stops when it is
// told to. Ports and the data folder are put in place of the page's.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startMesh } from "../support/mesh.ts";

const page = readFileSync(new URL("../../docs/local.md", import.meta.url), "utf8");
const lines = [...page.matchAll(/^selvage up(?: +[^#\n]*)?(?=#|$)/gm)].map(([line]) => line.trim());

describe("the local mesh", () => {
  it("has lines to try", () => {
    expect(lines.length).toBeGreaterThanOrEqual(3);
  });

  it.each(lines)("%s", async (line) => {
    const edges = Number(/--edges (\d+)/.exec(line)?.[1] ?? 1);
    const args = line
      .replace(/--edges \d+/, "")
      .split(/\s+/)
      .slice(2);
    const mesh = await startMesh({ edges, args: args.filter((one) => one !== "") });
    for (const url of mesh.urls) {
      expect((await fetch(`${url}/_selvage/readyz`)).status).toBe(200);
    }
    expect(await mesh.stop()).toBe(0);
  });
});

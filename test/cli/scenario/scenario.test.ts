// `selvage demo scenario` before anything happens: where it refuses to begin.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

describe("a scenario", () => {
  it("is refused on a mesh that is not the demo, and writes nothing there", async () => {
    await bench.against({ "GET /catalog": { body: { items: [], revision: 1 } } });
    const { code, stderr } = await bench.run("demo", "scenario", "calm");
    expect([code, stderr]).toEqual([2, expect.stringContaining("is not the demo: storefront does not run there")]);
    expect(stderr).toContain("selvage up --demo");
    expect(bench.seen.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("is refused on another machine, which is not even asked", async () => {
    const { code, stderr } = await bench.run("demo", "scenario", "calm", "--server", "https://mesh.example.com");
    expect([code, stderr]).toEqual([2, expect.stringContaining("it runs on another machine")]);
  });

  it("has to be one that there is, and to last ten seconds", async () => {
    expect((await bench.run("demo", "scenario", "apocalypse")).stderr).toContain("bad-canary, bank-brownout");
    expect((await bench.run("demo", "scenario", "calm", "--seconds", "9")).code).toBe(2);
  });
});

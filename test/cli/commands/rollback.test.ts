// `selvage rollback`: what is lost is said before anything is written.
import { afterAll, expect, it } from "vitest";
import { CommandBench, result } from "../../support/command-bench.ts";

const bench = new CommandBench();
afterAll(() => bench.close());

const warning = {
  severity: "warning",
  code: "SLV1023",
  ref: "Application/web/mobile",
  pointer: "",
  message: "Application/web/mobile comes back without credentials: those that it had are gone.",
};
const script = (): Promise<void> =>
  bench.script(({ url }) => ({ body: result({ warnings: [warning], dryRun: url.includes("dryRun=true") }) }));

it("plans first, says what does not come back, then goes back", async () => {
  await script();
  const { code, stdout, stderr } = await bench.run("rollback", "--to", "7");
  expect(code).toBe(0);
  expect(bench.seen.map(({ url }) => url)).toEqual([
    "/_selvage/v1/revisions/7/rollback?dryRun=true",
    "/_selvage/v1/revisions/7/rollback",
  ]);
  expect(stderr.match(/comes back without credentials/g)).toHaveLength(1);
  expect(stdout).toContain("revision 8");
});

it("writes nothing with --dry-run", async () => {
  await script();
  const { code, stdout, stderr } = await bench.run("rollback", "--to", "7", "--dry-run");
  expect([code, bench.seen.length]).toEqual([0, 1]);
  expect(stderr).toContain("SLV1023");
  expect(stdout).toContain("nothing written");
});

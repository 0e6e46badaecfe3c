// Projects: `node` (pure things and whatever needs no runtime), `worker` (inside workerd: D1, Durable Objects), `journey` (a
// whole local mesh over real sockets), `measure` (journeys that hold a rate or a time: one at a time, with the machine to itself).
import { existsSync, globSync, readFileSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/run/longest-first.ts";

/** Vectors that others published, by path, for tests inside workerd, which reads no files; empty where they are not. */
function published(): Readonly<Record<string, string>> {
  const folder = ["../shared/conformance/", "../../shared/conformance/"]
    .map((path) => new URL(path, import.meta.url).pathname)
    .find((path) => existsSync(path));
  const paths = folder === undefined ? [] : globSync("{jose-cookbook,jwt-samples}/**/*.json", { cwd: folder });
  return Object.fromEntries(paths.map((path) => [path, readFileSync(`${folder}${path}`, "utf8")]));
}

const journeys = ["test/journeys/**/*.test.ts", "test/conformance/**/*.test.ts"];
const measured = ["test/journeys/{canary-by-hand,limit}.test.ts"];
const worker = ["test/**/*.worker.test.ts"];

const workerd = cloudflareTest(async () => ({
  wrangler: { configPath: "./wrangler.toml" },
  miniflare: {
    bindings: {
      TEST_MIGRATIONS: await readD1Migrations(new URL("migrations", import.meta.url).pathname),
      SELVAGE_ADMIN_TOKEN: "test-admin-token",
      LOCAL_MESH: "true",
      PUBLISHED_VECTORS: published(),
      SELVAGE_LONG: process.env.SELVAGE_LONG ?? "",
    },
  },
}));
const clean = "./test/support/clean.ts";
const empty = "./test/support/worker/setup.ts";
const packed = "./test/support/packed.ts";

/** Journeys wait for other processes on a machine that does other things: a bound of theirs is there to tell a hang. */
const patient = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 20_000 } } };

export default defineConfig({
  test: {
    // Left to itself it leaves one core idle, which is half of a small machine.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...worker, ...journeys],
          // Pure things leave nothing behind: evaluating zod anew for each file is most of what their tests would cost.
          isolate: false,
          setupFiles: [clean],
          // A hang, not a budget: a property over a thousand meshes may share its core with others.
          testTimeout: 120_000,
        },
      },
      {
        plugins: [workerd],
        test: {
          name: "worker",
          include: worker,
          isolate: false,
          setupFiles: [clean, empty, "./test/support/worker/shared-isolate.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "journey",
          include: journeys,
          exclude: measured,
          ...patient,
          globalSetup: packed,
          // They mostly wait, so more of them than there are cores; after the others, which do not.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "measure",
          include: measured,
          ...patient,
          globalSetup: packed,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

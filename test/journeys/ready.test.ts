// `selvage up` from outside: whoever is answered at all is answered by a mesh that is ready.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { up } from "../support/mesh.ts";
import { freePorts } from "../support/ports.ts";

/** Asks until told to stop, and tells every answer there was. */
async function watch(url: string, stopped: AbortSignal): Promise<string[]> {
  const seen: string[] = [];
  while (!stopped.aborted) {
    const answer = await fetch(url).then(
      async (response) => `${response.status} ${await response.text()}`,
      () => null,
    );
    if (answer !== null) {
      seen.push(answer);
    }
    await sleep(2);
  }
  return seen;
}

it("answers nobody before it is ready, the first time and again", async () => {
  const data = mkdtempSync(join(tmpdir(), "selvage-ready-"));
  const port = await freePorts(1);
  try {
    for (const start of ["first", "second"]) {
      const ready = new AbortController();
      const answers = watch(`http://127.0.0.1:${port}/_selvage/readyz`, ready.signal);
      const { child } = await up(["--port", String(port), "--data", data, "--admin-token", "token", "--no-demo"]);
      // Some after the line was printed, whether or not one came before.
      await sleep(100);
      ready.abort();
      const seen = await answers;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      expect(seen.length, start).toBeGreaterThan(0);
      for (const answer of seen) {
        expect(answer, start).toMatch(/^200 .*"ready":true,"registry":"reachable"/);
      }
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}, 120_000);

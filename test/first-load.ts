// A program, `node test/first-load.ts [runs]`: when the dashboard's first screen can be read and operated over a slow
// line, and what it asks for meanwhile. Against answers that are only pretended, as dashboard-cost.test.ts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChromium } from "./support/browser/chromium.ts";
import { startPretendMesh } from "./support/browser/pretend-mesh.ts";
import { askedText, firstLoad, firstLoadText } from "./support/browser/slow-line.ts";

const visits: readonly (readonly [name: string, path: string, sign: string])[] = [
  ["Now", "/_selvage/ui/now", "Nothing is wrong."],
  ["Services, by its address", "/_selvage/ui/services", "Services: 20"],
  ["signed out", "/_selvage/ui/now", "Sign in to Selvage"],
];

const folder = mkdtempSync(join(tmpdir(), "selvage-first-load-"));
const files = join(folder, "dashboard");
execFileSync(process.execPath, [new URL("../src/cli/dashboard/build-dashboard.ts", import.meta.url).pathname, files]);
const browser = await startChromium();
try {
  for (const [name, path, sign] of visits) {
    const mesh = await startPretendMesh(files, 20, { isSignedIn: name !== "signed out" });
    const runs = [];
    for (let nth = 0; nth < Number(process.argv[2] ?? 5); nth++) {
      runs.push(await firstLoad(browser, mesh.url, path, sign));
    }
    const median = runs.toSorted((a, b) => a.first.operableMs - b.first.operableMs)[runs.length >> 1];
    if (median !== undefined) {
      console.log(`${name} (median of ${runs.length}): ${firstLoadText(median)}`);
      console.log(median.asked.map(askedText).join("\n"));
    }
    mesh.server.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

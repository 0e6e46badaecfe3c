// A program, `npm run screenshots`: the dashboard with the bookstore and its bad canary, as docs/images shows it.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openScreen, startChromium } from "./support/browser/chromium.ts";
import { up } from "./support/mesh.ts";
import { freePorts } from "./support/ports.ts";

const TOKEN = "screenshots";
const images = new URL("../docs/images", import.meta.url).pathname;
const shots: readonly (readonly [name: string, path: string, theme: string])[] = [
  ["now", "/now", "light"],
  ["map", "/map", "dark"],
  ["service", "/services/default/reviews?tab=signals", "light"],
  ["watch", "/watch", "light"],
  ["explain", "/explain?method=GET&url=URL/svc/reviews/books/kokoro", "light"],
  ["limits", "/limits?tab=breakers", "dark"],
  ["policy", "/policies/HTTPRoute/default/reviews-split?tab=edit", "contrast"],
];

const data = mkdtempSync(join(tmpdir(), "selvage-screenshots-"));
const port = String(await freePorts(1));
const mesh = await up(["--demo", "--port", port, "--data", data, "--admin-token", TOKEN]);
const browser = await startChromium();
const command = new URL("../src/cli/main.ts", import.meta.url).pathname;
const canary = spawn(process.execPath, [command, "demo", "scenario", "bad-canary", "--seconds", "240"], {
  env: { ...process.env, SELVAGE_URL: mesh.url, SELVAGE_TOKEN: TOKEN, SELVAGE_DATA: data },
  stdio: "ignore",
});
try {
  // Long enough for charts to have something to show.
  await sleep(Number(process.env.SCREENSHOTS_AFTER_MS ?? 90_000));
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(`${mesh.url}/_selvage/ui/now`);
  await page.getByLabel("Operator token").fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".sidebar");
  mkdirSync(images, { recursive: true });
  for (const [name, path, theme] of shots) {
    await openScreen(page, `${mesh.url}/_selvage/ui${path.replace("URL", encodeURIComponent(mesh.url))}`);
    if (name === "now") {
      await page
        .getByRole("button", { name: /^Take v3 out/ })
        .first()
        .waitFor({ timeout: 120_000 });
    }
    if (name === "explain") {
      await page.getByRole("button", { name: "Explain", exact: true }).click();
      await page.getByText("Decisions, in their order").waitFor();
    }
    await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(theme)}`);
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: join(images, `dashboard-${name}.png`) });
    console.log(`docs/images/dashboard-${name}.png`);
  }
} finally {
  await browser.close();
  const over = once(canary, "exit");
  canary.kill("SIGTERM");
  await over;
  const ended = once(mesh.child, "exit");
  mesh.child.kill("SIGTERM");
  await ended;
  rmSync(data, { recursive: true, force: true });
}

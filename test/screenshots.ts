// A program, `npm run screenshots`: every screen of the dashboard with the bookstore and its bad canary, as docs/images
// has them.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { screens } from "../src/model/word/screens.ts";
import { openScreen, startChromium } from "./support/browser/chromium.ts";
import { up } from "./support/mesh.ts";
import { freePorts } from "./support/ports.ts";

const TOKEN = "screenshots";
const images = new URL("../docs/images", import.meta.url).pathname;
/** Below `/_selvage/`. */
interface Shot {
  readonly name: string;
  readonly path: string;
  readonly theme: "light" | "dark" | "contrast";
}

/** Where the screen alone has nothing to show, or less than one click further. */
const better: Readonly<Record<string, string>> = {
  explain: "ui/explain?method=GET&url=URL/svc/reviews/books/kokoro",
  limits: "ui/limits?tab=breakers",
};
const dark = new Set(["map", "limits", "check", "traces"]);
const shots: readonly Shot[] = [
  ...screens.map(({ path }): Shot => {
    const name = path.slice(1);
    return { name, path: better[name] ?? `ui${path}`, theme: dark.has(name) ? "dark" : "light" };
  }),
  { name: "service", path: "ui/services/default/reviews?tab=signals", theme: "light" },
  { name: "policy", path: "ui/policies/HTTPRoute/default/reviews-split?tab=edit", theme: "contrast" },
  { name: "portal", path: "portal/apis", theme: "light" },
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
  for (const { name, path, theme } of shots) {
    await openScreen(page, `${mesh.url}/_selvage/${path.replace("URL", encodeURIComponent(mesh.url))}`);
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
    if (name === "watch") {
      // Its stream does not end.
      await page.locator("[data-tail=live]").waitFor();
      await sleep(3000);
    } else {
      await page.waitForLoadState("networkidle");
    }
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

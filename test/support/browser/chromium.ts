// A real browser for journeys: Debian's Chromium, driven without a download of its own; absent on some machines, never
// in CI.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Why a test with a browser cannot run here; null = it can, or it must (CI). */
export function chromiumMissing(): string | null {
  if (PLACES.some((path) => existsSync(path)) || process.env.SELVAGE_CI !== undefined) {
    return null;
  }
  return "Chromium is not installed on this machine";
}

export async function startChromium(): Promise<Browser> {
  const executablePath = PLACES.find((path) => existsSync(path)) ?? PLACES[0];
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: ["--no-sandbox"] });
}

/** Opens an address of the dashboard and waits until nothing is on its way. */
export async function openScreen(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector("h1");
  await page.locator("[aria-busy]").first().waitFor({ state: "detached" });
}

/**
 * What axe has to say about the page as it is: one line a rule and place.
 * @param rules all of them, or those that a theme can break
 */
export async function violations(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
  await page.evaluate(`window.axe ?? (() => { ${axe} })();0`);
  const options = rules === "all" ? "{}" : `{ runOnly: ["color-contrast"] }`;
  const found = await page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + " " + target.join(" "))))`,
  );
  return Array.isArray(found) ? found.map(String) : ["axe did not answer"];
}

/** How many pixels the page is wider than its window, and what sticks out. */
export async function overflow(page: Page): Promise<string | null> {
  const found = await page.evaluate(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return null;
    const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
    return (scrollWidth - clientWidth) + " px: " + out.slice(0, 3).map((one) => one.tagName + "." + one.className).join(", ");
  })()`);
  return found === null ? null : String(found);
}

// A page of the dashboard for which somebody has signed in, and what has shifted in it since.
import type { Browser, Page } from "playwright-core";
import type { TestMesh } from "../mesh.ts";

export async function signedIn(browser: Browser, mesh: TestMesh, path: string, token = mesh.token): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(`${mesh.url}/_selvage/ui${path}`);
  await page.getByLabel("Operator token").fill(token);
  await page.keyboard.press("Enter");
  await page.locator('.pill[data-live="live"]').waitFor();
  return page;
}

/** Begins to count what moves without being asked to; the function tells the sum, as browsers weigh it. */
export async function layoutShift(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`window.shifted = 0; new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
  }).observe({ type: "layout-shift" });0`);
  return async () => Number(await page.evaluate("window.shifted"));
}

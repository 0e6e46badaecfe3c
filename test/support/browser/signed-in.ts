// A page of the dashboard for which somebody has signed in, and what has shifted in it since.
import type { Browser, Page } from "playwright-core";
import type { TestMesh } from "../mesh.ts";

export async function signedIn(
  browser: Browser,
  mesh: Pick<TestMesh, "url" | "token">,
  path: string,
  token = mesh.token,
): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(`${mesh.url}/_selvage/ui${path}`);
  await page.getByLabel("Operator token").fill(token);
  await page.keyboard.press("Enter");
  await page.locator('.pill[data-live="live"]').waitFor();
  return page;
}

/** Begins to count what moves without being asked to; the function tells each, as browsers weigh it, and what moved. */
export async function layoutShifts(page: Page): Promise<() => Promise<readonly Shift[]>> {
  await page.evaluate(`window.shifts = []; new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.hadRecentInput) continue;
      const what = one.sources.map(({ node, previousRect, currentRect }) =>
        [node?.className ?? node?.nodeName, (node?.textContent ?? "").slice(0, 20), previousRect.y + ">" + currentRect.y].join(" "));
      window.shifts.push({ value: one.value, what: what.join("; ") });
    }
  }).observe({ type: "layout-shift" });0`);
  return async () => (await page.evaluate("window.shifts")) as readonly Shift[];
}

interface Shift {
  readonly value: number;
  readonly what: string;
}

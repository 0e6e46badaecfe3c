// How long the dashboard's first screen takes over a slow line, beside an empty page, and what it asks for until then.
import type { Browser, Page } from "playwright-core";

/** What the developer tools of Chromium call Fast 3G. */
const FAST_3G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

export interface FirstLoad {
  readonly emptyMs: number;
  /** Until something is painted: that the mesh is being asked. */
  readonly paintedMs: number;
  /** Until the screen stands there with what the mesh answered. */
  readonly screenMs: number;
  /** Once more, with the files kept. */
  readonly againMs: number;
  /** Paths that were asked for before the screen was there. */
  readonly asked: readonly string[];
}

/**
 * @param mesh a pretended one: has an empty page at `/empty`
 * @param sign text that stands there when the screen does
 */
export async function firstLoad(browser: Browser, mesh: string, path: string, sign: string): Promise<FirstLoad> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send("Network.enable");
  await tools.send("Network.emulateNetworkConditions", FAST_3G);
  const emptyMs = await timeUntil(page, () => page.goto(`${mesh}/empty`, { waitUntil: "commit" }), "empty");
  await tools.send("Network.clearBrowserCache");
  const asked: string[] = [];
  const note = (request: { url(): string }): void => void asked.push(request.url().replace(mesh, ""));
  page.on("request", note);
  const screenMs = await timeUntil(page, () => page.goto(mesh + path, { waitUntil: "commit" }), sign);
  page.off("request", note);
  const paintedMs = Number(await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0].startTime'));
  const againMs = await timeUntil(page, () => page.reload({ waitUntil: "commit" }), sign);
  await context.close();
  return { emptyMs, paintedMs, screenMs, againMs, asked };
}

async function timeUntil(page: Page, start: () => Promise<unknown>, sign: string): Promise<number> {
  const begun = performance.now();
  await start();
  await page.getByText(sign).first().waitFor();
  return performance.now() - begun;
}

export function firstLoadText({ emptyMs, paintedMs, screenMs, againMs }: FirstLoad): string {
  const told = (what: string, ms: number): string => `${what} ${ms.toFixed(0)} ms (${(ms / emptyMs).toFixed(1)} times)`;
  return [
    `Fast 3G: empty page ${emptyMs.toFixed(0)} ms`,
    told("something painted", paintedMs),
    told("first screen", screenMs),
    told("with the files kept", againMs),
  ].join(", ");
}

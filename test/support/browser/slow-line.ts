// How long the dashboard's first screen takes over a slow line, beside an empty page: told by the page itself, frame by
// frame. What drives a browser asks twice a second, which would be half of what is measured.
import type { Browser, Page } from "playwright-core";

/** What the developer tools of Chromium call Fast 3G. */
const FAST_3G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

/** Milliseconds since the address was given. */
interface Moments {
  /** The frame that shows what the mesh answered. */
  readonly readableMs: number;
  /** The frame that shows that a key was obeyed, pressed in every frame until then. */
  readonly operableMs: number;
}

interface Asked {
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kib: number;
}

export interface FirstLoad {
  readonly emptyMs: number;
  /** Until anything is painted. */
  readonly paintedMs: number;
  readonly first: Moments;
  /** Once more, with the files kept. */
  readonly again: Moments;
  /** What was asked for before the screen could be operated, the document first. */
  readonly asked: readonly Asked[];
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
  await page.addInitScript(`(${watch})(${JSON.stringify(sign)})`);
  await page.goto(`${mesh}/empty`, { waitUntil: "commit" });
  const { readableMs: emptyMs } = await momentsOf(page);
  await tools.send("Network.clearBrowserCache");
  await page.goto(mesh + path, { waitUntil: "commit" });
  const first = await momentsOf(page);
  const all = await page.evaluate<readonly Asked[]>(`(${entries})()`);
  const asked = all.filter(({ fromMs }) => fromMs < first.operableMs);
  const paintedMs = await page.evaluate<number>('performance.getEntriesByName("first-contentful-paint")[0].startTime');
  await page.evaluate("localStorage.clear()");
  await page.reload({ waitUntil: "commit" });
  const again = await momentsOf(page);
  await context.close();
  return { emptyMs, paintedMs, first, again, asked };
}

async function momentsOf(page: Page): Promise<Moments> {
  await page.waitForFunction("window.moments?.operableMs");
  return page.evaluate<Moments>("window.moments");
}

/** Runs in the page: no frame comes while a style sheet is awaited, so what stands there in one is painted by it. */
const watch = `(sign) => {
  const moments = (window.moments = {});
  const isObeyed = () => document.querySelector('.pill[data-live="paused"], input[type="password"]') !== null;
  const look = () => {
    const text = document.body?.innerText ?? "";
    if (moments.readableMs === undefined && (text.includes(sign) || location.pathname === "/empty")) {
      moments.readableMs = performance.now();
    }
    if (moments.readableMs !== undefined && (isObeyed() || location.pathname === "/empty")) {
      moments.operableMs = performance.now();
      return;
    }
    document.body?.dispatchEvent(new KeyboardEvent("keydown", { key: "l", code: "KeyL", bubbles: true }));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

const entries = `() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind)).map(
  ({ name, startTime, responseEnd, transferSize }) =>
    ({ path: name.replace(location.origin, ""), fromMs: startTime, toMs: responseEnd, kib: transferSize / 1024 }))`;

export function firstLoadText({ emptyMs, paintedMs, first, again }: FirstLoad): string {
  const told = (what: string, ms: number): string => `${what} ${ms.toFixed(0)} ms (${(ms / emptyMs).toFixed(1)} times)`;
  return [
    `Fast 3G: empty page ${emptyMs.toFixed(0)} ms`,
    told("something painted", paintedMs),
    told("readable", first.readableMs),
    told("can be operated", first.operableMs),
    `with the files kept ${told("readable", again.readableMs)}`,
    told("can be operated", again.operableMs),
  ].join(", ");
}

export const askedText = ({ path, fromMs, toMs, kib }: Asked): string =>
  `${fromMs.toFixed(0).padStart(6)} to ${toMs.toFixed(0).padStart(4)} ms ${kib.toFixed(1).padStart(6)} KiB  ${path}`;

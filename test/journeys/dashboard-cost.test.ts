// What the dashboard costs a browser: its first screen over a slow line, ten thousand services in lists and search, an
// hour of the feed. Against answers that are only pretended, so that nothing else is measured.
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumMissing, openScreen, startChromium } from "../support/browser/chromium.ts";
import { builtDashboard } from "../support/browser/files.ts";
import { heapBytes } from "../support/browser/heap.ts";
import { turnedPage } from "../support/browser/pretend-hour.ts";
import { sized } from "../support/long.ts";
import { startPretendMesh } from "../support/browser/pretend-mesh.ts";
import { firstLoad, firstLoadText } from "../support/browser/slow-line.ts";

const missing = chromiumMissing();
const SERVICES = 10_000;
/** Aims are printed beside what was seen; bounds tell a hang, or work that grows with the list, from a busy machine. */
const KEY_MS = { aim: 100, bound: 1000 };
const SLOW_LINE_TIMES = 20;
/** By the page's clock; as many tens as there are, so that it ends as it begins. */
const MINUTES = sized(10, 60);
const MOST_GROWTH = 1.1;

describe.skipIf(missing !== null)("what the dashboard costs", () => {
  let browser: Browser;
  let large: Awaited<ReturnType<typeof startPretendMesh>>;
  let small: Awaited<ReturnType<typeof startPretendMesh>>;

  beforeAll(async () => {
    const files = builtDashboard();
    [browser, large, small] = await Promise.all([
      startChromium(),
      startPretendMesh(files, SERVICES),
      startPretendMesh(files, 20),
    ]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    large.server.close();
    small.server.close();
  });

  const opened = async (): Promise<{ page: Page; tools: CDPSession }> => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    return { page, tools: await page.context().newCDPSession(page) };
  };
  const cpuMs = async (tools: CDPSession): Promise<number> => {
    const { metrics } = await tools.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
  };

  it("has its first screen over a slow line in its document, and can be operated after one turn more", async () => {
    const seen = await firstLoad(browser, small.url, "/_selvage/ui/now", "Nothing is wrong.");
    console.log(firstLoadText(seen));
    const html = await (await fetch(`${small.url}/_selvage/ui/now`)).text();
    const named = [...html.matchAll(/(?:src|href)="(\/_selvage\/(?:ui\/assets|readyz)[^"]*)"/g)].map(
      ([, path]) => path,
    );
    const asked = seen.asked.map(({ path }) => path);
    expect(asked).toEqual(expect.arrayContaining(named.filter((path) => path?.endsWith(".svg") !== true)));
    // No data beside what the HTML has and names, and no file but those that the browser fetches when it is idle.
    const beside = asked.filter((path) => path !== "/_selvage/ui/now" && !named.includes(path));
    expect(beside.filter((path) => !path.includes("/assets/other-screens-"))).toEqual([]);
    expect(named.filter((path) => !path?.includes("/assets/"))).toEqual(["/_selvage/readyz"]);
    // It can be read before any of its files is there.
    const files = seen.asked.filter(({ path }) => path.endsWith(".js"));
    expect(seen.first.readableMs).toBeLessThan(Math.max(...files.map(({ toMs }) => toMs)));
    expect(seen.first.operableMs / seen.emptyMs).toBeLessThan(SLOW_LINE_TIMES);
  }, 60_000);

  // Where one types, what says that it is all there, the key that leads to the field, and what is found in the end.
  const searches = [
    ["services", `Services: ${SERVICES}`, "/", "Services: 11 of 10000"],
    ["apis", `${SERVICES} of ${SERVICES} APIs`, "/", "11 of 10000 APIs"],
    ["endpoints", `Endpoints: ${SERVICES}`, "/", "Endpoints: 11 of 10000"],
    ["policies", `Documents: ${SERVICES}`, "/", "Documents: 11 of 10000"],
    ["now", "Nothing is wrong.", "Control+k", "shop/service-999"],
  ] as const;

  it(`searches ${SERVICES} services, APIs, endpoints and documents at every key press`, async () => {
    for (const [screen, all, field, found] of searches) {
      const { page, tools } = await opened();
      await tools.send("Performance.enable", { timeDomain: "threadTicks" });
      await openScreen(page, `${large.url}/_selvage/ui/${screen}`);
      await page.getByText(all).waitFor();
      const times: number[] = [];
      // And back: what was narrowed becomes more again, and all of it.
      for (const key of [field, ..."service-99", "Backspace", "Control+a", "Backspace", ..."service-999"]) {
        const before = await cpuMs(tools);
        await page.keyboard.press(key);
        await page.evaluate(
          "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))",
        );
        times.push((await cpuMs(tools)) - before);
      }
      await page.getByText(found).first().waitFor();
      const sorted = times.toSorted((a, b) => a - b);
      const [median = 0, most = 0] = [sorted[sorted.length >> 1], sorted.at(-1)];
      console.log(
        `search of ${SERVICES} on ${screen}: median ${median.toFixed(0)} ms, most ${most.toFixed(0)} ms of CPU a key (aim ${KEY_MS.aim})`,
      );
      expect(median).toBeLessThanOrEqual(KEY_MS.bound);
      await page.close();
    }
  }, 120_000);

  it("still scrolls while a tail tells two thousand requests a second, and draws what can be in sight", async () => {
    const { page, tools } = await opened();
    // CPU of the page's own thread: what else runs here takes none of it.
    await tools.send("Performance.enable", { timeDomain: "threadTicks" });
    await openScreen(page, `${small.url}/_selvage/ui/watch`);
    const lines = page.locator(".lines > li");
    await expect.poll(() => lines.count(), { timeout: 30_000 }).toBe(60);
    await page.getByText(/2.000\/s fit\. 600\/s of them are drawn/).waitFor();
    await page.mouse.move(300, 100);
    const usedMs = await cpuMs(tools);
    // What a browser draws in two seconds, of itself and of what is scrolled.
    const frames = page.evaluate<number>(`new Promise((done) => {
      let seen = 0;
      const begun = performance.now();
      const next = () => performance.now() - begun > 2000 ? done(seen) : (seen += 1, requestAnimationFrame(next));
      requestAnimationFrame(next);
    })`);
    for (let nth = 0; nth < 10; nth++) {
      await page.mouse.wheel(0, nth % 2 === 0 ? 200 : -200);
    }
    const perSecond = (await frames) / 2;
    const busyMs = ((await cpuMs(tools)) - usedMs) / 2;
    const heap = async (): Promise<number> => {
      await tools.send("HeapProfiler.collectGarbage");
      return (await tools.send("Runtime.getHeapUsage")).usedSize / 1024 / 1024;
    };
    const before = await heap();
    await page.waitForTimeout(2_000);
    const after = await heap();
    console.log(
      `tail of 2 000 a second: ${perSecond.toFixed(0)} frames a second (aim 50), ${busyMs.toFixed(0)} ms of CPU in each, ${(after - before).toFixed(1)} MiB more after 4 000 requests`,
    );
    expect(await lines.count()).toBe(60);
    expect(perSecond).toBeGreaterThan(2);
    expect(after / before).toBeLessThan(1.5);
    // Who scrolls up stops it, finds the last 300, and stays with those that were in sight.
    await page.locator(".tail").hover();
    await page.mouse.wheel(0, -200);
    await expect.poll(() => lines.count()).toBe(300);
    const fromEnd = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)";
    await expect.poll(() => page.evaluate<number>(`${fromEnd}(document.querySelector(".tail"))`)).toBeGreaterThan(100);
    expect(await page.evaluate<number>(`${fromEnd}(document.querySelector(".tail"))`)).toBeLessThan(400);
    await page.close();
  }, 60_000);

  it(`holds no more after ${MINUTES} minutes of its feed than before them`, async () => {
    const { page, tools } = await opened();
    const hour = await turnedPage(page);
    await openScreen(page, `${small.url}/_selvage/ui/now`);
    await page.locator('.pill[data-live="live"]').waitFor();
    await hour.begin();
    await hour.turn(5);
    const before = await heapBytes(tools);
    // It is drawn what is told, and kept as long as it should be.
    await page.getByText("Nothing is wrong.").waitFor();
    await hour.turn(2);
    await page.getByText("31 % errors; likely: version v2").waitFor();
    await hour.turn(2);
    await page.getByText("was failing").waitFor();
    await hour.turn(MINUTES - 4);
    await page.getByText("Nothing is wrong.").waitFor();
    const after = await heapBytes(tools);
    const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);
    console.log(
      `heap at minute 5: ${mib(before.held)} MiB and ${mib(before.compiled)} MiB of compiled code, ${MINUTES} minutes later ${mib(after.held)} and ${mib(after.compiled)}, after ${hour.told.messages} messages in ${hour.told.connections} connections`,
    );
    expect(hour.told.messages).toBeGreaterThan(MINUTES * 55);
    expect(hour.told.connections).toBeGreaterThan(MINUTES / 2);
    expect(after.held / before.held).toBeLessThan(MOST_GROWTH);
    // The browser compiles what has run often, up to an end.
    expect(after.compiled / before.compiled).toBeLessThan(2);
    await page.close();
  }, 600_000);
});

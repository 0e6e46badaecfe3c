// The document that somebody who is signed in gets: readable before any script has come, and what React makes of it
// then is in the same places. Against answers that are only pretended, each text of which attempts to be more.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE } from "../support/documents/hostile-documents.ts";
import { chromiumMissing, overflow, startChromium, violations } from "../support/browser/chromium.ts";
import { builtDashboard } from "../support/browser/files.ts";
import { startPretendMesh } from "../support/browser/pretend-mesh.ts";
import { troubledAnswers } from "../support/browser/pretend-trouble.ts";
import { layoutShifts } from "../support/browser/signed-in.ts";

const missing = chromiumMissing();
const SCRIPTS = "**/assets/*.js";
/** What must not move when the page takes over, and the tolerance of a browser that rounds. */
const STANDS = "h1, .topbar, .sidebar li, .stack .card, .says, .stack .command, .beside > section:first-child";
const ROUNDED_PX = 1;
const MOST_SHIFT = 0.02;

describe.skipIf(missing !== null)("the document of who is signed in", () => {
  let browser: Browser;
  let mesh: Awaited<ReturnType<typeof startPretendMesh>>;

  beforeAll(async () => {
    const files = builtDashboard();
    [browser, mesh] = await Promise.all([
      startChromium(),
      startPretendMesh(files, 20, { others: troubledAnswers(20) }),
    ]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    mesh.server.close();
  });

  const contextOf = (width: number): Promise<BrowserContext> =>
    browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
  /** With scripts held back until the function is called. */
  const opened = async (context: BrowserContext, path = "/now"): Promise<{ page: Page; go: () => void }> => {
    const page = await context.newPage();
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route(SCRIPTS, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${mesh.url}/_selvage/ui${path}`, { waitUntil: "commit" });
    await page.locator(".sidebar").waitFor();
    return { page, go };
  };
  const places = (page: Page): Promise<readonly (readonly number[])[]> =>
    page.evaluate(`[...document.querySelectorAll(${JSON.stringify(STANDS)})].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return [x, y, width, height].map(Math.round);
    })`);

  it("says what is wrong, the worst first, since when, and the command for it, without any script", async () => {
    const { page } = await opened(await contextOf(1280));
    expect(await page.locator("h1").innerText()).toBe("Now");
    expect(await page.locator(".topbar").innerText()).toMatch(/rev 7 · ▲ 1 failing · ◆ 2 degraded · ● 17 healthy/);
    const cards = await page.locator(".card").allInnerTexts();
    expect(cards.length).toBe(3);
    expect(cards[0]).toMatch(/failing[^]*Service shop\/service-0[^]*since \d+\w ago[^]*31 % errors/);
    expect(cards[0]).toMatch(/selvage top service-0 -n shop --once[^]*Shortly before: revision 7/);
    expect(await page.locator(".card a").first().getAttribute("href")).toBe("/_selvage/ui/services/shop/service-0");
    expect(await page.locator("button:not(:disabled), input:not(:disabled)").count()).toBe(0);
    await page.context().close();
  });

  it("holds strangers' texts as text", async () => {
    const { page } = await opened(await contextOf(1280));
    const text = await page.locator("#root").textContent();
    for (const one of HOSTILE) {
      expect(text).toContain(one);
    }
    expect(await page.locator("#root :is(img, script, iframe, object, style)").count()).toBe(0);
    expect(await page.locator("script:not([src]):not([type='application/json'])").count()).toBe(0);
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    await page.context().close();
  });

  it.each([360, 768, 1280, 1920])("is taken over at %i px without anything moving", async (width) => {
    const { page, go } = await opened(await contextOf(width));
    expect(await overflow(page)).toBeNull();
    const shifts = await layoutShifts(page);
    const before = await places(page);
    go();
    await page.getByRole("button", { name: "Refresh" }).and(page.locator(":enabled")).waitFor();
    const after = await places(page);
    expect(after.length).toBe(before.length);
    const moved = before.flatMap((one, nth) => {
      const most = Math.max(...one.map((value, at) => Math.abs(value - (after[nth]?.[at] ?? Number.NaN))));
      return most <= ROUNDED_PX ? [] : [`${nth}: ${one.join()} → ${after[nth]?.join()}`];
    });
    expect(moved).toEqual([]);
    const shift = (await shifts()).reduce((sum, { value }) => sum + value, 0);
    console.log(`taken over at ${width} px: layout shift ${shift.toFixed(4)}`);
    expect(shift).toBeLessThanOrEqual(MOST_SHIFT);
    await page.context().close();
  });

  it.each(["light", "dark", "contrast"])("breaks no rule of axe in %s, and comes in that theme", async (theme) => {
    const context = await contextOf(1280);
    await context.addCookies([{ name: "selvage-theme", value: theme, url: `${mesh.url}/_selvage/ui/` }]);
    const { page } = await opened(context);
    expect(await page.locator("html").getAttribute("data-theme")).toBe(theme);
    expect(await violations(page)).toEqual([]);
    await context.close();
  });

  it("leads by its links to other screens, and leaves the keyboard where it is", async () => {
    const { page, go } = await opened(await contextOf(1280));
    const link = page.locator('.sidebar a[href="/_selvage/ui/services"]');
    await link.focus();
    go();
    await page.getByRole("button", { name: "Refresh" }).and(page.locator(":enabled")).waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe("/_selvage/ui/services");
    await page.context().close();
    const other = await opened(await contextOf(1280), "/services");
    expect(await other.page.locator('[aria-current="page"]').innerText()).toContain("Services");
    await other.page.locator('.sidebar a[href="/_selvage/ui/now"]').click({ noWaitAfter: true });
    await other.page.waitForURL("**/now", { waitUntil: "commit" });
    await other.page.context().close();
  });
});

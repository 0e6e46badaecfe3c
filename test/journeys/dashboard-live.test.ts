// The dashboard while something goes wrong in the bookstore: how soon Now names it, how it is ended from there, and how
// little moves meanwhile. The short form sees the bad canary, the long one every scenario.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RevisionList } from "../../src/model/api/registry.ts";
import type { Resource } from "../../src/model/api/resource.ts";
import { chromiumMissing, startChromium, violations } from "../support/browser/chromium.ts";
import { builtDashboard } from "../support/browser/files.ts";
import { startLine } from "../support/browser/line.ts";
import { layoutShifts, signedIn } from "../support/browser/signed-in.ts";
import { sized } from "../support/long.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const missing = chromiumMissing();
/** What is wrong must be on Now so soon after it has begun; beside other journeys, whenever it is no hang. */
const NAMED_MS = sized(60_000, 20_000);
/** What moves by itself while the page is live, as browsers weigh it. */
const MOST_SHIFT = 0.02;

describe.skipIf(missing !== null)("the dashboard while something goes wrong", () => {
  let mesh: TestMesh;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    builtDashboard();
    [mesh, browser] = await Promise.all([startMesh({ args: ["--demo"] }), startChromium()]);
    page = await signedIn(browser, mesh, "/now");
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await mesh.stop();
  });

  const scenario = (name: string, seconds: number) =>
    mesh.spawn(["demo", "scenario", name, "--seconds", String(seconds)]);
  const since = async (reason: string): Promise<number> => {
    const found = await vi.waitFor(async () => {
      const answer = await mesh.client.call<RevisionList>("GET", "/revisions", { query: { limit: 5 } });
      const first = answer.ok ? answer.value.items.findLast((one) => one.reason === reason) : undefined;
      return Date.parse(first?.at ?? expect.fail("no revision yet"));
    }, 60_000);
    return found;
  };
  const weights = async (): Promise<Record<string, number>> => {
    const answer = await mesh.client.call<Resource>("GET", "/namespaces/default/httproute/reviews-split");
    const rules = (answer.ok ? answer.value.spec.rules : []) as {
      backendRefs: { version: string; weight: number }[];
    }[];
    return Object.fromEntries((rules[0]?.backendRefs ?? []).map(({ version, weight }) => [version, weight]));
  };

  it("shows requests as they end, by the filters of its address, stops them, and marks what it missed", async () => {
    const line = await startLine(mesh.url);
    const tail = await signedIn(browser, { ...mesh, url: line.url }, "/watch?path=/svc/storefront/seen&status=400");
    const state = (is: string): Promise<void> => tail.locator(`[data-tail="${is}"]`).waitFor();
    const lines = tail.locator(".lines button");
    const call = (path: string): Promise<Response> => fetch(`${mesh.url}/svc/storefront/${path}`);
    // Seldom enough that what was missed does not run out of sight with its mark.
    const seldom = { timeout: 60_000, interval: 500 };
    const called = async (path: string, is: () => Promise<boolean>): Promise<void> => {
      await vi.waitFor(async () => {
        await Promise.all([call(path), call("other"), fetch(`${mesh.url}/svc/storefront/seen`, { method: "HEAD" })]);
        expect(await is()).toBe(true);
      }, seldom);
    };
    await state("live");
    await tail.getByText("selvage tail --status 400 --path /svc/storefront/seen").waitFor();
    await called("seen/1?secret=x", async () => (await lines.filter({ hasText: "/seen/1" }).count()) > 0);
    expect(await lines.filter({ hasText: "/other" }).count()).toBe(0);
    expect(await tail.locator(".tail").textContent()).not.toContain("secret");
    expect(await tail.locator("[data-rate]").innerText()).toMatch(/\d\/s fit/);

    await tail.locator(".tail").focus();
    await tail.keyboard.press("Space");
    const before = await lines.count();
    await called("seen/2", async () => /[1-9]\d* held back/.test(await tail.locator("[data-tail]").innerText()));
    expect(await lines.count()).toBe(before);
    await tail.keyboard.press("Space");
    await lines.filter({ hasText: "/seen/2" }).first().waitFor();

    line.cut();
    const cutAt = Date.now();
    await Promise.all([state("broken"), tail.locator('.pill[data-live="broken"]').waitFor()]);
    console.log(`a line that was cut: said ${Date.now() - cutAt} ms later`);
    expect(Date.now() - cutAt).toBeLessThan(sized(30_000, 3_000));
    // Who asks now is told nothing, not even who they are: what is shown stays, and so does what was typed.
    await tail.getByRole("button", { name: "Refresh" }).click();
    await tail.waitForTimeout(Math.max(0, 6_000 - (Date.now() - cutAt)));
    line.mend();
    await tail.getByText(/nothing was heard for \d+ s/).waitFor();
    await tail.locator('.pill[data-live="live"]').click();
    await tail
      .getByRole("dialog")
      .getByText(/Nothing was told for \d+ s/)
      .waitFor();
    await tail.keyboard.press("Escape");
    // It scrolls about, which stops the lines: last.
    expect(await violations(tail)).toEqual([]);
    await tail.context().close();
    line.stop();
  }, 120_000);

  it("names a bad canary soon after it began, and takes it out in two steps", async () => {
    const shifted = await layoutShifts(page);
    const running = scenario("bad-canary", 120);
    const onset = await since("demo scenario bad-canary");
    const take = page.getByRole("button", { name: "Take v3 out of reviews-split…" });
    await take.first().waitFor({ timeout: 60_000 });
    const named = Date.now() - onset;
    console.log(`bad canary: named on Now ${(named / 1000).toFixed(1)} s after it began`);
    expect(named).toBeLessThanOrEqual(NAMED_MS);
    expect(await page.locator(".card").filter({ has: take }).first().innerText()).toMatch(
      /reviews[^]*(v3|it answered 500)/,
    );
    expect(await violations(page)).toEqual([]);

    await take.first().click();
    const dialog = page.getByRole("dialog");
    await dialog
      .getByText(/weight: 0/)
      .first()
      .waitFor();
    await dialog.getByText(/selvage patch httproute reviews-split --type json/).waitFor();
    await dialog.getByRole("button", { name: "Take v3 out" }).click();
    await page.getByRole("status").getByText("v3 gets 0 % of default/reviews-split").waitFor();
    expect(await weights()).toMatchObject({ v3: 0 });

    // It does not vanish as if it had never been: who looks away for a moment still finds it.
    await page
      .getByText(/version v3 fails/)
      .first()
      .waitFor();
    running.child.kill("SIGTERM");
    await running.ended;
    const shifts = await shifted();
    const sum = (those: typeof shifts): number => those.reduce((all, { value }) => all + value, 0);
    // A worse trouble comes above the others: their cards make room, and nothing else may move.
    const shift = sum(shifts.filter(({ what }) => !what.startsWith("card ")));
    const worst = shifts.toSorted((a, b) => b.value - a.value).slice(0, 3);
    console.log(
      `layout shift while live: ${shift.toFixed(4)}, with cards that make room ${sum(shifts).toFixed(4)}; most by ${worst.map(({ value, what }) => `${value.toFixed(4)} ${what}`).join(" | ")}`,
    );
    expect(shift).toBeLessThanOrEqual(MOST_SHIFT);
  }, 180_000);

  /** What is to be read on Now; what the command says as it goes wrong, and seconds from then until it does. */
  const others: readonly (readonly [name: string, words: RegExp, wrong: RegExp, afterS: number])[] = [
    ["bank-brownout", /(payments|bank)[^]*(breaker|fail|unwell)/, /the bank takes two seconds/, 0],
    ["noisy-client", /demo-crawler|limited|limit .* (spent|used)/i, /demo-crawler asks thirty times/, 0],
    ["cluster-loss", /demo-(eu|us)|not heard from|is down/, /demo-eu is lost/, 0],
    ["retry-storm", /reviews[^]*(fail|unwell|breaker)/, /seven of ten answers are 503/, 0],
    ["key-expiry", /has ended|demo-acme/, /its secret is rotated; the old one ends soon/, 6],
    // The same again: that it went wrong a minute ago hides nothing.
    ["key-expiry", /has ended|demo-acme/, /its secret is rotated; the old one ends soon/, 6],
  ];
  it.each(others.slice(0, sized(0, others.length)))(
    "names what is wrong in %s",
    async (name, words, wrong, afterS) => {
      await page.reload();
      await page.locator('.pill[data-live="live"]').waitFor();
      const cards = page.locator(".stack .card").filter({ hasText: words, hasNotText: "last told" });
      // What the one before left is over first; that it was told a moment ago stays for five minutes.
      await vi.waitFor(async () => expect(await cards.count()).toBe(0), 60_000);
      const running = scenario(name, 60);
      const { promise: onset, resolve } = Promise.withResolvers<number>();
      running.child.stderr?.on("data", (said) => wrong.test(String(said)) && resolve(Date.now() + afterS * 1000));
      await cards.first().waitFor({ timeout: 90_000 });
      const named = Date.now() - (await onset);
      const text = (await cards.first().innerText()).replaceAll("\n", " ").slice(0, 200);
      console.log(`${name}: named on Now ${(named / 1000).toFixed(1)} s after it went wrong: ${text}`);
      expect(named).toBeLessThanOrEqual(NAMED_MS);
      running.child.kill("SIGTERM");
      await running.ended;
    },
    180_000,
  );
});

// The dashboard in a real browser: every screen by its address, in every theme and width, with a keyboard alone, with a
// stranger's script in every text.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumMissing, openScreen, overflow, startChromium, violations } from "../support/browser/chromium.ts";
import { visitPortal } from "../support/browser/portal-visit.ts";
import { builtDashboard } from "../support/browser/files.ts";
import { operationsOf, pageWrites } from "../support/browser/page-writes.ts";
import { noteCommands, refusedLines } from "../support/browser/shown-commands.ts";
import { signedIn } from "../support/browser/signed-in.ts";
import { HOSTILE, hostileText, hostileYaml } from "../support/documents/hostile-documents.ts";
import { sized } from "../support/long.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const missing = chromiumMissing();

const allThemes = ["light", "dark", "contrast"];
const tabsOf = (path: string, tabs: string): string[] => tabs.split(" ").map((tab) => `${path}?tab=${tab}`);
const screens = [
  ...`/now /map /services /rollouts /traces /watch /watch?tab=kept /endpoints /apis /policies /policies/new /history
    /history/1 /explain /check /audit /tokens /no-such-screen /policies/Contract/shop/acme-orders`.split(/\s+/),
  ...tabsOf("/limits", "limits breakers"),
  ...tabsOf("/clients", "contracts applications"),
  ...tabsOf("/services/shop/orders", "overview signals endpoints callers routes policies breakers changes yaml"),
  ...tabsOf("/apis/shop/orders", "overview reference access"),
  ...tabsOf("/clients/shop/acme", "credentials contracts use"),
  ...tabsOf("/policies/Service/shop/orders", "document edit status"),
];

describe.skipIf(missing !== null)(missing === null ? "in Chromium" : `in Chromium (${missing})`, () => {
  let mesh: TestMesh;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];
  const commands = new Set<string>();
  const at = (path: string): string => `${mesh.url}/_selvage/ui${path}`;

  beforeAll(async () => {
    builtDashboard();
    [mesh, browser] = await Promise.all([startMesh(), startChromium()]);
    const applied = await mesh.client.call("POST", "/apply", {
      query: { reason: hostileText.slice(0, 400) },
      text: { type: "application/yaml", content: hostileYaml },
    });
    expect(applied).toMatchObject({ ok: true });
    await fetch(`${mesh.url}/svc/orders.shop/`, { headers: { "x-tenant": HOSTILE[0] ?? "" } });
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    await noteCommands(page, commands);
    await page.route(
      (url) => url.origin !== mesh.url,
      (route) => {
        faults.push(`asked another host: ${route.request().url()}`);
        return route.abort();
      },
    );
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      // The browser tells of every 4xx by itself; a call that a mesh does not have is one that screens know of.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        faults.push(message.text());
      }
    });
    await page.goto(at("/services/shop/orders?tab=routes"));
    await page.getByLabel("Operator token").fill("no-such-token");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("not known here").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Operator token").fill(mesh.token);
    await page.keyboard.press("Enter");
    await page.getByText("PathPrefix /o").waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await mesh.stop();
  });

  // The long form sees every tab in every theme and width; the short one each screen in one of them after the other.
  it.each(screens.map((path, nth) => ({ path, nth })))(
    "$path opens by its address and reads well",
    async ({ path, nth }) => {
      const themes = sized(1, 3) === 3 ? allThemes : [allThemes[nth % allThemes.length] ?? "light"];
      const widths = sized(1, 4) === 4 ? [360, 768, 1280, 1920] : [360, [768, 1280, 1920][nth % 3] ?? 1280];
      await openScreen(page, at(path));
      expect(await page.title()).toMatch(/ · Selvage$/);
      expect(await page.locator("h1").count()).toBe(1);
      for (const [which, theme] of themes.entries()) {
        await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(theme)}`);
        expect(await violations(page, which === 0 ? "all" : "colours"), theme).toEqual([]);
      }
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        expect(await overflow(page), `${width} px`).toBeNull();
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(await page.evaluate("window.pwned ?? null")).toBeNull();
      expect(faults.splice(0)).toEqual([]);
    },
  );

  it.each([
    ["/map?focus=service:no/where", "Nothing on the map is service:no/where"],
    ["/history/zzz", '"zzz" is no revision'],
    ["/history/99999", "There is no revision 99999."],
    ["/clients/no/where", "Application/no/where does not exist."],
    ["/apis/no/where", "There is no service no/where"],
    ["/explain?url=/&revision=zzz", 'Expected a number, found the text "zzz"'],
  ])("%s says that it leads to nothing, and offers nothing to do with that", async (path, said) => {
    await openScreen(page, at(path));
    if (path.startsWith("/explain")) {
      await page.getByRole("button", { name: "Explain", exact: true }).click();
    }
    await page.locator("main").getByText(said).first().waitFor();
    const acts = await page.locator(".headline .acts").innerText();
    expect(acts).not.toMatch(/Roll back|Edit its|Operate it/);
    expect(faults.splice(0)).toEqual([]);
  });

  it("shows what strangers wrote as the text that it is", async () => {
    for (const path of [
      "/services/shop/orders",
      "/apis/shop/orders?tab=reference",
      "/clients/shop/acme",
      "/history/1",
    ]) {
      await openScreen(page, at(path));
      await page
        .getByText(HOSTILE[0] ?? "", { exact: false })
        .first()
        .waitFor();
      expect(await page.locator("img[src=x], script:not([src])").count()).toBe(0);
    }
  });

  it("has a portal for consumers: the catalogue, own applications, keys and use", async () => {
    const portal = (path: string): string => `${mesh.url}/_selvage/portal${path}`;
    const own = tabsOf("/applications/shop/acme", "access keys use refusals");
    for (const path of ["/", "/apis/shop/orders?tab=access", "/applications", ...own]) {
      await openScreen(page, portal(path));
      expect(await violations(page), path).toEqual([]);
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await overflow(page), `${path} at ${width} px`).toBeNull();
      }
    }
    await openScreen(page, portal("/applications/shop/acme?tab=keys"));
    await page.getByRole("button", { name: "Make a secret…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Make", exact: true }).click();
    const secret = page.getByRole("dialog").getByText(/^slvs_/);
    await secret.waitFor();
    expect(await secret.textContent()).toMatch(/^slvs_\w+_\w+/);
    await page.getByRole("button", { name: "I have it" }).click();
    await secret.waitFor({ state: "detached" });
    expect(faults.splice(0)).toEqual([]);
  });

  it("says no command that the command line does not take", async () => {
    expect(commands.size).toBeGreaterThan(30);
    expect(await refusedLines(commands)).toEqual([]);
    expect(await refusedLines(["selvage get services --no-such-option", "selvage nothing"])).toHaveLength(2);
  });

  it("shows a consumer in the portal what is public elsewhere, and lets them ask for a tier of it", async () => {
    expect(await visitPortal(mesh, browser)).toEqual({
      sees: ["trains/fares"],
      asked: "travel/planner: pending, tier trains/silver",
    });
  });

  it("asks nothing while it is told, and is told nothing while nobody follows or looks", async () => {
    await openScreen(page, at("/now"));
    const pill = page.locator(".pill");
    await page.locator('.pill[data-live="live"]').waitFor();
    await page.waitForLoadState("networkidle");
    const asked: string[] = [];
    const note = (request: { url(): string }): void => void asked.push(new URL(request.url()).pathname);
    page.on("request", note);
    await page.waitForTimeout(2_000);
    expect(asked).toEqual([]);
    await page.getByRole("checkbox", { name: "Follow" }).uncheck();
    expect(await pill.innerText()).toContain("paused");
    const told = await page.evaluate("fetch('/_selvage/v1/live').then((answer) => answer.json())");
    expect(told).toMatchObject({ watchers: 0 });
    await page.getByRole("checkbox", { name: "Follow" }).check();
    await page.locator('.pill[data-live="live"]').waitFor();
    page.off("request", note);
  });

  it("asks every ten seconds where nothing lets a WebSocket through, and says so", async () => {
    const own = await context.newPage();
    await own.routeWebSocket(/\/live/, (socket) => socket.close({ code: 3001, reason: "not through here" }));
    await own.goto(at("/now"));
    await own.locator('.pill[data-live="impossible"]').waitFor();
    expect(await own.locator(".pill").innerText()).toContain("every 10 s");
    await own.waitForRequest(/\/stats/);
    await own.close();
  });

  it("says times as they are chosen: how long ago, in UTC, by the reader's clock; an address keeps that", async () => {
    const storageState = await page.context().storageState();
    const permissions = ["clipboard-read", "clipboard-write"];
    const there = await browser.newContext({ storageState, permissions, timezoneId: "Asia/Kathmandu" });
    const own = await there.newPage();
    await openScreen(own, at("/history/1"));
    const time = own.locator(".facts time").first();
    const moment = new Date((await time.getAttribute("datetime")) ?? "");
    const shown = async (): Promise<string> => (await time.textContent()) ?? "";
    expect(await shown()).toMatch(/ ago$/);
    const utc = `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;
    const local = moment.toLocaleString("en-US", { timeZone: "Asia/Kathmandu" });
    await own.keyboard.press("Shift+?");
    await own.getByLabel("Times").selectOption("utc");
    expect(await shown()).toBe(utc);
    await own.getByLabel("Times").selectOption("local");
    expect(await shown()).toBe(local);
    await own.keyboard.press("Escape");
    // While it goes, letters are still typed into it.
    await own.getByRole("dialog").waitFor({ state: "detached" });
    await own.keyboard.press("y");
    const copied = (): Promise<string> => own.evaluate("navigator.clipboard.readText()");
    await expect.poll(copied).toContain("times=local");
    const address = await copied();
    await own.evaluate("localStorage.removeItem('selvage-settings')");
    await openScreen(own, at("/history/1"));
    expect(await shown()).toMatch(/ ago$/);
    await openScreen(own, address);
    expect(await shown()).toBe(local);
    await there.close();
  });

  it("writes by operations of the admin API alone", async () => {
    const answer = await fetch(`${mesh.url}/_selvage/openapi.json`);
    const document = (await answer.json()) as Parameters<typeof operationsOf>[0];
    const calls = pageWrites().map(({ file, call }) => [file, call, operationsOf(document, call ?? "")] as const);
    // Several where the path ends with what is done: approve, reject, …
    const unclear = calls.filter(([, call, { length }]) => length !== 1 && !(length > 1 && call?.endsWith("/{}")));
    expect(unclear).toEqual([]);
    const named = `apply approveContract createToken deleteResource deleteToken diff drainEndpoint explainRequest forceBreaker
      mintApplicationCredentials putResource rejectContract replay replayRollback restoreContract revokeApplicationSecret
      revokeContract rollback rotateApplicationCredentials validate`;
    const known = new Set(calls.flatMap(([, , operations]) => operations));
    expect(named.split(/\s+/).filter((one) => !known.has(one))).toEqual([]);
  });

  it("names a cause wherever there is nothing to show", async () => {
    const body = { name: "nothing to see", role: "viewer", namespaces: ["nothing"] };
    const minted = await mesh.client.call<{ token: string }>("POST", "/tokens", { body });
    const theirs = await signedIn(browser, mesh, "/map", minted.ok ? minted.value.token : "");
    const empty =
      `/watch /services/no/such /limits?tab=breakers /clients?tab=contracts /map /services /limits?tab=limits
      /traces /watch?tab=kept /endpoints /clients?tab=applications /policies`.split(/\s+/);
    for (const path of empty.slice(0, sized(4, empty.length))) {
      await openScreen(theirs, at(path));
      await theirs.locator("main .empty p").first().waitFor();
      const bare = `[...document.querySelectorAll("main table")].filter((one) => one.tBodies[0].rows.length === 0)
        .filter((one) => one.nextElementSibling?.className !== "empty").map((one) => one.caption.textContent)`;
      expect([path, await theirs.evaluate(bare)]).toEqual([path, []]);
    }
    await theirs.context().close();
  });

  it("offers a viewer nothing that a viewer may not do", async () => {
    const minted = await mesh.client.call<{ token: string }>("POST", "/tokens", {
      body: { name: "v", role: "viewer" },
    });
    const own = await browser.newContext();
    const theirs = await own.newPage();
    await theirs.goto(at("/policies/Service/shop/orders"));
    await theirs.getByLabel("Operator token").fill(minted.ok ? minted.value.token : "");
    await theirs.keyboard.press("Enter");
    await theirs.getByRole("heading", { name: "Service shop/orders" }).waitFor();
    await theirs.getByRole("link", { name: "Status" }).waitFor();
    expect(await theirs.getByRole("button", { name: "Delete…" }).count()).toBe(0);
    expect(await theirs.getByRole("link", { name: "Edit", exact: true }).count()).toBe(0);
    for (const path of ["/clients", "/limits?tab=breakers", "/endpoints", "/tokens", "/history/1"]) {
      await openScreen(theirs, at(path));
      expect(
        await theirs.getByRole("button", { name: /(Force|Revoke|approve|Drain|New token|Roll back)/ }).count(),
      ).toBe(0);
    }
    await own.close();
  });
});

// What is done in the dashboard, with a pointer and by a keyboard alone: found, decided, changed, applied, taken back.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { TraceList, TraceShown } from "../../src/model/api/requests.ts";
import { chromiumMissing, openScreen, startChromium, violations } from "../support/browser/chromium.ts";
import { builtDashboard } from "../support/browser/files.ts";
import { pngShape } from "../support/browser/png.ts";
import { noteCommands, refusedLines } from "../support/browser/shown-commands.ts";
import { signedIn } from "../support/browser/signed-in.ts";
import { hostileYaml } from "../support/documents/hostile-documents.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const missing = chromiumMissing();

describe.skipIf(missing !== null)("what is done in the dashboard", () => {
  let mesh: TestMesh;
  let browser: Browser;
  let page: Page;
  const commands = new Set<string>();
  const at = (path: string): string => `${mesh.url}/_selvage/ui${path}`;

  beforeAll(async () => {
    builtDashboard();
    [mesh, browser] = await Promise.all([startMesh(), startChromium()]);
    const applied = await mesh.client.call("POST", "/apply", {
      text: { type: "application/yaml", content: hostileYaml },
    });
    expect(applied).toMatchObject({ ok: true });
    page = await signedIn(browser, mesh, "/now");
    await noteCommands(page, commands);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await mesh.stop();
  });

  it("is walked with a keyboard alone: keys, palette, search, tabs, and keys can be switched off", async () => {
    await openScreen(page, at("/now"));
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { name: "Services", level: 1 }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("orders");
    expect(new URL(page.url()).search).toBe("?q=orders");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to" }).waitFor();
    await page.keyboard.type("acme-orders");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Contract shop/acme-orders" }).waitFor();
    await page.getByRole("link", { name: "Edit", exact: true }).waitFor();
    await page.keyboard.press("]");
    await page.waitForURL(/tab=edit/);
    await page.keyboard.press("Shift+?");
    await page.getByRole("dialog", { name: "Keys" }).getByRole("checkbox").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("n");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to" }).waitFor();
    expect(page.url()).toContain("acme-orders");
    await page.keyboard.press("Escape");
    await page.evaluate("localStorage.clear()");
  });

  it("approves a contract with its reason, says what the command would be, and offers the way back", async () => {
    await openScreen(page, at("/clients?tab=contracts"));
    await page.getByRole("button", { name: "approve acme-orders" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: /^Reason/ }).fill("signed today");
    await dialog.getByText("selvage contract approve shop/acme-orders --reason 'signed today'").waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "approve", exact: true }).click();
    await page.getByRole("status").getByText("approve done").waitFor();
    const contracts = (): Promise<unknown> => mesh.client.call("GET", "/contracts");
    expect(await contracts()).toMatchObject({ value: { items: [{ state: "approved", reason: "signed today" }] } });
    await page.getByRole("button", { name: "Undo: revoke" }).click();
    await page.getByRole("status").getByText("revoke done").waitFor();
    expect(await contracts()).toMatchObject({ value: { items: [{ state: "revoked" }] } });
  });

  it("changes a document by plan, reason and apply, refuses what was overtaken, and goes back", async () => {
    await openScreen(page, at("/policies/Tier/shop/gold?tab=edit"));
    const yaml = page.getByLabel("Documents as YAML");
    await yaml.fill((await yaml.inputValue()).replace("requests: 100", "requests: 200"));
    await page.getByRole("button", { name: "Plan (dry run)" }).click();
    await page.getByText("/spec/limits/0/requests: 200").waitFor();
    const apply = page.getByRole("button", { name: /^Apply to revision/ });
    expect(await apply.isDisabled()).toBe(true);
    await page.getByLabel("Reason", { exact: true }).fill("twice as much");
    // Somebody else is quicker.
    const other = {
      apiVersion: "selvage.dev/v1",
      kind: "Application",
      metadata: { name: "late", namespace: "shop" },
      spec: {},
    };
    expect(await mesh.client.call("POST", "/apply", { body: other })).toMatchObject({ ok: true });
    await apply.click();
    await page.getByText("SLV3001").waitFor();
    await page.getByRole("button", { name: "Plan (dry run)" }).click();
    await apply.click();
    await page.getByRole("status").getByText("Applied: revision").waitFor();
    const tier = await mesh.client.call("GET", "/namespaces/shop/tier/gold");
    expect(tier).toMatchObject({ value: { spec: { limits: [{ requests: 200 }] }, metadata: { manager: "ui" } } });

    await openScreen(page, at("/history/1"));
    await page.getByRole("button", { name: "Roll back to this…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("replace /spec/limits/0/requests: 100").waitFor();
    await dialog.getByRole("textbox", { name: /^Reason/ }).fill("as it was");
    await dialog.getByRole("button", { name: "Roll back", exact: true }).click();
    await page.getByRole("status").getByText("Rolled back").waitFor();
    expect(await mesh.client.call("GET", "/namespaces/shop/tier/gold")).toMatchObject({
      value: { spec: { limits: [{ requests: 100 }] } },
    });
  });

  /** Moves on until what has the focus is called like that; fails where a keyboard does not get there. */
  const tabTo = async (name: RegExp, key = "Tab"): Promise<void> => {
    for (let nth = 0; nth < 150; nth++) {
      const focused = String(
        await page.evaluate(`(() => { const one = document.activeElement;
          return one === null || one.matches("main, body, dialog") ? "" : one.getAttribute("aria-label") ?? (one.labels?.[0] ?? one).textContent ?? ""; })()`),
      );
      if (name.test(focused.trim())) {
        return;
      }
      await page.keyboard.press(key);
    }
    expect.fail(`no ${key} leads to ${String(name)}`);
  };
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  const said = (text: string): Promise<void> => page.getByRole("status").getByText(text).waitFor();

  describe("by a keyboard alone", () => {
    it("finds a service in a list, and what its breakers do", async () => {
      await openScreen(page, at("/now"));
      await press("g", "s");
      await page.getByRole("heading", { name: "Services", level: 1 }).waitFor();
      await page.getByText(/Services: \d/).waitFor();
      await press("j", "Enter");
      await page.getByRole("heading", { name: "shop/orders" }).waitFor();
      await tabTo(/^Breakers$/);
      await press("Enter");
      await page.waitForURL(/tab=breakers/);
    });

    it("forces a breaker open, and undoes it", async () => {
      await tabTo(/^Force breakers of orders/);
      await press("Enter");
      await page.getByRole("dialog").waitFor();
      await tabTo(/^State/);
      await page.keyboard.type("open");
      await tabTo(/^Reason/);
      await page.keyboard.type("by hand");
      await tabTo(/^Force open$/);
      await press("Enter");
      const badge = page.locator(".badge").filter({ hasText: "forced open" });
      await badge.waitFor();
      await tabTo(/^Undo/);
      await press("Enter");
      await badge.waitFor({ state: "detached" });
    });

    it("rejects a contract with its reason", async () => {
      await press("g", "k");
      await page.getByRole("heading", { name: "Clients", level: 1 }).waitFor();
      await page.getByText(/Contracts: \d/).waitFor();
      await tabTo(/^restore acme-orders|^approve acme-orders/);
      await press("Enter");
      await tabTo(/^Reason/);
      await page.keyboard.type("by keys");
      await tabTo(/^(restore|approve)$/);
      await press("Enter");
      await said("done");
    });

    it("changes a limit by YAML, looks at the plan, applies it", async () => {
      await press("Control+k");
      await page.getByRole("dialog", { name: "Go to" }).waitFor();
      await page.keyboard.type("shop/gold");
      await press("Enter");
      await page.getByRole("heading", { name: "Tier shop/gold" }).waitFor();
      await page.getByRole("link", { name: "Edit", exact: true }).waitFor();
      await press("]");
      await page.getByLabel("Documents as YAML").waitFor();
      await tabTo(/^Documents as YAML/);
      const yaml = await page.getByLabel("Documents as YAML").inputValue();
      await press("Control+a");
      await page.keyboard.insertText(yaml.replace(/requests: \d+/, "requests: 321"));
      await tabTo(/^Plan \(dry run\)$/);
      await press("Enter");
      await page.getByText("requests: 321").nth(1).waitFor();
      await tabTo(/^Reason$/);
      await page.keyboard.type("by keys");
      await tabTo(/^Apply to revision/);
      await press("Enter");
      await said("Applied: revision");
    });

    it("rolls that back", async () => {
      await press("g", "h");
      await page.getByRole("heading", { name: "History", level: 1 }).waitFor();
      await page.getByText(/Revisions: \d/).waitFor();
      await press("j", "j", "Enter");
      await page.getByRole("button", { name: "Roll back to this…" }).waitFor();
      await tabTo(/^Roll back to this…$/);
      await press("Enter");
      await page.getByRole("dialog").getByText("/spec/limits/0/requests").waitFor();
      await tabTo(/^Reason/);
      await page.keyboard.type("by keys");
      await tabTo(/^Roll back$/);
      await press("Enter");
      await said("Rolled back");
    });

    it("moves on the map from node to node, and opens one", async () => {
      await press("g", "m");
      await page.locator(".node").first().waitFor();
      await tabTo(/orders/);
      await press("Enter");
      await page.getByRole("heading", { name: "shop/orders" }).waitFor();
    });
  });

  it("lays two traces beside each other to one scale, and keeps that in its address", async () => {
    await Promise.all([1, 2].map((nth) => fetch(`${mesh.url}/svc/orders.shop/beside/${nth}`)));
    const [one = "", other = ""] = await vi.waitFor(async () => {
      const traces = await mesh.client.call<TraceList>("GET", "/traces");
      const ids = traces.ok ? traces.value.items.map(({ traceId }) => traceId) : [];
      expect(ids.length).toBeGreaterThan(1);
      return ids;
    }, 20_000);
    await openScreen(page, at(`/traces/${one}`));
    await page.getByLabel("Compare with").selectOption(other);
    const traces = await Promise.all([one, other].map((id) => mesh.client.call<TraceShown>("GET", `/traces/${id}`)));
    const took = traces.map((trace) => (trace.ok ? trace.value.tookMs : Number.NaN));
    for (const address of [null, page.url()]) {
      await (address === null ? page.waitForURL(new RegExp(`with=${other}`)) : openScreen(page, address));
      const bars = [one, other].map((id) =>
        page
          .getByRole("region", { name: `Trace ${id.slice(0, 8)}` })
          .locator(".bar div")
          .first(),
      );
      const widths = async (): Promise<number[]> => {
        const styles = await Promise.all(bars.map((bar) => bar.getAttribute("style")));
        return styles.map((style) => Math.round(Number(/(?:^|[ ;])width: ([\d.]+)%/.exec(style ?? "")?.[1])));
      };
      const whole = Math.max(...took, 0.001);
      // The first is there before the second, and then has the whole width.
      await expect.poll(widths).toEqual(took.map((ms) => Math.round(Math.max(0.5, (ms / whole) * 100))));
    }
  });

  it("saves a chart as a PNG of the chart's size, with its lines in it", async () => {
    await openScreen(page, at("/now"));
    const button = page.getByRole("button", { name: "PNG of How long they took" });
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    expect(download.suggestedFilename()).toBe("how-long-they-took.png");
    const picture = pngShape(readFileSync(await download.path()));
    // Three pixels for each of the page's: 320 × 90, an edge, a heading, a foot and a line for each of three.
    expect(picture).toMatchObject({ width: 3 * (320 + 2 * 12), height: 3 * (90 + 24 + 5 * 16) });
    expect(picture.rows).toBeGreaterThan(20);
  });

  it("says before anybody goes back what that would change for kept requests", async () => {
    await openScreen(page, at("/history/1"));
    await page.getByRole("button", { name: "Replay with the documents of revision 1" }).click();
    await page.getByText(/\d+ kept requests .*were decided anew/).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("said no command that the command line does not take", async () => {
    expect(commands.size).toBeGreaterThan(10);
    expect(await refusedLines(commands)).toEqual([]);
  });
});

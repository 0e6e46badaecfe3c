// A consumer in the portal: in by the identity provider, an API found and asked for, its tier changed without outage,
// two keys at a time, and own use against the limit.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { chromiumMissing, startChromium, violations } from "../support/browser/chromium.ts";
import { builtDashboard } from "../support/browser/files.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startIdentityProvider,
  type IdentityProvider,
} from "../support/tokens/identity-provider.ts";

const missing = chromiumMissing();
const documents = (backend: string): string => `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: partners}
spec: {description: Orders of partners, endpoints: [{url: "${backend}", version: v1}]}
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: clients, namespace: partners}
spec: {targetRefs: [{kind: Service, name: orders}], clientCredentials: {required: true}}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: sla, namespace: partners}
spec: {targetRefs: [{kind: Service, name: orders}], sla: true}
---
apiVersion: selvage.dev/v1
kind: Application
metadata: {name: acme, namespace: partners}
spec: {owner: mia@acme.example}
---
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: silver, namespace: partners}
spec: {service: orders, approval: manual, limits: [{name: minute, requests: 5, window: 60s, mode: strict}]}
---
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: gold, namespace: partners}
spec: {service: orders, approval: manual, limits: [{name: minute, requests: 500, window: 60s, mode: strict}]}
`;

describe.skipIf(missing !== null)("a consumer in the portal", () => {
  let mesh: TestMesh;
  let browser: Browser;
  let provider: IdentityProvider;
  let backend: Backend;
  let page: Page;
  const secrets: string[] = [];

  beforeAll(async () => {
    builtDashboard();
    [provider, backend, browser] = await Promise.all([
      startIdentityProvider(),
      startBackend("orders"),
      startChromium(),
    ]);
    provider.claims = { email: "mia@acme.example", email_verified: true };
    const variables = {
      OPERATOR_OIDC_ISSUER: provider.issuer,
      OPERATOR_OIDC_CLIENT_ID: CLIENT_ID,
      OPERATOR_OIDC_CLIENT_SECRET: CLIENT_SECRET,
      OPERATOR_ROLES: JSON.stringify([{ email: "mia@acme.example", role: "operator", namespaces: ["partners"] }]),
    };
    const args = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}=${value}`]);
    mesh = await startMesh({ args });
    const applied = await mesh.client.call("POST", "/apply", {
      text: { type: "application/yaml", content: documents(backend.url) },
    });
    expect(applied).toMatchObject({ ok: true });
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await mesh.stop();
    await Promise.all([provider.close(), backend.close()]);
  });

  const decide = async (): Promise<unknown> =>
    mesh.client.call("POST", "/contracts/partners/acme-orders/approve", { body: { reason: "agreed" } });
  const call = async (secret: string): Promise<number> => {
    const [id, word] = [secrets[0], secret];
    const authorization = `Basic ${Buffer.from(`${id}:${word}`).toString("base64")}`;
    return (await fetch(`${mesh.url}/svc/orders.partners/`, { headers: { authorization } })).status;
  };
  const made = async (button: string, act: string): Promise<string> => {
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("dialog").getByRole("button", { name: act, exact: true }).click();
    const shown = page.getByRole("dialog").locator(".command code");
    await shown.nth(1).waitFor();
    const [id = "", secret = ""] = await shown.allTextContents();
    secrets[0] = id;
    await page.getByRole("button", { name: "I have it" }).click();
    return secret;
  };
  const request = async (tier: string): Promise<void> => {
    await page.goto(`${mesh.url}/_selvage/portal/apis/partners/orders?tab=access`);
    await page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: tier }) })
      .getByRole("button", { name: "Request access…" })
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: /^Reason/ }).fill(`we need ${tier}`);
    await dialog.getByRole("button", { name: "Request", exact: true }).click();
    await page.getByRole("status").getByText(`Asked for ${tier}`).waitFor();
  };
  const access = async (): Promise<string> => {
    await page.goto(`${mesh.url}/_selvage/portal/applications/partners/acme?tab=access`);
    await page.getByRole("row").nth(1).waitFor();
    return page.getByRole("row").nth(1).innerText();
  };

  it("signs in by the identity provider and is where they wanted to go", async () => {
    await page.goto(`${mesh.url}/_selvage/portal/apis`);
    await page.getByRole("link", { name: "Sign in with your identity provider" }).click();
    await page.getByRole("heading", { name: "APIs", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/_selvage/portal/apis");
    await page.getByText("mia@acme.example").waitFor();
    await page.getByRole("link", { name: "partners/orders" }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("says what is not there, and does not take it for empty", async () => {
    await page.goto(`${mesh.url}/_selvage/portal/applications/partners/nobody`);
    await page.getByText("Application/partners/nobody does not exist").waitFor();
    expect(await page.getByText("nothing by contract").count()).toBe(0);
    await page.goto(`${mesh.url}/_selvage/portal/applications/others/theirs`);
    await page.getByText("SLV2003").waitFor();
    await page.goto(`${mesh.url}/_selvage/portal/no/such/place`);
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  });

  it("asks for access, and calls as soon as somebody has agreed", async () => {
    await request("silver");
    expect(await access()).toMatch(/pending[^]*silver/);
    await page.goto(`${mesh.url}/_selvage/portal/applications/partners/acme?tab=keys`);
    secrets[1] = await made("Make a secret…", "Make");
    // Without a contract in the words for any bad credentials.
    expect(await call(secrets[1])).toBe(401);
    expect(await decide()).toMatchObject({ ok: true });
    await vi.waitFor(async () => expect(await call(secrets[1] ?? "")).toBe(200), 30_000);
    expect(await access()).toMatch(/approved[^]*silver/);
  });

  it("changes the key without an outage: two are good at a time", async () => {
    await page.goto(`${mesh.url}/_selvage/portal/applications/partners/acme?tab=keys`);
    secrets[2] = await made("Rotate…", "Rotate");
    await vi.waitFor(async () => expect(await call(secrets[2] ?? "")).toBe(200), 30_000);
    expect(await call(secrets[1] ?? "")).toBe(200);
    await page.getByText("Secrets in force: 2").waitFor();
    expect(await page.getByRole("button", { name: "Make a secret…" }).count()).toBe(0);
  });

  it("sees own use against the limit, and what the refusal means", async () => {
    const answers = [];
    for (let nth = 0; nth < 6; nth++) {
      answers.push(await call(secrets[2] ?? ""));
    }
    expect(answers).toContain(429);
    await page.goto(`${mesh.url}/_selvage/portal/applications/partners/acme?tab=use`);
    await page.getByText(/5 of 5 used/).waitFor();
    await page.goto(`${mesh.url}/_selvage/portal/applications/partners/acme?tab=refusals`);
    await page.getByText("The limit of your tier is used up").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("changes the tier: the former one holds until the new one is agreed to", async () => {
    await request("gold");
    expect(await call(secrets[2] ?? "")).not.toBe(401);
    expect(await decide()).toMatchObject({ ok: true });
    await vi.waitFor(async () => expect(await call(secrets[2] ?? "")).toBe(200), 30_000);
    expect(await access()).toMatch(/approved[^]*gold/);
  });
});

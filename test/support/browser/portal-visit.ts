// A consumer's way through the portal: an operator of their own namespace finds another's API and asks for a tier.
import type { Browser } from "playwright-core";
import type { TestMesh } from "../mesh.ts";

const DOCUMENTS = `
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: fares, namespace: trains}, spec: {exposure: public, description: What trips cost}}
---
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: depot, namespace: trains}, spec: {description: Where trains sleep}}
---
{apiVersion: selvage.dev/v1, kind: Tier, metadata: {name: silver, namespace: trains}, spec: {service: fares, limits: [{name: steady, requests: 7, window: 1m}]}}
---
{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: planner, namespace: travel}}
`;

/** @returns the APIs of the namespace trains that they see, and what became of their wish */
export async function visitPortal(
  { client, url }: TestMesh,
  browser: Browser,
): Promise<{ readonly sees: readonly string[]; readonly asked: string | null }> {
  const applied = await client.call("POST", "/apply", { text: { type: "application/yaml", content: DOCUMENTS } });
  const minted = await client.call<{ token: string }>("POST", "/tokens", {
    body: { name: "consumer", role: "operator", namespaces: ["travel"] },
  });
  if (!applied.ok || !minted.ok) {
    throw new Error("The portal's mesh could not be made");
  }
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/_selvage/portal/apis`);
  await page.getByLabel("Operator token").fill(minted.value.token);
  await page.keyboard.press("Enter");
  const fares = page.getByRole("link", { name: "trains/fares" });
  await fares.waitFor();
  const sees = await page.getByRole("link", { name: /^trains\// }).allTextContents();
  await fares.click();
  await page.getByRole("link", { name: "Access" }).click();
  await page.getByText("7 requests in 1m").waitFor();
  await page.getByRole("button", { name: "Request access…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Reason" }).fill("to plan trips");
  await dialog.getByRole("button", { name: "Request", exact: true }).click();
  const line = page.getByRole("listitem").filter({ hasText: "travel/planner" });
  await line.waitFor();
  const asked = await line.textContent();
  await context.close();
  return { sees, asked };
}

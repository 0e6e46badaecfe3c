// GET /overview: many reads as one, each as it would be answered alone.
import { beforeAll, expect, it } from "vitest";
import { overviewSchema } from "../../../src/model/api/overview.ts";
import { api, applied, FIRST_LOAD_MS, ROOT_TOKEN, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { as, OWN, sessionOf } from "../../support/worker/session.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const application = (name: string): string =>
  `---\napiVersion: selvage.dev/v1\nkind: Application\nmetadata: {name: ${name}, namespace: bank}\nspec: {}\n`;

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders", "watched") + serviceYaml("ledger", "bank") + application("till"));
}, FIRST_LOAD_MS);

const answersFor = async (token: string | null, sent: Parameters<typeof api>[2] = {}) =>
  overviewSchema.parse((await api("GET", "/overview", { token, ...sent })).body).answers;

it("answers who the caller is, the signals of its window, and what the status is made of, but for how the isolate is", async () => {
  const answers = await answersFor(ROOT_TOKEN);
  expect(answers.map(({ path, status }) => `${status} ${path}`).toSorted()).toEqual([
    "200 /_selvage/v1/applications/bank/till/credentials",
    "200 /_selvage/v1/audit?limit=100",
    "200 /_selvage/v1/breakers",
    "200 /_selvage/v1/catalog",
    "200 /_selvage/v1/limits?limit=1000",
    "200 /_selvage/v1/resources",
    "200 /_selvage/v1/revisions/1/propagation",
    "200 /_selvage/v1/revisions?limit=3",
    "200 /_selvage/v1/stats?window=10m",
    "200 /_selvage/v1/stats?window=15m",
    "200 /_selvage/v1/stats?window=1m",
    "200 /_selvage/v1/tokens",
    "200 /_selvage/v1/whoami",
  ]);
  const { body } = await api("GET", "/catalog");
  expect(answers.find(({ path }) => path === "/_selvage/v1/catalog")?.value).toEqual(body);
});

it("tells nobody more than the reads themselves do", async () => {
  const token = await tokenFor("viewer", ["bank"]);
  for (const { path, status, value } of await answersFor(token)) {
    const alone = await api("GET", path.replace("/_selvage/v1", ""), { token });
    expect([path, status]).toEqual([path, alone.status]);
    expect(JSON.stringify(value), path).not.toMatch(/watched/);
  }
  expect((await api("GET", "/overview", { token: null })).status).toBe(401);
});

it("answers a page by its session, compressed where that is taken, and refuses a window that is none", async () => {
  const cookie = await sessionOf(ROOT_TOKEN);
  const plain = await api("GET", "/overview", as(cookie, OWN));
  expect(plain.headers.get("content-encoding")).toBeNull();
  const packed = await api("GET", "/overview", as(cookie, { ...OWN, "accept-encoding": "br, gzip" }));
  expect([packed.status, packed.headers.get("content-encoding")]).toEqual([200, "gzip"]);
  expect((await api("GET", "/overview?window=1s")).status).toBe(400);
});

it("leaves to the reader what is more than it reads", async () => {
  const many = Array.from({ length: 80 }, (_, nth) => application(`app-${nth}`));
  await applied(many.join(""));
  const answers = await answersFor(ROOT_TOKEN);
  expect(answers.length).toBe(64);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
});

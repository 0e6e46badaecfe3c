// `selvage keys`, against a scripted API.
import { afterAll, expect, it } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

const bench = new CommandBench();
afterAll(() => bench.close());

const time = "2026-11-23T12:00:00.000Z";
const key = (kid: string, state: string) => ({ kid, state, publishedAt: time, since: time, until: null });
const ring = {
  items: [{ ...key("old", "accepted"), until: "2026-11-23T12:13:00.000Z" }, key("k1", "signing"), key("k2", "next")],
  rotatesAt: "2026-12-23T12:00:00.000Z",
};

it("get shows which keys there are", async () => {
  await bench.against({ "GET /keys": { body: ring } });
  const { code, stdout } = await bench.run("keys", "get");
  expect([code, stdout.split("\n").map((line) => line.split(/\s+/).slice(0, 2).join(" "))]).toEqual([
    0,
    expect.arrayContaining(["KEY STATE", "old accepted", "k1 signing", "k2 next"]),
  ]);
  expect(stdout).toContain("2026-11-23T12:13:00.000Z");
});

it("rotate says when the next key signs", async () => {
  await bench.against({ "POST /keys/rotate": { body: ring } });
  const { code, stderr } = await bench.run("keys", "rotate");
  expect([code, stderr]).toEqual([0, expect.stringContaining("the next key signs from 2026-12-23T12:00:00.000Z on")]);
});

it("revoke names the key, and is told when there is none", async () => {
  await bench.against({ "POST /keys/k1/revoke": { body: ring } });
  const { code, stderr } = await bench.run("keys", "revoke", "k1");
  expect([code, stderr]).toEqual([0, expect.stringContaining("what it signed is refused within two seconds")]);
  await bench.against({ "POST /keys/k9/revoke": { status: 404, body: { title: "x", detail: "There is no key k9" } } });
  expect((await bench.run("keys", "revoke", "k9")).code).toBe(4);
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readSettings, type Settings } from "../../../src/env/settings.ts";
import type { Ended } from "../../../src/proxy/exchange/exchange.ts";
import { logOwn } from "../../../src/proxy/exchange/request-log.ts";

const settings = (log: Settings["log"]): Settings => ({ ...readSettings({ TRUST_DOMAIN: "m" }), log });
const request = { method: "GET", url: "http://shop.example/svc/nobody/?token=secret" };
const by = { requestId: "r1", revision: 7 };
const refusal: Ended = {
  no: { problem: "noRoute", detail: 'No route "matches"\nthe request' },
  stage: "route",
  policy: "none",
};

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(console, "warn").mockImplementation((line: string) => void lines.push(`warn ${line}`));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("the log of requests", () => {
  it("tells in one line what was asked, what became of it, who decided and why, and no query", () => {
    logOwn(settings("requests"), request, by, refusal, { status: 404, took: 3 });
    expect(lines).toEqual([
      'GET shop.example/svc/nobody/ 404 3 ms route SLV5003 "No route \\"matches\\"\\nthe request" req=r1 rev=7',
    ]);
  });

  it("tells of problems only what ends with 5xx, with the policy behind it", () => {
    const ended: Ended = { no: { problem: "circuitOpen", detail: "open" }, stage: "forward", policy: "shop/guard" };
    logOwn(settings("problems"), request, by, refusal, { status: 404, took: 3 });
    logOwn(settings("problems"), request, by, ended, { status: 503, took: 0 });
    expect(lines).toEqual([
      expect.stringMatching(/^warn GET .* 503 0 ms forward shop\/guard SLV\d+ "open" req=r1 rev=7$/),
    ]);
  });

  it("is silent unless it was asked for, and keeps a long path short", () => {
    logOwn(settings("none"), request, by, refusal, { status: 500, took: 3 });
    expect(lines).toEqual([]);
    logOwn(settings("requests"), { ...request, url: `http://a/${"x".repeat(9000)}` }, by, refusal, {
      status: 404,
      took: 3,
    });
    expect(lines[0]?.length).toBeLessThan(500);
  });
});

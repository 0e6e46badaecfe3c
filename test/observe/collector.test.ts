import { expect, it } from "vitest";
import { newCollector } from "../../src/observe/collector.ts";

const CALL = { service: "shop/a", endpoint: "e1", cluster: "eu", version: null };
const ID = "0af7651916cd43dd8448eb211c80319c";

it("continues the caller's trace, and says of its id what the caller said (level 2)", () => {
  for (const [flags, told] of [
    ["00", "01"],
    ["01", "01"],
    ["02", "03"],
    ["ff", "03"],
  ]) {
    const trace = newCollector(`00-${ID}-b7ad6b7169203331-${flags}`, 0, () => 0);
    expect(trace("call", CALL)).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-${told}$`));
    expect(trace.collected.parentSpanId).toBe("b7ad6b7169203331");
  }
});

it("begins a trace where there is none that counts", () => {
  for (const traceparent of [null, "", `00-${"0".repeat(32)}-b7ad6b7169203331-01`, `ff-${ID}-b7ad6b7169203331-01`]) {
    const trace = newCollector(traceparent, 0, () => 0);
    expect(trace("call", CALL)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-03$/);
    expect([trace.collected.parentSpanId, trace.collected.traceId === ID]).toEqual([null, false]);
  }
});

it("keeps words and numbers of what stages tell, and nothing that grows without end", () => {
  const trace = newCollector(null, 100, () => 107);
  trace("route", { policy: "p".repeat(900), destination: { service: "shop/a" }, held: ["a", "b"], ok: true });
  for (let nth = 0; nth < 200; nth++) {
    trace("limit", {});
    trace("call", CALL);
  }
  const { steps, calls } = trace.collected;
  expect(steps[0]).toEqual({ stage: "route", atMs: 7, facts: { policy: "p".repeat(200), held: ["a", "b"], ok: true } });
  expect([steps.length, calls.length]).toEqual([64, 64]);
});

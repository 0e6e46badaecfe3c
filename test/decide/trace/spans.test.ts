import { expect, it } from "vitest";
import { spansOf } from "../../../src/decide/trace/spans.ts";
import type { CallSpan } from "../../../src/model/message/receipt.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";

const AT = sampleReceipt({}).at;
const call = (more: Partial<CallSpan>): CallSpan => ({
  spanId: "1111111111111111",
  purpose: "attempt",
  service: "shop/orders",
  endpoint: "e1",
  cluster: "eu",
  version: "v1",
  fromMs: 2,
  toMs: 9,
  status: 200,
  failure: null,
  ...more,
});

it("a receipt is one server span, named by method and route and never by path", () => {
  const [server, ...others] = spansOf(sampleReceipt({ parentSpanId: "aaaaaaaaaaaaaaaa", method: "BREW" }));
  expect(others).toEqual([]);
  expect(server).toMatchObject({ name: "_OTHER /orders", kind: "server", startMs: AT, endMs: AT + 30, isError: true });
  expect(server?.parentSpanId).toBe("aaaaaaaaaaaaaaaa");
  expect(server?.name).not.toContain("17");
});

it("a 4xx is no error of the server, and one of the client", () => {
  const [server, client] = spansOf(sampleReceipt({ status: 404, stage: "forwarded", calls: [call({ status: 404 })] }));
  expect([server?.isError, client?.isError]).toEqual([false, true]);
});

it("tries, copies and questions are siblings below it, and tries are counted", () => {
  const calls = [
    call({ purpose: "external-auth", spanId: "a1" }),
    call({ failure: "lost", status: null, spanId: "a2" }),
    call({ fromMs: 20, toMs: null, spanId: "a3" }),
    call({ purpose: "mirror", spanId: "a4" }),
  ];
  const [server, ...children] = spansOf(sampleReceipt({ calls }));
  expect(children.map(({ parentSpanId }) => parentSpanId)).toEqual(Array(4).fill(server?.spanId));
  expect(children.map(({ attributes }) => attributes["http.request.resend_count"] ?? 0)).toEqual([0, 0, 1, 0]);
  expect(children[1]).toMatchObject({ isError: true, attributes: { "error.type": "lost" } });
  expect(children[2]?.endMs).toBe(AT + 30);
});

it("what stages told are events, and what decided always is one", () => {
  const steps = [{ stage: "route", atMs: 1, facts: { policy: "HTTPRoute/shop/orders/0" } }];
  const [server] = spansOf(sampleReceipt({ steps }));
  expect(server?.events.map(({ name, atMs }) => [name, atMs])).toEqual([
    ["selvage.route", AT + 1],
    ["selvage.forward", AT + 30],
  ]);
});

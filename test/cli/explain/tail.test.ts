import { expect, it } from "vitest";
import { tailCommand } from "../../../src/cli/explain/tail.ts";
import type { ApiClient } from "../../../src/cli/session/client.ts";
import { recordingTerminal } from "../../support/recording-terminal.ts";

const request = {
  at: "2026-01-01T12:00:00.250Z",
  caller: "anonymous",
  service: "shop/orders",
  version: "v1",
  method: "GET",
  path: "/orders",
  status: 502,
  tookMs: 12,
  decision: "forward",
  code: "SLV5006",
  requestId: "r1",
};

it("shows a line for each request, marks what was not kept, and goes on from the cursor with its filters", async () => {
  const asked: unknown[] = [];
  const text = `event: request\nid: 7\ndata: ${JSON.stringify(request)}\n\nevent: meter\nid: 7\ndata: {"shown":1,"dropped":4}\n\n`;
  const stream: ApiClient["stream"] = (path, query) => {
    asked.push([path, query]);
    // In two pieces: events do not end where a read does.
    const pieces = [text.slice(0, 40), text.slice(40)].map((piece) => new TextEncoder().encode(piece));
    return Promise.resolve({ ok: true, body: ReadableStream.from(pieces) });
  };
  const terminal = recordingTerminal();
  const client = { stream } as unknown as ApiClient;
  const session = { client, terminal, output: "table" as const, namespace: "shop" };
  expect(await tailCommand(session, { errors: true, once: true })).toBe(0);
  expect(asked).toEqual([["/tail", { namespace: "shop", service: undefined, status: 500, cursor: undefined }]]);
  expect(terminal.stdout()).toBe("12:00:00.250 anonymous -> shop/orders v1 GET /orders 502 12 ms SLV5006 r1");
  expect(terminal.stderr()).toContain("4 more were not kept");
});

it("says why it may not look, and does not go on asking", async () => {
  const failure = { exitCode: 3 as const, status: 403, message: "Not permitted." };
  const client = { stream: () => Promise.resolve({ ok: false, failure }) } as unknown as ApiClient;
  const terminal = recordingTerminal();
  expect(await tailCommand({ client, terminal, output: "table", namespace: null }, {})).toBe(3);
  expect(terminal.stderr()).toContain("Not permitted.");
});

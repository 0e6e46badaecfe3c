import { expect, it } from "vitest";
import { logsCommand, tailCommand } from "../../../src/cli/explain/tail.ts";
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
  expect(await tailCommand(session, { errors: true, method: "post", path: "/orders", once: true })).toBe(0);
  expect(asked).toEqual([
    [
      "/tail",
      {
        namespace: "shop",
        service: undefined,
        status: 500,
        method: "POST",
        path: "/orders",
        caller: undefined,
        cursor: undefined,
      },
    ],
  ]);
  expect(terminal.stdout()).toBe("12:00:00.250 anonymous -> shop/orders v1 GET /orders 502 12 ms SLV5006 r1");
  expect(terminal.stderr()).toContain("4 more were not kept");
});

it.each([
  ["json", JSON.stringify(request)],
  ["name", "request/r1"],
  ["yaml", expect.stringMatching(/^---\nat: .*\ncaller: anonymous\n/)],
  ["jsonpath={.service}", "shop/orders"],
] as const)("prints requests as -o %s says", async (output, expected) => {
  const text = `event: request\nid: 7\ndata: ${JSON.stringify(request)}\n\n`;
  const stream = () => Promise.resolve({ ok: true, body: ReadableStream.from([new TextEncoder().encode(text)]) });
  const terminal = recordingTerminal();
  const client = { stream } as unknown as ApiClient;
  expect(await tailCommand({ client, terminal, output, namespace: null }, { once: true })).toBe(0);
  expect(terminal.stdout()).toEqual(expected);
});

it("logs of a service that there is not, or that is none, end at once", async () => {
  const failure = { exitCode: 4 as const, status: 404, message: "There is no such document." };
  const asked: string[] = [];
  const call = (_: string, path: string) => {
    asked.push(path);
    return Promise.resolve({ ok: false, failure });
  };
  const terminal = recordingTerminal();
  const session = { client: { call } as unknown as ApiClient, terminal, output: "table" as const, namespace: "shop" };
  expect(await logsCommand(session, "nobody", {})).toBe(4);
  expect(await logsCommand(session, "bank/nobody", {})).toBe(4);
  expect(asked).toEqual(["/namespaces/shop/Service/nobody", "/namespaces/bank/Service/nobody"]);
  expect(await logsCommand(session, "a/b/c", {})).toBe(2);
  expect(asked).toHaveLength(2);
});

it("says why it may not look, and does not go on asking", async () => {
  const failure = { exitCode: 3 as const, status: 403, message: "Not permitted." };
  const client = { stream: () => Promise.resolve({ ok: false, failure }) } as unknown as ApiClient;
  const terminal = recordingTerminal();
  expect(await tailCommand({ client, terminal, output: "table", namespace: null }, {})).toBe(3);
  expect(terminal.stderr()).toContain("Not permitted.");
});

const meters = (...all: readonly object[]): string =>
  all.map((one) => `event: meter\nid: 7\ndata: ${JSON.stringify(one)}\n\n`).join("");

it("says how many there are: each second what is too much, and every ten how many a second", async () => {
  const quiet = { shown: 2, live: true, matched: 2, dropped: 0 };
  const text = meters(...Array.from({ length: 9 }, () => quiet), { shown: 50, live: true, matched: 80, dropped: 30 });
  const body = ReadableStream.from([new TextEncoder().encode(text)]);
  const client = { stream: () => Promise.resolve({ ok: true, body }) } as unknown as ApiClient;
  const terminal = recordingTerminal();
  expect(await tailCommand({ client, terminal, output: "table", namespace: null }, { once: true })).toBe(0);
  expect(terminal.stderr().split("\n")).toEqual([
    "-- 80 in a second, 50 of them shown: there are too many --",
    "-- 9.8 a second --",
  ]);
});

it("says when isolates do not watch, once", async () => {
  const kept = { shown: 0, live: false, matched: 0, dropped: 0 };
  const body = ReadableStream.from([new TextEncoder().encode(meters(kept, kept))]);
  const client = { stream: () => Promise.resolve({ ok: true, body }) } as unknown as ApiClient;
  const terminal = recordingTerminal();
  await tailCommand({ client, terminal, output: "table", namespace: null }, { once: true });
  expect(terminal.stderr()).toMatch(/^-- only kept requests are shown[^\n]*--$/);
});

it.each([
  ["cannot be reached", null, "Cannot reach the mesh."],
  ["tells as many as it can", 429, "This isolate tells fifty streams already."],
])("connects again where the mesh %s, later each time, and marks the gap", async (_, status, message) => {
  const text = `event: request\nid: 7\ndata: ${JSON.stringify(request)}\n\n`;
  const gone = { exitCode: 8 as const, status, message };
  const answers = [false, false, true];
  const asked: unknown[] = [];
  const waited: number[] = [];
  const stream: ApiClient["stream"] = (_path, query) => {
    asked.push(query["cursor"]);
    return Promise.resolve(
      asked.length > 1 && answers.shift() === false
        ? { ok: false, failure: gone }
        : { ok: true, body: ReadableStream.from([new TextEncoder().encode(text)]) },
    );
  };
  const terminal = recordingTerminal();
  const client = { stream } as unknown as ApiClient;
  // The second stream ends the command.
  const options = {
    get once(): boolean {
      return asked.length > 1;
    },
  };
  const wait = (ms: number): Promise<void> => (waited.push(ms), Promise.resolve());
  expect(await tailCommand({ client, terminal, output: "json", namespace: null }, options, wait)).toBe(0);
  expect([asked, waited]).toEqual([
    [undefined, "7", "7", "7"],
    [1000, 2000],
  ]);
  expect(terminal.stderr()).toMatch(/again in 1 s --\n.*again in 2 s --\n-- disconnected \d+ s; /);
});

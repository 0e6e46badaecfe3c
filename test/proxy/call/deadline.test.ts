// Deadlines of calls on raw workerd, where young calls share one timer: it belongs to whichever request came first, and
// none of the others may depend on what becomes of that one.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load } from "../../../bench/load/load.ts";
import { compileMesh } from "../../support/raw/compile-mesh.ts";
import { runWorkerd, type RunningWorkerd } from "../../support/raw/run-workerd.ts";

const DEADLINE_MS = 1200;
/** Hundreds of ticks. */
const BUSY_MS = 2500;

let mesh: RunningWorkerd;
/** Where young calls are woken two hundred times a second. */
let restless: RunningWorkerd;
let service: Server;
/** Requests to `/never` that have arrived. */
let hanging = 0;

const documents = (url: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: silent, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: silent, namespace: shop}
spec: {targetRefs: [{kind: Service, name: silent}], timeouts: {request: ${DEADLINE_MS}ms}}
`;

function serve(request: IncomingMessage, response: ServerResponse): void {
  const after = /\/after\/(\d+)/.exec(request.url ?? "")?.[1];
  if (after !== undefined) {
    setTimeout(() => response.end("here"), Number(after));
  } else if (request.url?.includes("/never") === true) {
    hanging += 1;
  } else {
    response.end("here");
  }
}

beforeAll(async () => {
  service = createServer(serve);
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const { port } = service.address() as AddressInfo;
  const snapshot = compileMesh(documents(`http://127.0.0.1:${port}`));
  mesh = await run(snapshot, {});
  restless = await run(snapshot, { TICK_MS: "5" });
  await ask("/quick");
});

afterAll(async () => {
  await Promise.all([mesh.stop(), restless.stop()]);
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
});

function run(snapshot: unknown, text: Readonly<Record<string, string>>): Promise<RunningWorkerd> {
  return runWorkerd({
    entry: new URL("../../support/worker/raw-proxy.ts", import.meta.url).pathname,
    json: { SNAPSHOT: snapshot },
    text: { TRUST_DOMAIN: "mesh.local", ...text },
  });
}

interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly tookMs: number;
}

async function ask(path: string, of = mesh): Promise<Answered> {
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${of.port}/svc/silent.shop${path}`);
  const text = await response.text();
  const code = response.ok ? null : (JSON.parse(text) as { code: string }).code;
  return { status: response.status, code, tookMs: performance.now() - began };
}

/** A caller who can hang up. */
function callerOf(path: string): Socket {
  const socket = connect({ port: mesh.port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.write(`GET /svc/silent.shop${path} HTTP/1.1\r\nHost: mesh.example\r\n\r\n`);
  return socket;
}

/** Until so many more requests hang than `before`. */
async function arrived(before: number, many: number): Promise<void> {
  for (let look = 0; look < 1000; look++) {
    if (hanging >= before + many) {
      return;
    }
    await sleep(5);
  }
  throw new Error("it has not arrived");
}

const LATE = { status: 504, code: "SLV5007" };

/** Neither before its deadline nor long after it; what a busy machine adds is no concern of this. */
function expectLate(answers: readonly Answered[]): void {
  for (const answer of answers) {
    expect(answer).toMatchObject(LATE);
    expect(answer.tookMs).toBeGreaterThan(DEADLINE_MS - 50);
    expect(answer.tookMs).toBeLessThan(DEADLINE_MS + 8000);
  }
}

describe("a service that does not answer", () => {
  it("is not waited for beyond the deadline by a call that is alone", async () => {
    expectLate([await ask("/never")]);
  });

  it("is not waited for by any of a crowd, while others are answered", async () => {
    const late = Array.from({ length: 100 }, () => ask("/never"));
    const answered = await Promise.all(Array.from({ length: 200 }, () => ask("/quick")));
    expect(answered.every(({ status }) => status === 200)).toBe(true);
    expectLate(await Promise.all(late));
  });

  it("is not waited for by a call that came while another one's timer ran, whose caller then left", async () => {
    for (let nth = 0; nth < 5; nth++) {
      // Whatever timer runs by now has ended.
      await sleep(300);
      const before = hanging;
      const first = callerOf("/never");
      await arrived(before, 1);
      const second = ask("/never");
      await arrived(before, 2);
      first.destroy();
      expectLate([await second]);
    }
  });

  it("is not waited for by a call that came behind another one's answer", async () => {
    await sleep(300);
    expect((await ask("/quick")).status).toBe(200);
    expectLate([await ask("/never")]);
  });

  it("may answer at the very moment at which young calls are woken", async () => {
    // One that is lost with its connection makes this throw.
    const requests = ["GET /svc/silent.shop/quick HTTP/1.1\r\nHost: mesh.example\r\n\r\n"];
    const target = { port: restless.port, pids: [], requests };
    const [result] = await load({ targets: [target], connections: 32, rounds: 1, windowMs: BUSY_MS });
    expect(result?.unexpected).toEqual({});
    expect(result?.rounds[0]?.requests).toBeGreaterThan(1000);
  });

  it("is waited for up to the deadline", async () => {
    const answers = await Promise.all([250, 450, 900].map((ms) => ask(`/after/${ms}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

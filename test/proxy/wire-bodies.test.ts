// Bodies as they really go over the wire, on raw workerd: broken, cut, slow and unread ones. What a caller does wrong
// is told to that caller and to nobody else; what a service gets looks whole only when it is.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brokenRequests } from "../fuzz/broken-bodies.ts";
import { talk } from "../fuzz/half-closed.ts";
import { compileMesh } from "../support/raw/compile-mesh.ts";
import { runWorkerd, type RunningWorkerd } from "../support/raw/run-workerd.ts";

interface Upload {
  readonly path: string;
  /** Without its last chunk a body is not whole. */
  readonly isWhole: boolean;
  readonly bytes: number;
}

let mesh: RunningWorkerd;
let service: Server;
const uploads: Upload[] = [];
/** Answers whose connection is gone before they ended. */
const cut: string[] = [];

const documents = (url: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: guarded, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guarded, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: guarded}]
  timeouts: {request: 1s, idle: 400ms}
  circuitBreaker: {}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: retried, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: retried, namespace: shop}
spec: {targetRefs: [{kind: Service, name: retried}], timeouts: {request: 1s}, retry: {attempts: 1}}
---
`;

function serve(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "";
  let bytes = 0;
  request.on("data", (chunk: Buffer) => (bytes += chunk.length));
  request.on("error", () => undefined);
  request.on("close", () => uploads.push({ path, isWhole: request.complete, bytes }));
  response.on("close", () => response.writableFinished || cut.push(path));
  if (path.startsWith("/deaf")) {
    request.pause();
    return;
  }
  if (path.startsWith("/silent")) {
    response.writeHead(200, path.endsWith("events") ? { "content-type": "text/event-stream" } : {});
    response.write("first");
    if (path.endsWith("events")) {
      setTimeout(() => response.end(" last"), 1000);
    }
    return;
  }
  if (path.startsWith("/large")) {
    response.writeHead(200);
    response.end(Buffer.alloc(20_000_000, 97));
    return;
  }
  request.on("end", () => response.end("got it"));
}

beforeAll(async () => {
  service = createServer(serve).listen(0, "127.0.0.1");
  await new Promise((resolve) => service.once("listening", resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const entry = new URL("../support/worker/raw-proxy.ts", import.meta.url).pathname;
  mesh = await runWorkerd({ entry, json: { SNAPSHOT: compileMesh(documents(url)) }, text: { LOCAL_MESH: "true" } });
}, 30_000);

afterAll(async () => {
  await mesh?.stop();
  service.closeAllConnections();
  service.close();
});

const head = (path: string, framing: string): string => `PUT ${path} HTTP/1.1\r\nHost: mesh\r\n${framing}\r\n\r\n`;
const CHUNKED = "Transfer-Encoding: chunked";

interface Sent {
  readonly text: string;
  readonly socket: Socket;
}

/** Sends the parts one after another; resolves when the mesh closes, `until` holds, or after a while. */
async function send(
  parts: readonly string[],
  { gapMs = 30, end = false, until = /"code"|got it/ } = {},
): Promise<Sent> {
  const socket = connect(mesh.port, "127.0.0.1");
  let text = "";
  const over = new Promise<void>((resolve) => {
    const late = setTimeout(resolve, 8000);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (until.test(text)) {
        resolve();
      }
    });
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("close", () => clearTimeout(late));
  });
  for (const part of parts) {
    socket.write(part);
    if (parts.length > 1) {
      await sleep(gapMs);
    }
  }
  if (end) {
    socket.end();
  }
  await over;
  socket.destroy();
  return { text, socket };
}

const codeOf = ({ text }: Pick<Sent, "text">): string =>
  /^HTTP\/1.1 (\d+)/.exec(text)?.[1] + (/SLV\d+/.exec(text)?.[0] ?? "");
const seen = async <One>(list: readonly One[], has: (one: One) => boolean): Promise<One | undefined> => {
  for (let waited = 0; waited < 300 && !list.some(has); waited++) {
    await sleep(20);
  }
  return list.find(has);
};

describe("a caller who breaks its own body", () => {
  const faults: readonly [what: string, parts: (path: string) => readonly string[], end: boolean][] = [
    ["a malformed chunk first", (path) => [`${head(path, CHUNKED)}zz\r\nabc\r\n0\r\n\r\n`], false],
    ["a malformed chunk later", (path) => [`${head(path, CHUNKED)}3\r\nabc\r\n`, "zz\r\n"], false],
    ["an end before the last chunk", (path) => [`${head(path, CHUNKED)}3\r\nabc\r\n`], true],
    ["an end before the declared length", (path) => [`${head(path, "Content-Length: 100")}abc`], true],
    ["the same of a length that is not waited for", (path) => [`${head(path, "Content-Length: 90000")}abc`], true],
  ];

  for (const service of ["guarded", "retried"]) {
    it.each(faults)(`is told 400 by ${service}: %s`, async (_, parts, end) => {
      expect(codeOf(await send(parts(`/svc/${service}.shop/broken`), { end }))).toBe("400SLV5011");
    });
  }

  it("opens no breaker, however often", async () => {
    const broken = faults.flatMap(([, parts, end]) => Array.from({ length: 6 }, () => ({ parts, end })));
    await Promise.all(broken.map(({ parts, end }) => send(parts("/svc/guarded.shop/broken"), { end })));
    for (let nth = 0; nth < 5; nth++) {
      const sent = await send([`${head("/svc/guarded.shop/good", "Content-Length: 2")}hi`]);
      expect(codeOf(sent)).toBe("200");
    }
  });

  it("is the only one who is told, whichever byte of its body is broken", async () => {
    const told = new Set<string>();
    const left = brokenRequests("/svc/guarded.shop/broken-anywhere", "mesh");
    const one = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        told.add(codeOf({ text: await talk(mesh.port, next.bytes) }));
      }
    };
    await Promise.all(Array.from({ length: 16 }, one));
    expect([...told].toSorted()).toEqual(["200", "400SLV5011"]);
    expect(codeOf(await send([`${head("/svc/guarded.shop/good", "Content-Length: 2")}hi`]))).toBe("200");
  });

  it("never makes a part of a body look like the whole", async () => {
    await seen(uploads, ({ path }) => path === "/broken");
    const broken = uploads.filter(({ path }) => path === "/broken");
    expect(broken.filter(({ isWhole }) => isWhole)).toEqual([]);
  });
});

describe("a slow caller", () => {
  it("may take longer for its upload than the service may take to answer", async () => {
    const uploading = [CHUNKED, "Content-Length: 8", "Content-Length: 70000"].map(async (framing) => {
      const piece = framing === CHUNKED ? "2\r\nab\r\n" : framing.endsWith("8") ? "ab" : "x".repeat(17_500);
      const parts = [head("/svc/guarded.shop/slow", framing), piece, piece, piece, piece];
      return codeOf(await send(framing === CHUNKED ? [...parts, "0\r\n\r\n"] : parts, { gapMs: 350 }));
    });
    expect(await Promise.all(uploading)).toEqual(["200", "200", "200"]);
  });

  it("is told 408 when nothing comes any more, kept or streamed", async () => {
    const stalled = await Promise.all([
      send([`${head("/svc/guarded.shop/stalled", CHUNKED)}3\r\nabc\r\n`]),
      send([`${head("/svc/guarded.shop/stalled", "Content-Length: 10")}abc`]),
      send([`${head("/svc/retried.shop/stalled", "Content-Length: 60000")}abc`]),
    ]);
    expect(stalled.map(codeOf)).toEqual(["408SLV5012", "408SLV5012", "408SLV5012"]);
    expect((await seen(uploads, ({ path }) => path === "/stalled"))?.isWhole).toBe(false);
  });
});

describe("a service", () => {
  it("that takes no more of an upload is late", async () => {
    const parts = [head("/svc/retried.shop/deaf", "Content-Length: 30000000"), "x".repeat(30_000_000)];
    expect(codeOf(await send(parts))).toBe("504SLV5007");
  });

  it("that goes silent in its answer is cut off after its idle time; an event stream may be silent", async () => {
    const [silent, events] = await Promise.all([
      send(["GET /svc/guarded.shop/silent HTTP/1.1\r\nHost: mesh\r\n\r\n"], { until: /never/ }),
      send(["GET /svc/guarded.shop/silent/events HTTP/1.1\r\nHost: mesh\r\n\r\n"], { until: / last/ }),
    ]);
    expect(silent.text).toMatch(/first/);
    expect(silent.text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(await seen(cut, (path) => path === "/silent")).toBe("/silent");
    expect(events.text).toMatch(/ last/);
  });
});

it("ends an answer that its caller does not read", async () => {
  const socket = connect(mesh.port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => undefined);
  socket.write("GET /svc/guarded.shop/large HTTP/1.1\r\nHost: mesh\r\n\r\n");
  expect(await seen(cut, (path) => path === "/large")).toBe("/large");
  socket.destroy();
});

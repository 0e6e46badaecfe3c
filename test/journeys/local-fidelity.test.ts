// What a service behind the local mesh sees and what its callers get: workerd itself fetches, so nothing is added by
// the tools around it, bodies stream, WebSockets pass and redirects are the caller's.
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let service: Server;
const seen: IncomingMessage[] = [];
/** Lets the streaming answer go on. */
let proceed: () => void = () => undefined;

beforeAll(async () => {
  service = createServer((request, response) => {
    seen.push(request);
    if (request.url === "/gzip") {
      response.writeHead(200, { "content-encoding": "gzip", "set-cookie": ["a=1", "b=2"] });
      response.end(gzipSync("compressed"));
    } else if (request.url === "/redirect") {
      response.writeHead(302, { location: "/elsewhere" }).end();
    } else if (request.url === "/stream") {
      response.write("first");
      proceed = () => response.end("last");
    } else {
      response.end("plain");
    }
  });
  service.on("upgrade", (request, socket) => {
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
    socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const address = service.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  mesh = await startMesh();
  const document = `{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: plain}, spec: {exposure: public, endpoints: [{url: "${url}"}]}}`;
  expect((await mesh.cli(["apply", "-f", "-"], document)).code).toBe(0);
});
afterAll(async () => {
  await mesh.stop();
  service.closeAllConnections();
  service.close();
});

/** A request with exactly these headers (and Host), which `fetch` would not send. */
async function send(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpRequest(`${mesh.url}/svc/plain${path}`, { headers, agent: false });
  request.end();
  const [response] = await once(request, "response");
  return response;
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

describe("the local mesh", () => {
  it("adds its own headers to what the caller sent, and nothing of the tools that run it", async () => {
    await bodyOf(await send("/headers", { "x-mine": "1", "user-agent": "mine/1", "x-forwarded-for": "6.6.6.6" }));
    const { headers } = seen.at(-1) ?? { headers: {} };
    expect(headers).toMatchObject({
      "x-mine": "1",
      "user-agent": "mine/1",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": new URL(mesh.url).host,
      "x-forwarded-proto": "http",
    });
    for (const name of ["cf-worker", "sec-fetch-mode", "accept-language", "accept", "mf-cf-blob"]) {
      expect(Object.keys(headers)).not.toContain(name);
    }
  });

  it("passes compressed bodies and repeated headers as they are", async () => {
    const response = await send("/gzip", { "accept-encoding": "gzip" });
    expect(response.headers["content-encoding"]).toBe("gzip");
    expect(response.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(gunzipSync(await bodyOf(response)).toString()).toBe("compressed");
  });

  it("leaves a redirect to the caller", async () => {
    const response = await send("/redirect", {});
    expect([response.statusCode, response.headers.location]).toEqual([302, "/elsewhere"]);
    response.resume();
  });

  it("streams: the first bytes arrive before the last are sent", async () => {
    const response = await send("/stream", {});
    const [first] = await once(response, "data");
    expect(String(first)).toBe("first");
    proceed();
    const [last] = await once(response, "data");
    expect(String(last)).toBe("last");
  });

  it("carries a WebSocket", async () => {
    const socket = new WebSocket(`${mesh.url.replace("http", "ws")}/svc/plain/socket`);
    const [message] = await once(socket, "message");
    expect(message).toMatchObject({ data: "hi" });
    socket.close();
  });
});

// What one request of a stranger costs the mesh at most, in CPU time: `npx node test/fuzz/cost.ts`. Every header,
// claim, query parameter and body that is read × hostile shapes, at the largest size the mesh admits, first through the
// pure readers and then over the wire through a local mesh, above what the same request costs with a short word. Ends
// with 1 when one of them costs more than 5 ms.
import { createPrivateKey, sign } from "node:crypto";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { cpuMicros } from "../../bench/load/cpu.ts";
import { MAX_HEADER_BYTES } from "../../src/decide/header/headers.ts";
import { encodePart, signerOf } from "../support/tokens/jws.ts";
import { startMesh } from "../support/mesh.ts";
import { costMesh } from "./cost-mesh.ts";
import { places, type Place, type Question } from "./cost-places.ts";
import { hostileTexts } from "./hostile-texts.ts";
import { MOST_MS, readerCost } from "./reader-cost.ts";
import { READERS } from "./readers.ts";

/** Requests that are measured together: the scheduler counts in nanoseconds, but others run in between. */
const REQUESTS = 4;
const RUNS = 6;

const rows: { readonly what: string; readonly ms: number; readonly shape: string }[] = [];
for (const reader of READERS) {
  const { name, worstMs, shape } = readerCost(reader, MAX_HEADER_BYTES);
  rows.push({ what: `reader: ${name}`, ms: worstMs, shape });
}

let answering: Question["answer"];
const service = createServer({ maxHeaderSize: 1 << 20 }, (asked, answer) => {
  asked.resume();
  asked.on("end", () => {
    if (answering !== undefined) {
      answer.setHeader(...answering);
    }
    answer.end("ok");
  });
});
await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
const signer = await signerOf("ES256");
const mesh = await startMesh({ trustEntry: true });
try {
  // A listening TCP server has an address of this form.
  const { port } = service.address() as AddressInfo;
  const applied = await mesh.cli(["apply", "-f", "-", "--wait"], costMesh(`http://127.0.0.1:${port}`, signer.jwk));
  if (applied.code !== 0) {
    throw new Error(applied.stderr);
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const signed = await tokens();
  for (const place of places(mesh.token, signed)) {
    rows.push(await worstOf(place, agent));
  }
  agent.destroy();
} finally {
  await mesh.stop();
  service.closeAllConnections();
  service.close();
}

rows.sort((one, other) => other.ms - one.ms);
for (const { what, ms, shape } of rows) {
  console.log(`${ms.toFixed(2).padStart(8)} ms  ${what.padEnd(46)} ${shape}`);
}
const over = rows.filter(({ ms }) => ms > MOST_MS);
console.log(`${rows.length} readers and places × ${hostileTexts(1).length} shapes: ${over.length} above ${MOST_MS} ms`);
process.exit(over.length === 0 ? 0 : 1);

async function worstOf(place: Place, agent: Agent): Promise<(typeof rows)[number]> {
  let worst = { what: place.name, ms: 0, shape: "" };
  // A write or a login costs what it costs: what is measured is what the text adds to that.
  const usual = await costOf(place.request("a"), agent, 0);
  for (const start of place.starts ?? [""]) {
    for (const [shape, text] of hostileTexts(place.size, start)) {
      const question = place.request(text);
      const ms = (await costOf(question, agent, usual + worst.ms)) - usual;
      if (ms > worst.ms) {
        worst = { what: place.name, ms, shape: start === "" ? shape : `${start}… ${shape}` };
      }
    }
  }
  return worst;
}

/** CPU time of workerd for one such request: the best of a few runs. */
async function costOf(question: Question, agent: Agent, enough: number): Promise<number> {
  const pid = mesh.workerdPid();
  answering = question.answer;
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && best > enough; run++) {
    const before = cpuMicros([pid]);
    for (let i = 0; i < REQUESTS; i++) {
      await send(question, agent);
    }
    best = Math.min(best, (cpuMicros([pid]) - before) / REQUESTS / 1000);
  }
  return best;
}

function send({ method = "GET", path, headers, body }: Question, agent: Agent): Promise<void> {
  const { hostname, port } = new URL(mesh.url);
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { hostname, port, method, path, agent, setHost: false, maxHeaderSize: 1 << 20 };
    const asked = request({ ...options, headers: { host: hostname, ...headers, ...length } }, (answer) => {
      answer.resume();
      answer.on("close", resolve);
    });
    // The runtime refuses some of them by closing the connection.
    asked.on("error", () => resolve());
    asked.end(body);
  });
}

/** Signed at once, which WebCrypto cannot do. */
async function tokens(): Promise<(claims: object) => string> {
  const key = createPrivateKey({
    key: Buffer.from(await crypto.subtle.exportKey("pkcs8", signer.privateKey)),
    format: "der",
    type: "pkcs8",
  });
  return (claims) => {
    const full = { iss: "https://idp.example", exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
    const text = `${encodePart({ alg: signer.alg, kid: signer.kid })}.${encodePart(full)}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
}

// Bodies broken at every byte, over TCP through a local mesh: `npx node test/fuzz/bodies.ts`. Those of requests must
// come to nothing but a refusal of their own: no 5xx of the mesh, no open breaker, no ejection, and nothing that looks
// whole to the service. Those of answers must never look whole to the caller. Ends with 1 when one of that happens.
import { createServer, type AddressInfo, type Server } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { startMesh } from "../support/mesh.ts";
import { brokenAnswers, brokenRequests, isWhole, saysAll, type Broken } from "./broken-bodies.ts";
import { talk } from "./half-closed.ts";

const AT_ONCE = 12;
const faults: string[] = [];
const answers = brokenAnswers();

/** Takes requests as they are framed; a body that it was told to take for whole was whole. */
let arrived = 0;
const taking = createHttpServer((request, response) => {
  request.on("error", () => undefined);
  request.resume();
  request.on("end", () => {
    arrived += 1;
    response.end("got it");
  });
});
/** Answers what the path's number says, and closes. */
const breaking = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.once("data", (head: Buffer) => {
    const nth = Number(/^GET \/(\d+)/.exec(head.toString("latin1"))?.[1] ?? -1);
    socket.end(Buffer.from(answers[nth]?.bytes ?? "", "latin1"));
  });
});

const policy = (name: string): string => `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: ${name}}
spec:
  targetRefs: [{kind: Service, name: ${name}}]
  circuitBreaker: {minRequests: 5}
  outlierDetection: {consecutiveFailures: 3, maxEjectionPercent: 100}
  ${name === "retried" ? "retry: {attempts: 1}" : "timeouts: {request: 2s}"}
---`;
const service = (name: string, urls: readonly string[]): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}}
spec: {exposure: public, endpoints: [${urls.map((url) => `{url: "${url}"}`).join(", ")}]}
---`;

const [taker, breaker] = await Promise.all([listening(taking), listening(breaking)]);
const mesh = await startMesh();
try {
  const two = [taker, taker.replace("127.0.0.1", "localhost")];
  const documents = ["plain", "retried"].map((name) => service(name, two) + policy(name)).join("");
  const applied = await mesh.cli(["apply", "-f", "-", "--wait"], documents + service("breaking", [breaker]));
  if (applied.code !== 0) {
    throw new Error(applied.stderr);
  }
  const { hostname, port } = new URL(mesh.url);
  const requests = ["plain", "retried"].flatMap((name) => brokenRequests(`/svc/${name}/x`, `${hostname}:${port}`));
  await each(requests, async ({ what, bytes }) => {
    const answer = await talk(Number(port), bytes);
    const status = Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 0);
    if (status >= 500 || (status === 0 && answer !== "")) {
      faults.push(`request ${what}: ${answer.slice(0, 200)}`);
    }
  });
  await each(
    answers.map((one, nth) => ({ ...one, nth })),
    async ({ what, bytes, nth }) => {
      const answer = await talk(Number(port), `GET /svc/breaking/${nth} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
      if (/selvage-decision/i.test(answer)) {
        faults.push(`answer ${what}: ${answer.slice(0, 200)}`);
      }
      if (isWhole(answer) && !isWhole(bytes) && !saysAll(answer)) {
        faults.push(`answer ${what}: looks whole to the caller`);
      }
    },
  );
  const breakers = await mesh.cli(["breaker", "get", "-o", "json"]);
  if (/"(?:open|half-open|ejected)"/.test(breakers.stdout)) {
    faults.push(`breakers: ${breakers.stdout}`);
  }
  for (const name of ["plain", "retried"]) {
    const answer = await fetch(`${mesh.url}/svc/${name}/good`, { method: "PUT", body: "sound" });
    if (answer.status !== 200) {
      faults.push(`${name}, afterwards: ${answer.status} ${await answer.text()}`);
    }
  }
  for (const fault of faults.slice(0, 20)) {
    console.log(fault);
  }
  const count = requests.length + answers.length;
  console.log(
    `${requests.length} requests and ${answers.length} answers, ${arrived} requests were whole: ${faults.length} faults of ${count}`,
  );
} finally {
  await mesh.stop();
  taking.closeAllConnections();
  taking.close();
  breaking.close();
}
process.exit(faults.length === 0 ? 0 : 1);

async function each<One extends Broken>(all: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const left = [...all];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = left.pop(); one !== undefined; one = left.pop()) {
        await work(one);
      }
    }),
  );
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

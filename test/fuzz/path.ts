// What is judged is what the service receives: `npx node test/fuzz/path.ts [--seed n] [--count n]` sends hostile
// targets to a local mesh over TCP and holds what arrives against the mesh's own judgement, and against how other
// servers read it: by their rules (path-readers.ts), by a real nginx and by Python itself. Ends with 1 when one of them
// is led to what a policy keeps back.
import { spawnSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { startMesh } from "../support/mesh.ts";
import { nginxMissing, startNginx } from "../support/nginx.ts";
import { hostilePath } from "./hostile-paths.ts";
import { expectedOf, isWrong, pathMesh, walkedAround, WAYS, type Way } from "./path-mesh.ts";
import { countOf, seeded, seedOf } from "./random.ts";
import { rawClient, type RawAnswer } from "./raw-client.ts";

const CONNECTIONS = 16;
const MOST_SHOWN = 40;

const PYTHON = `
import json, posixpath, sys
from urllib.parse import unquote, urlsplit
for line in sys.stdin:
    target = json.loads(line)
    served = posixpath.normpath(unquote(target.split('?', 1)[0].split('#', 1)[0], errors='surrogateescape'))
    print(json.dumps([served, unquote(urlsplit(target).path, errors='surrogateescape')]))
`;

const seed = seedOf(process.argv);
const count = countOf(process.argv, 250_000);
console.log(`seed ${seed}, ${count} requests`);

const faults: string[] = [];
const seen = new Map<string, number>();
/** Every target that arrived, by the service it was for. */
const arrived = { denied: new Set<string>(), listed: new Set<string>() };

const echo = await startEcho();
const mesh = await startMesh();
const startedAtMs = Date.now();
try {
  const applied = await mesh.cli(["apply", "-f", "-", "--wait"], pathMesh(`http://127.0.0.1:${echo.port}`));
  if (applied.code !== 0) {
    throw new Error(applied.stderr);
  }
  const random = seeded(seed);
  let left = count;
  const work = async (): Promise<void> => {
    const client = rawClient(Number(new URL(mesh.url).port));
    while (left-- > 0) {
      const way = random.oneOf(WAYS);
      const drawn = hostilePath(random);
      const target = way.prefix === "" ? drawn : way.prefix + (drawn.startsWith("/") ? drawn : `/${drawn}`);
      judge(way, target, await client.send(`GET ${target} HTTP/1.1\r\nHost: ${way.host}\r\n\r\n`));
    }
    client.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  const seconds = (Date.now() - startedAtMs) / 1000;
  console.log(
    `${count} requests in ${seconds.toFixed(0)} s; ${arrived.denied.size + arrived.listed.size} different targets arrived`,
  );
} finally {
  await mesh.stop();
  echo.close();
}
await askNginx();
askPython();

for (const [what, times] of [...seen].toSorted()) {
  console.log(`${String(times).padStart(8)}  ${what}`);
}
for (const fault of faults.slice(0, MOST_SHOWN)) {
  console.log(`WRONG ${fault}`);
}
console.log(`${faults.length} wrong`);
process.exit(faults.length === 0 ? 0 : 1);

function judge(way: Way, target: string, answer: RawAnswer | null): void {
  const { verdict, target: expected } = expectedOf(way, target);
  const status = answer === null ? "closed" : String(answer.status);
  const wrong = (why: string): void => void faults.push(`${way.host} ${JSON.stringify(target)}: ${why}`);
  // Without a decision it is the runtime's, which refuses what is no HTTP before the mesh sees it.
  const ours = answer?.headers.has("selvage-decision") === true;
  note(`${verdict} → ${status}${ours || answer?.status === 200 ? "" : " by the runtime"}`);
  if (answer === null) {
    return;
  }
  if (answer.status >= 500) {
    return wrong(`${status} ${answer.body.slice(0, 200)}`);
  }
  if (answer.status !== 200) {
    if (ours && verdict === "allowed") {
      wrong(`${status}, and nothing is wrong with it: ${answer.body.slice(0, 200)}`);
    }
    return;
  }
  if (verdict === "refused" || verdict === "elsewhere" || verdict === "denied") {
    wrong(`is ${verdict}, and arrived as ${answer.body}`);
  } else if (answer.body !== expected) {
    wrong(`was judged as ${expected}, and arrived as ${answer.body}`);
  }
  arrived[way.service].add(answer.body);
  for (const how of walkedAround(way.service, answer.body)) {
    wrong(`arrived as ${answer.body}, and ${how}`);
  }
}

function note(what: string): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

/** A service that answers with the target that it was asked for, as it came. */
async function startEcho(): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    let pending = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      pending += chunk.toString("latin1");
      for (let end = pending.indexOf("\r\n\r\n"); end !== -1; end = pending.indexOf("\r\n\r\n")) {
        const line = pending.slice(0, pending.indexOf("\r\n"));
        pending = pending.slice(end + 4);
        const target = line.slice(line.indexOf(" ") + 1, line.lastIndexOf(" "));
        socket.write(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`, "latin1"));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has an address of this form.
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

async function askNginx(): Promise<void> {
  const missing = nginxMissing();
  if (missing !== null) {
    return console.log(`not asked: ${missing}`);
  }
  const nginx = await startNginx(
    `server { listen 127.0.0.1:8080; keepalive_requests 1000000; location / { return 200 "$uri"; } }`,
  );
  for (const service of ["denied", "listed"] as const) {
    const targets = [...arrived[service]];
    let at = 0;
    const work = async (): Promise<void> => {
      const client = rawClient(nginx.port);
      for (let target = targets[at++]; target !== undefined; target = targets[at++]) {
        const answer = await client.send(`GET ${target} HTTP/1.1\r\nHost: any\r\n\r\n`);
        note(`nginx, of ${service} → ${answer?.status ?? "closed"}`);
        if (answer?.status === 200 && isWrong(service, answer.body)) {
          faults.push(`${service} received ${target}, and nginx reads ${answer.body}`);
        }
      }
      client.close();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }
  await nginx.stop();
}

/** As `http.server` and `urllib` read them. */
function askPython(): void {
  for (const service of ["denied", "listed"] as const) {
    const targets = [...arrived[service]];
    const input = targets.map((target) => JSON.stringify(target)).join("\n");
    const { status, stdout } = spawnSync("python3", ["-c", PYTHON], { input, encoding: "utf8", maxBuffer: 1 << 30 });
    if (status !== 0) {
      return console.log("not asked: Python is not installed on this machine");
    }
    for (const [at, line] of stdout.trimEnd().split("\n").entries()) {
      const read = JSON.parse(line) as string[];
      note(`Python, of ${service}`);
      const wrong = read.find((path) => isWrong(service, path));
      if (wrong !== undefined) {
        faults.push(`${service} received ${targets[at]}, and Python reads ${wrong}`);
      }
    }
  }
}

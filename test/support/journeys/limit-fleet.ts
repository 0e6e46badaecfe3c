// The fleet's limits for real: `selvage up --edges 8`, eight clients over sockets, each to an edge of its own. `npx
// node test/support/journeys/limit-fleet.ts [--seconds 30] [--limit 100]` prints every figure beside what is promised;
// exit code 1 when one is missed, 2 when the machine could not keep up. Not part of the tests: load and mesh share one
// machine, and a busy one makes any figure worse.
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { limitListSchema, type CoordinatorCalls } from "../../../src/model/api/limits.ts";
import { startBackend, type Backend } from "../backend.ts";
import { startMesh, type TestMesh } from "../mesh.ts";

const EDGES = 8;

interface Run {
  readonly sent: number;
  readonly seconds: number;
  /** Answers by status; 0 = no answer. */
  readonly tally: ReadonlyMap<number, number>;
  /** Calls of isolates to the policy's coordinator meanwhile. */
  readonly calls: number;
}

class Fleet {
  readonly #mesh: TestMesh;
  readonly #backend: Backend;
  readonly #agents = Array.from({ length: EDGES }, () => new Agent({ keepAlive: true, maxSockets: 64 }));

  constructor(mesh: TestMesh, backend: Backend) {
    this.#mesh = mesh;
    this.#backend = backend;
  }

  async serve(name: string, limit: string): Promise<void> {
    const applied = await this.#mesh.cli(
      ["apply", "-f", "-", "--wait"],
      `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}}
spec: {exposure: public, endpoints: [{url: "${this.#backend.url}"}]}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: ${name}}
spec: {targetRefs: [{kind: Service, name: ${name}}], limits: [${limit}]}
`,
    );
    if (applied.code !== 0) {
      throw new Error(applied.stderr);
    }
    // Every edge has loaded the revision, and connections are open, before anything is counted.
    await Promise.all(this.#agents.map((_, client) => this.#send(client, "/svc/nobody/")));
  }

  /** Eight clients, each at an eighth of the rate, whatever becomes of the requests before. */
  async run(name: string, perSecond: number, seconds: number): Promise<Run> {
    const before = await this.#callsOf(name);
    const tally = new Map<number, number>();
    const running: Promise<void>[] = [];
    const count = async (answer: Promise<number>): Promise<void> => {
      const status = await answer;
      tally.set(status, (tally.get(status) ?? 0) + 1);
    };
    const startedAt = performance.now();
    let sent = 0;
    for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startedAt) {
      for (; sent < (elapsed * perSecond) / 1000; sent++) {
        running.push(count(this.#send(sent % EDGES, `/svc/${name}/`)));
      }
      await sleep(5);
    }
    await Promise.all(running);
    const took = (performance.now() - startedAt) / 1000;
    // The last questions go out behind the answers.
    await sleep(200);
    return { sent, seconds: took, tally, calls: (await this.#callsOf(name)) - before };
  }

  #send(client: number, path: string): Promise<number> {
    const url = new URL(path, this.#mesh.urls[client]);
    return new Promise((resolve) => {
      get(url, { agent: this.#agents[client] }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
        response.on("error", () => resolve(0));
      }).on("error", () => resolve(0));
    });
  }

  async #callsOf(name: string): Promise<number> {
    const answer = await this.#mesh.client.call<unknown>("GET", "/limits");
    if (!answer.ok) {
      throw new Error(answer.failure.message);
    }
    const { coordinators } = limitListSchema.parse(answer.value);
    const sum = ({ questions, strict, givenBack }: CoordinatorCalls): number => questions + strict + givenBack;
    return coordinators.filter(({ policy }) => policy === `default/${name}`).reduce((all, one) => all + sum(one), 0);
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents) {
      agent.destroy();
    }
    await this.#mesh.stop();
    await this.#backend.close();
  }
}

let missed = 0;
let late = 0;
function tell(holds: boolean, text: string): void {
  if (!holds) {
    missed += 1;
  }
  process.stdout.write(`${holds ? "holds " : "MISSED"}  ${text}\n`);
}

/** Whether the machine kept up: a figure of one that did not says nothing of the mesh. */
function keptUp(run: Run, planned: number): boolean {
  const yes = run.seconds <= 1.03 * planned;
  if (!yes) {
    late += 1;
    process.stdout.write(`VOID    ${describe(run)}: planned were ${planned} s, the machine did not keep up\n`);
  }
  return yes;
}

function describe({ sent, seconds, tally }: Run): string {
  const statuses = [...tally].sort(([a], [b]) => a - b).map(([status, times]) => `${times} × ${status}`);
  return `${sent} requests in ${seconds.toFixed(1)} s (${statuses.join(", ")})`;
}

function tellCalls(run: Run): void {
  const per50 = (50 * run.calls) / run.sent;
  tell(
    per50 <= 1,
    `${run.calls} calls to the coordinator for ${describe(run)}: ${per50.toFixed(2)} for 50, promised 1`,
  );
}

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "30" }, limit: { type: "string", default: "100" } },
});
const seconds = Number(values.seconds);
/** Requests a second; the load is five and ten times that. */
const limit = Number(values.limit);
const fleet = new Fleet(await startMesh({ edges: EDGES }), await startBackend("one"));
try {
  await fleet.serve("leased", `{name: steady, requests: ${limit}, window: 1s, key: []}`);
  const leased = await fleet.run("leased", 5 * limit, seconds);
  const admitted = (leased.tally.get(200) ?? 0) / leased.seconds;
  const text = `limit ${limit}/s, ${EDGES} edges, ${describe(leased)}: ${admitted.toFixed(1)}/s admitted, promised 95 to 102 %`;
  if (keptUp(leased, seconds)) {
    tell(admitted >= 0.95 * limit && admitted <= 1.02 * limit, text);
  }

  await fleet.serve("wide", `{name: wide, requests: ${50 * limit}, window: 1s, key: []}`);
  const wide = await fleet.run("wide", 10 * limit, seconds / 2);
  tell(
    (wide.tally.get(429) ?? 0) === 0,
    `limit ${50 * limit}/s at ${10 * limit}/s: ${describe(wide)}, nothing to be refused`,
  );
  if (keptUp(wide, seconds / 2)) {
    tellCalls(wide);
  }

  await fleet.serve("tight", `{name: tight, requests: ${limit}, window: 1s, key: []}`);
  const tight = await fleet.run("tight", 10 * limit, seconds / 2);
  if (keptUp(tight, seconds / 2)) {
    tellCalls(tight);
  }

  await fleet.serve("strict", "{name: hourly, requests: 200, window: 1h, key: [], mode: strict}");
  const strict = await fleet.run("strict", 100, 5);
  tell(strict.tally.get(200) === 200, `strict limit of 200 an hour: ${describe(strict)}, promised 200`);
} finally {
  await fleet.stop();
}
process.exitCode = missed > 0 ? 1 : late > 0 ? 2 : 0;

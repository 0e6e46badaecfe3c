// Limits of a whole mesh, over real sockets: four isolates, one limit.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limitPreviewListSchema, type LimitList } from "../../src/model/api/limits.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let backend: Backend;
beforeAll(async () => {
  [mesh, backend] = await Promise.all([startMesh({ edges: 4 }), startBackend("one")]);
});
afterAll(async () => {
  await mesh.stop();
  await backend.close();
});

async function serve(name: string, limit: string): Promise<void> {
  const applied = await mesh.cli(
    ["apply", "-f", "-", "--wait"],
    `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}}
spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: ${name}}
spec: {targetRefs: [{kind: Service, name: ${name}}], limits: [${limit}]}
`,
  );
  expect(applied.code, applied.stderr).toBe(0);
  // Every edge has loaded the revision before anything is counted.
  await Promise.all(mesh.urls.map((url) => send(`${url}/svc/nobody/`)));
}

async function send(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}

const DEMAND_S = 6;

interface Demand {
  readonly sent: number;
  readonly seconds: number;
  /** Answers by status. */
  readonly tally: ReadonlyMap<number, number>;
}

/** So many requests a second, to each edge in turn, whatever becomes of those before. */
async function demand(perSecond: number): Promise<Demand> {
  const tally = new Map<number, number>();
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < 1000 * DEMAND_S; elapsed = performance.now() - startedAt) {
    for (; sent < (elapsed * perSecond) / 1000; sent++) {
      const url = `${mesh.urls[sent % 4] ?? mesh.url}/svc/leased/`;
      running.push(send(url).then((status) => void tally.set(status, (tally.get(status) ?? 0) + 1)));
    }
    await sleep(10);
  }
  await Promise.all(running);
  return { sent, seconds: (performance.now() - startedAt) / 1000, tally };
}

describe("four edges and several clients", () => {
  it("admit together what one limit of 50/s says, at four times the demand", async () => {
    await serve("leased", "{name: steady, requests: 50, window: 1s, burst: 10, key: []}");
    const [rate, burst] = [50, 10];
    let run = await demand(200);
    // A rate below the limit is the machine's when it did not even send in time.
    for (let again = 0; again < 3 && run.seconds > 1.05 * DEMAND_S; again++) {
      run = await demand(200);
    }
    const { sent, seconds, tally } = run;
    const admitted = tally.get(200) ?? 0;
    process.stdout.write(
      `limit 50/s: ${sent} requests in ${seconds.toFixed(2)} s, ${admitted} admitted (${(admitted / seconds).toFixed(1)}/s)\n`,
    );
    expect([...tally.keys()].sort()).toEqual([200, 429]);
    expect(admitted).toBeLessThanOrEqual(rate * seconds + burst + rate);
    expect(admitted).toBeGreaterThanOrEqual(0.85 * rate * seconds);
  });

  it("admit exactly 20 requests of 60 under a strict limit", async () => {
    await serve("strict", "{name: hourly, requests: 20, window: 1h, key: [], mode: strict}");
    const statuses = await Promise.all(
      Array.from({ length: 60 }, (_, index) => send(`${mesh.urls[index % 4] ?? mesh.url}/svc/strict/`)),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  });
});

describe("operators", () => {
  it("see what is used, nearest to exhaustion first", async () => {
    const answer = await mesh.client.call<LimitList>("GET", "/limits");
    expect(answer).toMatchObject({
      ok: true,
      value: { items: [{ policy: "strict", limit: "hourly", used: 20, capacity: 20 }, {}], unreachable: [] },
    });
    const shown = await mesh.cli(["limit", "get"]);
    expect([shown.code, shown.stderr]).toEqual([0, ""]);
    expect(shown.stdout).toMatch(/^POLICY +LIMIT +KEY +USED +LEASED +REFUSED +RESET\nstrict +hourly +\* +20\/20 /);
    const preview = async (requests: number) => {
      const words = ["--requests", String(requests), "--window", "1s", "-o", "json"];
      const told = await mesh.cli(["limit", "preview", "leased/steady", ...words]);
      expect([told.code, told.stderr]).toEqual([0, ""]);
      return limitPreviewListSchema.parse(JSON.parse(told.stdout)).items[0];
    };
    const [same, wide] = [await preview(50), await preview(10_000)];
    expect(same?.asked).toBeGreaterThan(1000);
    expect(same?.wouldRefuse).toBeGreaterThan(0.6 * (same?.asked ?? 0));
    expect(wide).toMatchObject({ asked: same?.asked, refused: same?.refused, wouldRefuse: 0 });
    const json = await mesh.cli(["limit", "get", "-o", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ limit: "hourly", mode: "strict", shadow: false }, {}] });
  });
});

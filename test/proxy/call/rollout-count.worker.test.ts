import { describe, expect, it } from "vitest";
import type { RolloutReport } from "../../../src/model/message/rollout.ts";
import {
  dealing,
  SVC,
  hosts,
  versions,
  plain,
  named,
  STICKY,
  gate,
  object,
} from "../../support/worker/dealing-mesh.ts";
import type { Service } from "../../support/worker/test-mesh.ts";

describe("an isolate counts", () => {
  it("what a service did, by version and by the weight that dealt it", async () => {
    const reports: RolloutReport[] = [];
    const statuses = [200, 500, 404, 429, 503, 200];
    const service: Service = (_, nth) => new Response(null, { status: statuses[nth - 1] ?? 200 });
    const { ports, open } = gate();
    const env = { ROLLOUT: object(reports) };
    const mesh = dealing({ service, share: { weight: 50 }, random: [0, 0.9, 0.9, 0], env, ports });
    await versions(mesh, plain(6));
    open();
    await mesh.settle();
    expect(reports).toHaveLength(1);
    const [batch] = reports[0]?.batches ?? [];
    expect(batch).toMatchObject({ seq: 1, run: "a", weight: 50, refused: 0 });
    expect((batch?.stable.requests ?? 0) + (batch?.canary.requests ?? 0)).toBe(6);
    // 4xx are the caller's.
    expect((batch?.stable.failed ?? 0) + (batch?.canary.failed ?? 0)).toBe(2);
    expect(batch).not.toHaveProperty("failedCallers");
  });

  it("a request once, by its first try, whatever a retry makes of it", async () => {
    const reports: RolloutReport[] = [];
    const retry = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  retry: {attempts: 2, on: [connect-failure, gateway-error]}
---
`;
    const service: Service = (_, nth) => new Response(null, { status: nth === 1 ? 503 : 200 });
    const mesh = dealing({ others: retry, service, env: { ROLLOUT: object(reports) } });
    expect((await mesh.send(SVC)).status).toBe(200);
    await mesh.settle();
    expect(reports[0]?.batches[0]?.canary).toMatchObject({ requests: 1, failed: 1 });
  });

  it("callers who met a failure by where they stand, where callers are dealt", async () => {
    const reports: RolloutReport[] = [];
    const service: Service = () => new Response(null, { status: 500 });
    const { ports, open } = gate();
    const mesh = dealing({ more: STICKY, service, env: { ROLLOUT: object(reports) }, ports });
    await versions(mesh, [named(1), named(1), named(2)]);
    open();
    await mesh.settle();
    expect(reports[0]?.batches[0]?.failedCallers).toHaveLength(2);
  });

  it("nothing while nobody looks at it", async () => {
    const mesh = dealing({ share: { isWatched: false }, env: { ROLLOUT: object([]) } });
    await versions(mesh, plain(2));
    expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
  });

  it("nothing of a request that its caller broke off", async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("gone"));
      },
    });
    const mesh = dealing({ env: { ROLLOUT: object([]) } });
    const answer = await mesh.send(SVC, { method: "POST", body: broken });
    expect(answer.status).toBe(400);
    expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
  });

  it("and tells again, under its number, what was not answered", async () => {
    const reports: RolloutReport[] = [];
    let isAway = true;
    const away = {
      getByName: () => ({
        take: (report: RolloutReport) => {
          reports.push(report);
          if (isAway) {
            throw new Error("away");
          }
          return { nextMs: 1000, share: { seq: 2, run: "a", weight: 0, isWatched: false, terms: "" } };
        },
      }),
    };
    const mesh = dealing({ env: { ROLLOUT: away } });
    await mesh.send(SVC);
    await mesh.settle();
    isAway = false;
    await mesh.send(SVC);
    await mesh.settle();
    expect(reports.map(({ batches }) => batches.map(({ seq }) => seq))).toEqual([[1], [1, 2]]);
    // What the controller answers holds at once.
    await mesh.send(SVC);
    expect(hosts(mesh)).toEqual(["two", "two", "one"]);
  });
});

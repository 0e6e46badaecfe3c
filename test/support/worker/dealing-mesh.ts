// A mesh of one service with a Rollout, whose weight a test says; and a controller that takes every report.
import { hearShare } from "../../../src/isolate/rollout-memory.ts";
import type { RolloutReport, Share } from "../../../src/model/message/rollout.ts";
import { serviceYaml, testMesh, type TestMesh, type TestMeshOptions } from "./test-mesh.ts";

export const V1 = `{url: "http://one.example", version: v1}`;
export const V2 = `{url: "http://two.example", version: v2}`;

const rollout = (more = ""): string => `
apiVersion: selvage.dev/v1
kind: Rollout
metadata: {name: orders, namespace: shop}
spec: {service: orders, stable: v1, canary: v2, steps: [{weight: 10, hold: 1m}, {weight: 100}]${more}}
---
`;

interface Dealt extends TestMeshOptions {
  readonly share?: Partial<Share> | null;
  readonly more?: string;
  readonly endpoints?: string;
  readonly others?: string;
}

export function dealing({
  share = {},
  more = "",
  endpoints = `[${V1}, ${V2}]`,
  others = "",
  ...options
}: Dealt = {}): TestMesh {
  const mesh = testMesh(serviceYaml("orders", endpoints) + rollout(more) + others, options);
  if (share !== null) {
    hearShare(mesh.state().rollouts, "shop/orders", {
      seq: 1,
      run: "a",
      weight: 10,
      isWatched: true,
      terms: "",
      ...share,
    });
  }
  return mesh;
}

export const SVC = "http://mesh.example/svc/orders.shop/";
export const hosts = ({ sent }: TestMesh): string[] => sent.map(({ url }) => new URL(url).hostname.split(".")[0] ?? "");

export async function versions(mesh: TestMesh, requests: readonly RequestInit[]): Promise<string[]> {
  for (const one of requests) {
    await mesh.send(SVC, one);
  }
  return hosts(mesh);
}

export const plain = (count: number): RequestInit[] => Array.from({ length: count }, () => ({}));
export const named = (nth: number): RequestInit => ({ headers: { cookie: `sid=${nth}` } });
export const STICKY = ", sticky: {by: ['cookie:sid', ip]}";

/** Nobody tells before the test lets them. */
export function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { ports: { sleep: () => opened }, open };
}

/** A controller that takes every report. */
export function object(reports: RolloutReport[], share: Share | null = null) {
  return {
    getByName: () => ({
      take: (report: RolloutReport) => {
        reports.push(report);
        return { nextMs: 1000, share };
      },
    }),
  };
}

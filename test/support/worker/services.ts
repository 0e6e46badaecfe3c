// Services that misbehave in the ways that matter, and a mesh in front of one with three endpoints.
import { vi } from "vitest";
import {
  routeYaml,
  serviceYaml,
  testMesh,
  TOLD_MORE,
  type Service,
  type TestMesh,
  type TestMeshOptions,
} from "./test-mesh.ts";

const ENDPOINTS =
  '[{url: "http://a.example", version: v1}, {url: "http://b.example", version: v2}, {url: "http://c.example", version: v1, priority: 1}]';

/** One rule on shop.example to the service shop/one, which is told more; `rule` goes on inside its YAML flow. */
export function meshOfOne(rule: string, options: TestMeshOptions = {}): TestMesh {
  return testMesh(
    serviceYaml("one", ENDPOINTS, TOLD_MORE) + routeYaml(`[{backendRefs: [{name: one}]${rule}}]`),
    options,
  );
}

/** Which endpoints were asked: "a", "b", "c". */
export const hosts = ({ sent }: TestMesh): string[] => sent.map(({ url }) => new URL(url).host[0] ?? "");

/** What workerd throws for a connection that was refused or reset. */
export const lost: Service = () => Promise.reject(new Error("Network connection lost."));

/** Never answers, until the mesh gives up on it. */
export const silent: Service = ({ signal }) =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new DOMException("The operation was aborted", "AbortError"));
    signal?.addEventListener("abort", stop);
  });

/** One status after the other, then 200; the body counts the tries. */
export const statuses =
  (...list: number[]): Service =>
  (_, nth) =>
    new Response(`try ${nth}`, { status: list[nth - 1] ?? 200 });

/** Lets the mesh's own timers run out while it waits for a service. Needs `vi.useFakeTimers()`. */
export async function after(ms: number, answer: Promise<Response>): Promise<Response> {
  await vi.advanceTimersByTimeAsync(ms);
  return answer;
}

// A mesh made of Anypoint's configuration: the importer's documents, compiled and served.
import { env } from "cloudflare:workers";
import { importAnypoint } from "../../../src/adapters/anypoint/import-anypoint.ts";
import { meshOf } from "./clients-mesh.ts";
import type { TestMesh } from "./test-mesh.ts";

export const V1 = "gateway.mulesoft.com/v1alpha1";
let nth = 0;

export interface Policy {
  readonly policyRef: { readonly name: string };
  readonly config?: object;
}
export const policy = (name: string, config?: object): Policy => ({ policyRef: { name }, ...(config && { config }) });

export const instance = (policies: readonly Policy[] = [], more: object = {}): object => ({
  apiVersion: V1,
  kind: "ApiInstance",
  metadata: { name: `orders-${++nth}`, labels: { secured: "yes" } },
  spec: {
    address: "http://shop.example/",
    services: { orders: { address: "http://orders.example:8080" } },
    policies,
    ...more,
  },
});

/** The mesh of an import, whose callers come from one address. */
export function mesh(documents: readonly unknown[], address = "203.0.113.7", options = {}): TestMesh {
  const made = importAnypoint(documents, options);
  const yaml = made.documents.map((one) => JSON.stringify(one)).join("\n---\n");
  const ports = { sleep: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, Math.min(ms, 500))) };
  return meshOf(yaml, {}, { env: { LIMITER: env.LIMITER, LOCAL_CLIENT_ADDRESS: address }, ports });
}
export const withPolicies = (...policies: Policy[]): TestMesh => mesh([instance(policies)]);

export const ask = async (on: TestMesh, path = "/", init: RequestInit = {}): Promise<number> =>
  (await on.send(`http://shop.example${path}`, init)).status;
export const asks = async (on: TestMesh, ...inits: RequestInit[]): Promise<number[]> => {
  const statuses: number[] = [];
  for (const init of inits) {
    statuses.push(await ask(on, "/", init));
  }
  return statuses;
};
export const as = (headers: Record<string, string>): RequestInit => ({ headers });

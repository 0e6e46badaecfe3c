// A public service with AuthorizationPolicies on it: for tests that ask which requests get through to it.
import { serviceYaml, testMesh, type TestMesh, type TestMeshOptions } from "./test-mesh.ts";

/** At its own address: any host, `/svc/orders.shop/…`. */
export const ORDERS = "http://any.example/svc/orders.shop";

/** Each spec as YAML flow: `action: DENY, rules: [{to: [{paths: [/admin/*]}]}]`. `more`: further documents. */
export function guarded(specs: readonly string[], more = "", options: TestMeshOptions = {}): TestMesh {
  const policies = specs.map(
    (spec, index) =>
      `apiVersion: selvage.dev/v1\nkind: AuthorizationPolicy\nmetadata: {name: p${index}, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], ${spec}}\n---\n`,
  );
  return testMesh(serviceYaml("orders") + policies.join("") + more, options);
}

/** The statuses of GETs, in order. */
export async function statusesOf(mesh: TestMesh, ...urls: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const url of urls) {
    statuses.push((await mesh.send(url)).status);
  }
  return statuses;
}

// Every kind of policy that judges requests is asked for requests through the mesh and for those of other proxies
// alike: a kind that is left out of the list of stages fails here.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { policyKinds } from "../../src/compile/policy/kinds.ts";
import { serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

/** What refuses everybody, in the words of each kind; the second request at the latest. */
const REFUSES: Readonly<Record<string, string>> = {
  AuthenticationPolicy: "mesh: {required: true}",
  AuthorizationPolicy: "action: DENY, rules: [{}]",
  IPAccessPolicy: "deny: [0.0.0.0/0]",
  RateLimitPolicy: "limits: [{name: one, requests: 1, burst: 1, window: 1h, mode: local, key: []}]",
};

const judging = policyKinds.filter(({ attaches }) => attaches === "requests").map(({ kind }) => kind);

it.each(judging)("%s", async (kind) => {
  const policy = `
apiVersion: selvage.dev/v1
kind: ${kind}
metadata: {name: none, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], ${REFUSES[kind]}}
`;
  const mesh = () => testMesh(serviceYaml("orders") + policy, { env: { ...env, LOCAL_MESH: "", ADAPTER_TOKEN: "t" } });
  const twice = async (ask: () => Promise<Response>): Promise<string> => {
    await ask();
    return (await ask()).headers.get("selvage-decision") ?? "";
  };
  const [through, asked] = [mesh(), mesh()];
  const named = new RegExp(`policy="${kind}/shop/none`);
  const address = { "cf-connecting-ip": "192.0.2.1" };
  expect(await twice(() => through.send("http://a.example/svc/orders.shop/", { headers: address }))).toMatch(named);
  const headers = { ...address, "selvage-adapter-token": "t", "x-forwarded-for": "192.0.2.1" };
  const url = "http://a.example/_selvage/authz/envoy/orders.shop/";
  expect(await twice(() => asked.ask(url, { headers }))).toMatch(named);
});

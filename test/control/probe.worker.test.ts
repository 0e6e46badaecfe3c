import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
it("answers", async () => {
  for (const p of ["/_selvage/healthz", "/_selvage/readyz", "/_selvage/v1/resources", "/_selvage/openapi.json", "/_selvage/docs","/_selvage/aply", "/%5fselvage/v1/applyy"]) {
  const response = await exports.default.fetch(new Request("http://mesh.test"+p, {headers:{authorization:"Bearer test-admin-token"}}));
  console.log(p, response.status, (await response.text()).slice(0, 300));
  }
  const r = await exports.default.fetch(new Request("http://mesh.test/_selvage/v1/apply", {method:"POST", headers:{authorization:"Bearer test-admin-token","content-type":"application/yaml"}, body:`apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:9"}]}
`}));
  console.log(r.status, await r.text());
  expect(1).toBe(1);
});

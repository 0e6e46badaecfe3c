// Principals of Istio are service accounts, those of the mesh services: what the input shows of who runs under which.
import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, service, specOf, told } from "../../support/istio/import.ts";

const deployment = (
  name: string,
  app: string,
  serviceAccountName: string | undefined,
  kind = "Deployment",
): object => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace: "shop" },
  spec: { template: { metadata: { labels: { app } }, spec: { serviceAccountName } } },
});

function guard(source: object, action: string, ...input: object[]): { rules: unknown; notes: string[] } {
  const spec = { selector: { matchLabels: { app: "orders" } }, action, rules: [{ from: [{ source }] }] };
  const { documents, notes } = importIstio([istio("AuthorizationPolicy", "guard", spec), service("orders"), ...input]);
  const { rules } = specOf(documents, "AuthorizationPolicy") as { rules: unknown };
  return { rules, notes: told(notes.filter(({ ref }) => ref.startsWith("AuthorizationPolicy"))) };
}

const web = "spiffe://mesh.local/ns/shop/sa/web";
const account = "cluster.local/ns/shop/sa/frontend";

describe("a service account", () => {
  it.each([
    ["principals", account],
    ["serviceAccounts", "frontend"],
    ["serviceAccounts", "shop/frontend"],
  ])("is the services that its pods stand behind: %s %s", (list, value) => {
    for (const kind of ["Deployment", "StatefulSet", "DaemonSet"]) {
      const input = [service("web"), deployment("web", "web", "frontend", kind)];
      expect(guard({ [list]: [value] }, "ALLOW", ...input)).toEqual({
        rules: [{ from: [{ principals: [web] }] }],
        notes: [],
      });
    }
  });

  it("of several services is all of them", () => {
    const input = ["web", "page"].flatMap((app) => [service(app), deployment(app, app, "frontend")]);
    expect(guard({ principals: [account] }, "ALLOW", ...input)).toEqual({
      rules: [{ from: [{ principals: [web, web.replace("web", "page")] }] }],
      notes: [],
    });
  });

  it("is default where pods name none", () => {
    const input = [service("web"), deployment("web", "web", undefined)];
    const { rules } = guard({ principals: ["cluster.local/ns/shop/sa/default"] }, "ALLOW", ...input);
    expect(rules).toEqual([{ from: [{ principals: [web] }] }]);
  });

  it("may be excluded once it is known whom that means", () => {
    const input = [service("web"), deployment("web", "web", "frontend")];
    const { rules, notes } = guard({ notPrincipals: [account] }, "ALLOW", ...input);
    expect([rules, notes]).toEqual([[{ when: [{ key: "source.principal", notValues: [web] }] }], []]);
    expect(guard({ notPrincipals: [account] }, "ALLOW").rules).toEqual([]);
  });

  it("that shares a service with others is told, and never excluded", () => {
    const input = [service("web"), deployment("a", "web", "frontend"), deployment("b", "web", "other")];
    const { rules, notes } = guard({ principals: [account] }, "ALLOW", ...input);
    expect(rules).toEqual([{ from: [{ principals: [web] }] }]);
    expect(notes).toEqual([expect.stringContaining("not after its Kubernetes service account")]);
    expect(guard({ notPrincipals: [account] }, "ALLOW", ...input).rules).toEqual([]);
  });

  it("without a service keeps its own name, and is told", () => {
    const { rules, notes } = guard({ principals: [account] }, "ALLOW", deployment("job", "job", "frontend"));
    expect(rules).toEqual([{ from: [{ principals: ["spiffe://mesh.local/ns/shop/sa/frontend"] }] }]);
    expect(notes).toHaveLength(1);
  });
});

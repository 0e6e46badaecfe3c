import { describe, expect, it } from "vitest";
import { parseDocument, parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { refusalOf, specOf, told } from "../../support/documents/expect-refusal.ts";
import { minimal } from "../../support/documents/samples.ts";

const service = minimal["Service"]!;
const head = "apiVersion: selvage.dev/v1\nkind: Service\n";

describe("the envelope", () => {
  it.each([
    [
      "an unknown kind that is near a known one",
      service.replace("Service", "Srvice"),
      'SLV1102 /kind 2:7 | There is no kind "Srvice" | Did you mean Service?',
    ],
    [
      "a kind in the wrong case",
      service.replace("Service", "service"),
      'SLV1102 /kind 2:7 | There is no kind "service" | Did you mean Service?',
    ],
    [
      "a kind that is served elsewhere only",
      service.replace("Service", "GRPCRoute"),
      "SLV1107 /kind 2:7 | GRPCRoute cannot be served: gRPC ends every call with HTTP/2 trailers, which the Workers runtime does not pass on | Use an HTTPRoute: gRPC-Web passes as HTTP.",
    ],
    [
      "another apiVersion",
      service.replace("selvage.dev/v1", "selvage.dev/v2"),
      'SLV1103 /apiVersion 1:13 | There is no Service in "selvage.dev/v2" | Write apiVersion: selvage.dev/v1 or v1.',
    ],
    [
      "a Rollout of Argo",
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\n",
      'SLV1103 /apiVersion 1:13 | There is no Rollout in "argoproj.io/v1alpha1" | Translate it with `selvage import argo-rollouts -f FILE`.',
    ],
    [
      "a Canary of Flagger",
      "apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: x}\n",
      "SLV1107 /kind 2:7 | Canary cannot be served: the mesh has Rollouts of its own | Translate it with `selvage import flagger -f FILE`.",
    ],
    [
      "no apiVersion",
      "kind: Cluster\nmetadata: {name: x}\n",
      'SLV1105 /apiVersion 1:1 | The field "apiVersion" is missing in the document | Add apiVersion: selvage.dev/v1.',
    ],
    [
      "a field beside the five",
      `${service}specs: {}\n`,
      'SLV1101 /specs 4:1 | There is no field "specs" in the document | Did you mean spec?',
    ],
    [
      "no metadata",
      head,
      'SLV1105 /metadata 1:1 | The field "metadata" is missing in the document | Add metadata with a name.',
    ],
    [
      "no name",
      `${head}metadata: {namespace: x}\n`,
      'SLV1105 /metadata/name 3:1 | The field "name" is missing in metadata | Add name.',
    ],
    [
      "no spec where one is needed",
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n",
      'SLV1105 /spec 1:1 | The field "spec" is missing in the document | Add spec: without it the HTTPRoute says nothing.',
    ],
    [
      "a mesh-wide kind in a namespace",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, namespace: y}\n",
      'SLV1108 /metadata/namespace 3:32 | A Namespace belongs to the whole mesh, not to the namespace "y" | Remove namespace.',
    ],
    [
      "a text instead of a document",
      "hello\n",
      "SLV1104  1:1 | A document must be a mapping with apiVersion, kind, metadata and spec | Check the indentation and the --- lines.",
    ],
    [
      "labels that are not text",
      `${head}metadata:\n  name: a\n  labels:\n    version: 1\n    bad key: x\n`,
      'SLV1104 /metadata/labels/version 6:14 | Expected a text, found the number 1 | Put it in quotes: "1".',
      'SLV1104 /metadata/labels/bad key 7:5 | "bad key" is not a label key | Use up to 63 letters, digits, - _ . with an optional domain/ in front.',
    ],
    [
      "a number that JSON cannot say",
      `${head}metadata: {name: a}\nspec: {openapi: {inline: {a: .nan}}}\n`,
      "SLV1104 /spec/openapi/inline/a 4:30 | NaN is not a number that a document can hold | Write a finite number.",
    ],
  ])("refuses %s", (_, text, ...findings) => {
    expect(told(text)).toEqual(findings);
  });

  it.each(["A", "-a", "a-", "a_b", "a.b", "a".repeat(64), '""', '"a b"', "ä"])("refuses the name %s", (name) => {
    expect(told(`${head}metadata: {name: ${name}}\n`)).toEqual([
      expect.stringMatching(/^SLV1108 \/metadata\/name 3:18 \| .* is not a name \| Use 1 to 63 lower-case letters/),
    ]);
  });

  it.each(["a", "'0'", "a-b", "a".repeat(63), "v1"])("takes the name %s", (name) => {
    expect(parseDocuments(`${head}metadata: {name: ${name}}\n`, "yaml")).toMatchObject({ ok: true });
  });

  it.each(["a.b", "shop.example.com", `${"a".repeat(60)}.${"b".repeat(192)}`])(
    "takes the dotted name %s where it makes no host",
    (name) => {
      const dotted = `apiVersion: selvage.dev/v1\nkind: Application\nmetadata: {name: ${name}}\n`;
      expect(parseDocuments(dotted, "yaml")).toMatchObject({ ok: true });
    },
  );

  it.each(["a..b", ".a", "a.", "A.b", "a_b", "a".repeat(254)])("refuses the name %s everywhere", (name) => {
    const text = `apiVersion: selvage.dev/v1\nkind: Application\nmetadata: {name: ${name}}\n`;
    expect(told(text)).toEqual([expect.stringMatching(/^SLV1108 \/metadata\/name/)]);
  });

  it("passes a GatewayClass over, with a warning", () => {
    const text = `${service}---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: any}\nspec: {controllerName: example.net/any}\n`;
    const parsed = parseDocuments(text, "yaml");
    expect(parsed).toMatchObject({
      ok: true,
      documents: [{}],
      warnings: [{ code: "SLV1024", ref: "GatewayClass/default/any" }],
    });
  });

  it("passes over what a cluster runs, with a warning each, and refuses what guards or routes there", () => {
    const runs = [
      "v1 ServiceAccount",
      "v1 ConfigMap",
      "apps/v1 Deployment",
      "batch/v1 CronJob",
      "autoscaling/v2 HorizontalPodAutoscaler",
      "discovery.k8s.io/v1 EndpointSlice",
      "rbac.authorization.k8s.io/v1 ClusterRole",
    ];
    const text = (one: string): string =>
      `---\napiVersion: ${one.split(" ")[0]}\nkind: ${one.split(" ")[1]}\nmetadata: {name: any, namespace: shop}\ndata: {a: b}\n`;
    const parsed = parseDocuments(service + runs.map(text).join(""), "yaml");
    expect(parsed.ok && parsed.documents.length).toBe(1);
    expect(parsed.ok && parsed.warnings.map(({ code, ref, severity }) => `${severity} ${code} ${ref}`)).toEqual(
      runs.map((one) => `warning SLV1024 ${one.split(" ")[1]}/shop/any`),
    );
    for (const one of [
      "v1 Secret",
      "networking.k8s.io/v1 Ingress",
      "networking.k8s.io/v1 NetworkPolicy",
      "apps.example.com/v1 Deployment",
      "kustomize.config.k8s.io/v1beta1 Kustomization",
    ]) {
      expect(refusalOf(service + text(one)).errors?.[0], one).toMatchObject({ code: "SLV1107", pointer: "#/1/kind" });
    }
  });

  it("says why each kind that it cannot serve is refused, and what to do", () => {
    for (const kind of [
      "GRPCRoute",
      "TCPRoute",
      "TLSRoute",
      "UDPRoute",
      "GatewayClass",
      "Deployment",
      "VirtualService",
    ]) {
      const [item] = refusalOf(service.replace("Service", kind)).errors ?? [];
      expect(item).toMatchObject({
        code: "SLV1107",
        detail: expect.stringMatching(`^${kind} cannot be served: .{20}`),
      });
      expect(item?.hint).toMatch(/\.$/);
    }
  });
});

describe("what is taken and not kept", () => {
  it("ignores status and what servers write into metadata", () => {
    const owned =
      "uid: x, resourceVersion: '7', generation: 3, creationTimestamp: null, managedFields: [{}], revision: 4";
    const text = `${head}metadata: {name: a, ${owned}}\nstatus: {conditions: []}\n`;
    const parsed = parseDocuments(text, "yaml");
    expect(parsed.ok && parsed.documents[0]?.document).toEqual({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: "a", namespace: "default", labels: {}, annotations: {} },
      spec: { exposure: "mesh", assertion: "caller", endpoints: [], links: [] },
    });
  });

  it("counts a null as absent, as Kubernetes does, but keeps it where anything is kept", () => {
    expect(
      specOf(`${head}metadata: {name: a, labels: }\nspec:\n  owner:\n  endpoints: [{url: null, binding: B}]\n`),
    ).toEqual({
      exposure: "mesh",
      assertion: "caller",
      endpoints: [{ binding: "B", weight: 1, priority: 0 }],
      links: [],
    });
    const core = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: null}\n";
    expect(specOf(core)).toEqual({ clusterIP: null });
  });

  it("still misses a required field that is null", () => {
    expect(told(`${head}metadata: {name: null}\n`)).toEqual([
      'SLV1105 /metadata/name 3:18 | The field "name" is missing in metadata | Add name.',
    ]);
  });

  it("keeps a core Service's spec as it stands", () => {
    const text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}], whatever: true}\n";
    expect(specOf(text)).toEqual({ ports: [{ port: 80 }], whatever: true });
  });
});

describe("parseDocument", () => {
  it("reads a value and fills its defaults", () => {
    const parsed = parseDocument({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    expect(parsed).toEqual({
      ok: true,
      document: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", namespace: "default", labels: {}, annotations: {} },
        spec: {},
      },
      warnings: [],
    });
  });

  it("tells findings by pointers without an index, and without places", () => {
    const parsed = parseDocument({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: "a" },
      spec: { x: 1 },
    });
    expect(parsed.ok ? [] : parsed.refusal.errors).toEqual([
      {
        pointer: "#/spec/x",
        code: "SLV1101",
        detail: 'There is no field "x" in spec',
        hint: expect.stringMatching(/^The fields there are description, owner, exposure,/),
      },
    ]);
  });

  it("refuses a value that nests for ever", () => {
    let value: unknown = {};
    for (let depth = 0; depth < 10_000; depth++) {
      value = { a: value };
    }
    expect(parseDocument(value)).toMatchObject({
      ok: false,
      refusal: { problem: "malformed", errors: [{ code: "SLV1110", pointer: "#" }] },
    });
  });
});

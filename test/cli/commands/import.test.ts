// import: documents on stdout, notes on stderr, exit codes. No mesh is asked.
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { CommandBench } from "../../support/command-bench.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

const HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n";
const CLEAN = `${HEAD}spec: {hosts: [web], http: [{route: [{destination: {host: web}}]}]}\n`;
const NOTED = `${HEAD}spec: {hosts: [web], tcp: [{}], http: [{route: [{destination: {host: web}}]}]}\n`;

describe("import", () => {
  it("prints documents that apply takes, and nothing but a count beside them when nothing is lost", async () => {
    const path = bench.file("web.yaml", `${CLEAN}---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n`);
    const { code, stdout, stderr } = await bench.run("import", "istio", "-f", path, "--strict");
    expect([code, stderr]).toEqual([0, "2 documents, 0 notes (0 dropped, 0 changed)"]);
    const parsed = parseDocuments(stdout, "yaml");
    expect(parsed.ok && parsed.documents.map(({ document }) => document.kind)).toEqual(["HTTPRoute", "Service"]);
  });

  it("tells what is lost on stderr, and goes on", async () => {
    const { code, stdout, stderr } = await bench.run("import", "istio", "-f", bench.file("web.yaml", NOTED));
    expect(code).toBe(0);
    expect(stdout).toContain("kind: HTTPRoute");
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(/^dropped  .*web\.yaml:4  VirtualService\/default\/web \/spec\/tcp$/),
      expect.stringMatching(/^  Raw TCP does not reach the mesh/),
      "1 document, 1 note (1 dropped, 0 changed)",
    ]);
  });

  it("prints no documents with --strict when there is a note, so that a pipe applies nothing, and answers 6", async () => {
    const path = bench.file("web.yaml", NOTED);
    const { code, stdout, stderr } = await bench.run("import", "istio", "-f", path, "--strict");
    expect([code, stdout]).toEqual([6, ""]);
    expect(stderr).toContain("everything must be expressed as it was");
    const json = await bench.run("import", "istio", "-f", path, "--strict", "-o", "json");
    expect([json.code, JSON.parse(json.stdout).documents]).toEqual([6, []]);
  });

  it("prints documents and notes as JSON, and names for scripts", async () => {
    const path = bench.file("web.yaml", NOTED);
    const json = JSON.parse((await bench.run("import", "istio", "-f", path, "-o", "json")).stdout);
    expect(json.documents).toHaveLength(1);
    expect(json.notes).toMatchObject([
      { ref: "VirtualService/default/web", pointer: "/spec/tcp", severity: "dropped", line: 4 },
    ]);
    expect((await bench.run("import", "istio", "-f", path, "-o", "name")).stdout).toBe("httproute/web");
  });

  it("reads folders of YAML and JSON of the Gateway API", async () => {
    bench.file(
      "a.json",
      '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}]}',
    );
    bench.file("b.yaml", "apiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: b}\n");
    const { code, stdout, stderr } = await bench.run("import", "gateway-api", "-f", bench.folder);
    expect(code).toBe(0);
    expect(stdout).toBe("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a");
    expect(stderr).toMatch(/dropped  .*b\.yaml:1  GRPCRoute\/default\/b\n {2}The mesh has no GRPCRoute/);
    expect(stderr.split("\n").filter((line) => line.startsWith("  ") && line.length > 80)).toEqual([]);
  });

  it("finds the line of a document inside a list", async () => {
    const list = ["kind: List", "items:", "  - apiVersion: v1", "    kind: Pod", "    metadata: {name: p}", ""].join(
      "\n",
    );
    const { stderr } = await bench.run("import", "istio", "-f", bench.file("list.yaml", list));
    expect(stderr).toMatch(/list\.yaml:3  Pod\/default\/p/);
  });

  it("says in which file text cannot be read, with exit code 6, and 2 for what is not there", async () => {
    const path = bench.file("bad.yaml", "a: [\n");
    const bad = await bench.run("import", "istio", "-f", path);
    expect([bad.code, bad.stdout]).toEqual([6, ""]);
    expect(bad.stderr).toContain(`${path}:`);
    expect((await bench.run("import", "istio", "-f", "/nowhere.yaml")).code).toBe(2);
    expect((await bench.run("import", "linkerd", "-f", path)).code).toBe(2);
  });

  it("puts the trust domain into principals", async () => {
    const policy = [
      "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: web}",
      "spec: {selector: {matchLabels: {app: web}}, rules: [{from: [{source: {principals: [cluster.local/ns/a/sa/b]}}]}]}",
    ];
    const path = bench.file("authz.yaml", policy.join("\n"));
    const { stdout } = await bench.run("import", "istio", "-f", path, "--trust-domain", "shop.example");
    expect(stdout).toContain("spiffe://shop.example/ns/a/sa/b");
  });

  it("makes Rollouts of Canaries and of Argo's Rollouts, with the lines of what is lost", async () => {
    const canary = [
      "apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: web}",
      "spec:\n  targetRef: {name: web}\n  analysis:\n    interval: 1m\n    stepWeight: 50\n    mirror: true\n",
    ].join("\n");
    const flagger = await bench.run("import", "flagger", "-f", bench.file("canary.yaml", canary));
    expect(flagger.code).toBe(0);
    const parsed = parseDocuments(flagger.stdout, "yaml");
    const steps = [
      { weight: 50, hold: "1m" },
      { weight: 100, hold: "1m" },
    ];
    expect(parsed.ok && parsed.documents.map(({ document }) => document.spec)).toMatchObject([
      { service: "web", steps },
    ]);
    expect(flagger.stderr).toMatch(/dropped {2}.*canary\.yaml:9 {2}Canary\/default\/web \/spec\/analysis\/mirror\n/);
    const rollout = [
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}",
      "spec: {strategy: {canary: {stableService: web, steps: [{setWeight: 5}, {pause: {duration: 5m}}]}}}\n",
    ].join("\n");
    const path = bench.file("rollout.yaml", rollout);
    const argo = await bench.run("import", "argo-rollouts", "-f", path, "-o", "json");
    expect(JSON.parse(argo.stdout).documents).toMatchObject([
      { kind: "Rollout", spec: { service: "web", steps: [{ weight: 5, hold: "5m" }, { weight: 100 }] } },
    ]);
    const strict = await bench.run("import", "argo-rollouts", "-f", path, "--strict");
    expect([strict.code, strict.stdout]).toEqual([6, ""]);
  });

  it("can be piped into another command that reads standard input", () => {
    const command = `"${process.execPath}" src/cli/main.ts import`;
    const script = `${command} istio -f "${bench.file("web.yaml", CLEAN)}" | ${command} gateway-api -f - -o name`;
    const cwd = new URL("../../..", import.meta.url).pathname;
    const { status, stdout } = spawnSync("bash", ["-c", script], { cwd, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, "httproute/web\n"]);
  }, 30_000);
});

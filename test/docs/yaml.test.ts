// Every YAML block of README and docs is what the mesh takes: whole documents as they stand, and parts of one in the
// place that the page means them for.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { parseDocuments } from "../../src/model/read/parse-documents.ts";

const root = new URL("../..", import.meta.url).pathname;

interface Block {
  readonly page: string;
  readonly text: string;
}

const blocks: readonly Block[] = ["README.md", ...globSync("docs/*.md", { cwd: root }).toSorted()].flatMap((page) =>
  // A pod's is for Kubernetes.
  [...readFileSync(root + page, "utf8").matchAll(/^```yaml\n(?!# in the pod)([\s\S]*?)^```$/gm)].map(
    ([, text = ""]) => ({
      page,
      text,
    }),
  ),
);

const SERVICE = { targetRefs: [{ kind: "Service", name: "orders" }] };

/** By the first field of a part: the document around it. */
const around: Readonly<Record<string, (part: object) => object>> = {
  rules: (part) => ({ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", spec: part }),
  spec: (part) => ({ apiVersion: "selvage.dev/v1", kind: "Service", ...part }),
  retry: (part) => ({ apiVersion: "selvage.dev/v1", kind: "TrafficPolicy", spec: { ...SERVICE, ...part } }),
  concurrency: (part) => ({ apiVersion: "selvage.dev/v1", kind: "TrafficPolicy", spec: { ...SERVICE, ...part } }),
};

function whole(text: string): string {
  if (/^apiVersion:/m.test(text)) {
    return text;
  }
  const part: unknown = parse(text);
  const [first = ""] = typeof part === "object" && part !== null ? Object.keys(part) : [];
  const made = around[first]?.(part as object);
  return stringify({ ...made, metadata: { name: "part" } });
}

describe.each(blocks)("$page", ({ text }) => {
  it(`has what is taken: ${text.split("\n").find((line) => !line.startsWith("#")) ?? ""}`, () => {
    const parsed = parseDocuments(whole(text), "yaml");
    expect(parsed.ok ? [] : [parsed.refusal.detail, parsed.refusal.errors], text).toEqual([]);
  });
});

it("reads blocks of many pages", () => {
  expect(new Set(blocks.map(({ page }) => page)).size).toBeGreaterThan(8);
});

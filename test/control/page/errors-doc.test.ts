// docs/errors.md is made from the tables of codes: this compares, and `vitest run test/control/page/errors-doc.test.ts
// -u` writes it anew.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type CodeExplanation, explainCodes } from "../../../src/control/page/explain-code.ts";

const root = new URL("../../../", import.meta.url);

const families: readonly (readonly [prefix: string, title: string])[] = [
  ["SLV10", "Documents and calls"],
  ["SLV11", "Findings: form of a document"],
  ["SLV12", "Findings: references between documents"],
  ["SLV13", "Findings: the mesh as a whole"],
  ["SLV2", "Identity"],
  ["SLV3", "Concurrency"],
  ["SLV4", "Limits"],
  ["SLV5", "Traffic"],
  ["SLV9", "The mesh itself"],
];

function markdown(codes: readonly CodeExplanation[]): string {
  const sections = families.flatMap(([prefix, title]) => {
    const members = codes.filter(({ code }) => code.startsWith(prefix));
    return members.length === 0 ? [] : [`## ${title}\n\n${members.map(entry).join("\n")}`];
  });
  return `# Errors

Every refusal is \`application/problem+json\` (RFC 9457) with one of these codes in \`code\`. Codes are stable and never
reused. The mesh explains its own codes too: \`/_selvage/problems/<code>\`.

A code with a status is a problem: the answer as a whole. A code without one is a finding: it stands in the \`errors\` or
\`warnings\` of an answer about documents, with a JSON Pointer, line and column (when the source was text), and usually a
hint that says what to do.

${sections.join("\n")}`;
}

function entry({ code, title, status, why, fix }: CodeExplanation): string {
  if (status === null) {
    return `### ${code}\n\n${title}.\n`;
  }
  return `### ${code}\n\n**${title}.** Status ${status}.\n\n${why}\n\n_What to do:_ ${fix}\n`;
}

it("says in docs/errors.md what every code means and what to do", async () => {
  await expect(markdown(explainCodes())).toMatchFileSnapshot("../../../docs/errors.md");
});

it("has an entry for every code that the source mentions", () => {
  const explained = new Set(explainCodes().map(({ code }) => code));
  const sources = ["src", "durable"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(new URL(`${folder}/${name}`, root), "utf8")),
  );
  const mentioned = new Set(sources.flatMap((text) => text.match(/\bSLV\d{4}\b/g) ?? []));
  expect(mentioned.size).toBeGreaterThan(60);
  expect([...mentioned].filter((code) => !explained.has(code))).toEqual([]);
});

it("gives each code one meaning", () => {
  const codes = explainCodes().map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});

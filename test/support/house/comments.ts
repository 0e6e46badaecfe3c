// House rule about comments: what stands beyond the edge of an editor is not read.
import type { Rule } from "./rule.ts";

const MOST_COLUMNS = 120;

export const narrowComments: Rule = {
  rule: `comments fit in ${MOST_COLUMNS} columns`,
  because: "the formatter breaks code and leaves comments; what stands beyond the edge is not read",
  mend: "break the line, or say it in fewer words",
  check: ({ sources }) =>
    sources.flatMap(({ path, text, comments }) => {
      const lines = text.split("\n");
      return comments
        .filter(({ line }) => (lines[line - 1] ?? "").length > MOST_COLUMNS)
        .map(({ line }) => ({ path, line, what: `${(lines[line - 1] ?? "").length} columns` }));
    }),
  breaks: [
    { files: { "src/model/a.ts": `// ${"x".repeat(MOST_COLUMNS)}\n/** a\n * ${"y".repeat(120)} */` }, violations: 2 },
  ],
  keeps: { "src/model/a.ts": `// ${"x".repeat(MOST_COLUMNS - 3)}\nconst a = "// ${"x".repeat(MOST_COLUMNS)}";` },
};

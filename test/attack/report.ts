// What was tried, expected and seen, as the page docs/attacks.md.
import type { Attack } from "./setting.ts";

export interface Outcome {
  readonly topic: string;
  readonly attack: Attack;
  readonly seen: string;
}

export function report(outcomes: readonly Outcome[]): string {
  const topics = Map.groupBy(outcomes, ({ topic }) => topic);
  const tables = [...topics].map(([topic, list]) => {
    const rows = list.map(
      ({ attack, seen }) => `| ${prose(attack.what)} | ${prose(attack.expected)} | \`${cell(seen)}\` |`,
    );
    return `## ${topic}\n\n| tried | expected | seen |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Attacks

What was tried against a local mesh, what should come of it, and what came of it; written by \`npx node test/attack/run.ts --write\`, and tried
again by the same command without it. [Security](security.md) says which rules these try to break.

${tables.join("\n")}`;
}

/** Outside of backticks two underscores would be bold type. */
const prose = (text: string): string => cell(text).replaceAll("__", String.raw`\_\_`);

/** One line without what a table is made of; ports differ from run to run. */
function cell(text: string): string {
  return text
    .slice(0, 160)
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", "¦")
    .replaceAll("`", "'")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1");
}

// Attacks on a mesh, one after the other: `npx node test/attack/run.ts [words]` tries those whose text holds the words
// against a local mesh, prints what came of each, and ends with 1 when one of them succeeds. `--write` renews
// docs/attacks.md.
import { writeFileSync } from "node:fs";
import { ATTACKS } from "./attacks.ts";
import { openSetting, type Attack } from "./setting.ts";
import { report, type Outcome } from "./report.ts";

/** What could not be tried proves nothing, though it was not let in either. */
const FAILED = "failed: ";
const hasHeld = ({ holds }: Attack, seen: string): boolean => !seen.startsWith(FAILED) && holds.test(seen);

const words = process.argv.slice(2).filter((one) => !one.startsWith("--"));
const { setting, close } = await openSetting();
const outcomes: Outcome[] = [];
try {
  for (const [topic, attacks] of ATTACKS) {
    for (const attack of attacks) {
      if (!words.every((word) => `${topic} ${attack.what}`.includes(word))) {
        continue;
      }
      const seen = await attack.run(setting).catch((error: unknown) => `${FAILED}${String(error)}`);
      const holds = hasHeld(attack, seen);
      outcomes.push({ topic, attack, seen });
      console.log(`${holds ? "held  " : "BROKEN"} ${topic}: ${attack.what} → ${seen.slice(0, 300)}`);
    }
  }
} finally {
  await close();
}
const broken = outcomes.filter(({ attack, seen }) => !hasHeld(attack, seen));
console.log(`${outcomes.length} attacks, ${broken.length} broken`);
if (process.argv.includes("--write")) {
  writeFileSync(new URL("../../docs/attacks.md", import.meta.url), report(outcomes));
}
process.exit(broken.length === 0 ? 0 : 1);

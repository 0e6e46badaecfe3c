// One vocabulary of health for every screen, made of what `selvage status` tells: a word, a sign and a shape, never a
// colour alone.
import type { HealthWord } from "../model/api/signals.ts";
import type { MeshStatus } from "../status/mesh-status.ts";
import type { Severity } from "../status/trouble.ts";

/** The words that the API has, and that of what somebody should know although nothing is wrong. */
export type ShownHealth = HealthWord | "notice";

export const healthSigns: Readonly<Record<ShownHealth, string>> = {
  failing: "▲",
  degraded: "◆",
  notice: "◌",
  healthy: "●",
  idle: "○",
  draining: "↓",
  unknown: "?",
};

const words: Readonly<Record<Severity, ShownHealth>> = { down: "failing", degraded: "degraded", notice: "notice" };

export const healthWordOf = (severity: Severity): ShownHealth => words[severity];

/** Of documents, by ref: the worst that is told of each. */
export function healthByRef(status: MeshStatus): (ref: string) => ShownHealth {
  const words = new Map<string, ShownHealth>(status.idle.map((ref) => [ref, "idle"]));
  // The worst is told first.
  for (const { ref, severity } of status.problems.toReversed()) {
    words.set(ref ?? "", healthWordOf(severity));
  }
  return (ref) => words.get(ref) ?? "healthy";
}

/** Of an endpoint, in the same words. */
export function healthOfEndpoint(health: "healthy" | "unhealthy" | "draining" | "unknown"): ShownHealth {
  return health === "unhealthy" ? "failing" : health;
}

/** One line over everything: `▲ 1 failing · ◆ 2 degraded · ● 14 healthy`. */
export function healthSummary(status: MeshStatus): string {
  const worst = new Map<string, ShownHealth>();
  for (const { ref, severity } of status.problems) {
    const key = ref ?? "mesh";
    if (!worst.has(key)) {
      worst.set(key, healthWordOf(severity));
    }
  }
  const count = (word: ShownHealth): number => [...worst.values()].filter((one) => one === word).length;
  const troubled = [...worst.keys()].filter((ref) => ref.startsWith("Service/")).length;
  const healthy = Math.max(0, status.services - troubled - status.idle.filter((ref) => !worst.has(ref)).length);
  const parts: [ShownHealth, number][] = [
    ["failing", count("failing")],
    ["degraded", count("degraded")],
    ["healthy", healthy],
    ["idle", status.idle.length],
  ];
  return parts
    .filter(([word, number]) => number > 0 || word === "healthy")
    .map(([word, number]) => `${healthSigns[word]} ${number} ${word}`)
    .join(" · ");
}

// What a house rule is. Each one carries a sample that breaks it, so that a rule which no longer sees anything is
// noticed.
import type { Source } from "./source.ts";

/**
 * The whole tree: every TypeScript file, the paths of everything (for rules about names), and what is written about it.
 */
export interface House {
  readonly sources: readonly Source[];
  readonly paths: readonly string[];
  /** Markdown at the top and in docs, but for what speaks of the past. */
  readonly documents: readonly { readonly path: string; readonly text: string }[];
  /** Whatever a text may name: beside `paths`, documents, migrations and settings. */
  readonly named: ReadonlySet<string>;
}

export interface Violation {
  readonly path: string;
  readonly line?: number;
  readonly what: string;
}

export interface Rule {
  /** A sentence: the rule itself. */
  readonly rule: string;
  /** Why it is there. */
  readonly because: string;
  /** What to do when it fails. */
  readonly mend: string;
  readonly check: (house: House) => Violation[];
  /** Small trees that break the rule: path → text. Each must give exactly `violations` findings. */
  readonly breaks: readonly { readonly files: Readonly<Record<string, string>>; readonly violations: number }[];
  /** A small tree that looks similar and is fine. */
  readonly keeps: Readonly<Record<string, string>>;
}

/** Rule, places, reason and mend, as the failing test prints them. */
export function report(rule: Rule, violations: readonly Violation[]): string {
  const places = violations.map(({ path, line, what }) => `  ${path}${line === undefined ? "" : `:${line}`}  ${what}`);
  return [`House rule: ${rule.rule}`, ...places, `Why: ${rule.because}`, `Mend: ${rule.mend}`].join("\n");
}

/** `src/proxy/route.ts` → `proxy`; `durable/mesh.ts` → `durable`; `src/index.ts` → `index.ts`. */
export function layer(path: string): string {
  const parts = path.split("/");
  return (parts[0] === "src" ? parts[1] : parts[0]) ?? "";
}

/** Product code: what runs in the Worker, the CLI or the agent. */
export const isProduct = (path: string): boolean => path.startsWith("src/") || path.startsWith("durable/");

/** What decides without a clock, randomness, I/O or memory of its own. */
export const isPure = (path: string): boolean => /^src\/(decide\/|compile\/|change\/plan)/.test(path);

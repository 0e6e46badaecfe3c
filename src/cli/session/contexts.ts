// Meshes that somebody works with, by name: address, token, namespace. One file of the user's own, readable by nobody
// else.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";

const fileSchema = z.object({
  current: z.string().nullable(),
  contexts: z.record(
    z.string(),
    z.object({ server: z.string(), token: z.string().nullable(), namespace: z.string().nullable() }),
  ),
});

type Contexts = z.infer<typeof fileSchema>;
type Context = Contexts["contexts"][string];

const NO_CONTEXTS: Contexts = { current: null, contexts: {} };

type Environment = Readonly<Record<string, string | undefined>>;

export function contextsFile(environment: Environment): string {
  const { SELVAGE_CONFIG: given, XDG_CONFIG_HOME: config } = environment;
  return given || join(config || join(homedir(), ".config"), "selvage", "contexts.json");
}

/** Those of the file; none without one. Throws where it cannot be read: to write over it would lose tokens. */
export function readContexts(environment: Environment): Contexts {
  const file = contextsFile(environment);
  if (!existsSync(file)) {
    return NO_CONTEXTS;
  }
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new Error(`${file} cannot be read as contexts: mend it, or move it away`);
  }
}

/** Whole or not at all. */
export function writeContexts(environment: Environment, contexts: Contexts): void {
  const file = contextsFile(environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

/** The one that `--context`, SELVAGE_CONTEXT or `context use` names; null = none. */
export function contextOf(name: string | undefined, environment: Environment): Context | null | "unknown" {
  const contexts = readContexts(environment);
  const wanted = name || environment.SELVAGE_CONTEXT || contexts.current;
  if (wanted === null) {
    return null;
  }
  return Object.hasOwn(contexts.contexts, wanted) ? (contexts.contexts[wanted] ?? "unknown") : "unknown";
}

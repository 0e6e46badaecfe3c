// The machine-readable outputs: JSON as the API answered it, the same as YAML, or names for `xargs`.
import type { CliSession } from "../session/session.ts";
import { partsOfRef } from "../../model/word/refs.ts";

interface Views {
  /** What the API answered. */
  readonly data: unknown;
  /** Lines for people; `wide` asks for every column. */
  readonly human: (wide: boolean) => readonly string[];
  /** `kind/name`, one a line. */
  readonly names: () => readonly string[];
}

/** Prints the view that `-o` asks for on stdout. Nothing is printed for an empty one. */
export async function printData({ terminal, output }: CliSession, views: Views): Promise<void> {
  const text = await render(output, views);
  if (text !== "") terminal.out(text);
}

async function render(output: CliSession["output"], { data, human, names }: Views): Promise<string> {
  switch (output) {
    case "json":
      return JSON.stringify(data, null, 2);
    case "yaml": {
      const { stringify } = await import("yaml");
      return stringify(data, { lineWidth: 0 }).trimEnd();
    }
    case "name":
      return names().join("\n");
    case "table":
    case "wide":
      return human(output === "wide").join("\n");
  }
}

/** `HTTPRoute/shop/orders` → `httproute/orders in shop`: what a line names. The namespace `default` goes without saying. */
export function named(ref: string): string {
  const { namespace } = partsOfRef(ref);
  return namespace === "" || namespace === "default" ? shortRef(ref) : `${shortRef(ref)} in ${namespace}`;
}

/** `HTTPRoute/shop/orders` → `httproute/orders`, as kubectl writes it. */
export function shortRef(ref: string): string {
  const { kind, name } = partsOfRef(ref);
  return `${kind.toLowerCase()}/${name}`;
}

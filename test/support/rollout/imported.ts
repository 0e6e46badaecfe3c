// What an importer of Rollouts makes of files, as a person reviews it: documents, and notes a line each.
import { stringify } from "yaml";
import { importArgoRollouts } from "../../../src/adapters/argo/import-argo-rollouts.ts";
import { importFlagger } from "../../../src/adapters/flagger/import-flagger.ts";
import type { Imported } from "../../../src/adapters/source/import-note.ts";
import { readYaml } from "../../../src/model/read/yaml-source.ts";

export interface ImportedRollout {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly service: string;
    readonly steps: readonly { readonly weight: number; readonly hold?: string }[];
    readonly match?: readonly unknown[];
  };
}

/** The parsed documents of a text. */
export function valuesOf(yaml: string): readonly unknown[] {
  const read = readYaml(yaml);
  if (!read.ok) {
    throw new Error(JSON.stringify(read.items));
  }
  return read.sources.map(({ value }) => value);
}

/** @param name of the file, which begins with whose documents it has */
export const importerOf = (name: string): ((values: readonly unknown[]) => Imported) =>
  name.startsWith("flagger") ? importFlagger : importArgoRollouts;

export const rolloutsOf = ({ documents }: Imported): readonly ImportedRollout[] =>
  documents.filter(({ kind }) => kind === "Rollout") as unknown as readonly ImportedRollout[];

export function reviewed({ documents, notes }: Imported): string {
  const lines = notes.map(({ severity, ref, pointer, message }) => `${severity} ${ref} ${pointer}: ${message}`);
  return [...documents, { notes: lines }].map((one) => stringify(one, { lineWidth: 0 })).join("---\n");
}

// What a single document says that has no meaning, though it is allowed. What needs the whole mesh is the compiler's.
import type { Document } from "../document/document.ts";
import { kindNames, kinds } from "../document/kinds.ts";
import { KEEP_SLASHES, PATH_ENCODING } from "../document/field/path-encoding.ts";
import type { Finding } from "../word/finding.ts";
import { toPointer, type Path } from "../word/json-pointer.ts";
import { refOf } from "../word/refs.ts";

interface Named {
  readonly name: string;
}

/** Entries whose header name repeats an earlier one in other case; the specification has them ignored. */
function repeated(entries: readonly Named[]): number[] {
  const names = entries.map((entry) => entry.name.toLowerCase());
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));
}

/** Warnings about one document by itself. */
export function warningsOf(document: Document): Finding[] {
  return [...annotationWarnings(document), ...headerWarnings(document)];
}

/** What is misspelt there, or stands where nobody reads it, would be passed over in silence. */
function annotationWarnings({ kind, metadata }: Document): Finding[] {
  const said = Object.hasOwn(metadata.annotations, PATH_ENCODING) ? metadata.annotations[PATH_ENCODING] : undefined;
  const isHeeded = kinds[kind].annotations?.[PATH_ENCODING] !== undefined;
  if (said === undefined || (isHeeded && said === KEEP_SLASHES)) {
    return [];
  }
  const ref = refOf(kind, metadata.namespace, metadata.name);
  const pointer = toPointer(["metadata", "annotations", PATH_ENCODING]);
  const message = isHeeded
    ? `The annotation ${PATH_ENCODING} has the value "${said.slice(0, 60)}", which means nothing`
    : `The annotation ${PATH_ENCODING} means nothing on a document of kind ${kind}`;
  const hint = isHeeded
    ? `Write "${KEEP_SLASHES}", or remove it.`
    : `Write it on a ${HEEDING.join(", ")}, or remove it.`;
  return [{ severity: "warning", code: "SLV1112", ref, pointer, message, hint }];
}

const HEEDING = kindNames.filter((kind) => kinds[kind].annotations?.[PATH_ENCODING] !== undefined);

function headerWarnings(document: Document): Finding[] {
  if (document.kind !== "HTTPRoute") {
    return [];
  }
  const ref = refOf(document.kind, document.metadata.namespace, document.metadata.name);
  const findings: Finding[] = [];
  const look = (entries: readonly Named[], path: Path): void => {
    for (const index of repeated(entries)) {
      const message = `The header ${entries[index]?.name ?? ""} is ignored: an earlier entry has the same name in other case.`;
      const pointer = toPointer([...path, index, "name"]);
      findings.push({ severity: "warning", code: "SLV1111", ref, pointer, message, hint: "Remove one of the two." });
    }
  };
  for (const [rule, { matches, filters, backendRefs }] of document.spec.rules.entries()) {
    const base = ["spec", "rules", rule];
    for (const [index, match] of matches.entries()) {
      look(match.headers, [...base, "matches", index, "headers"]);
    }
    const lists = [
      { list: filters, at: [...base, "filters"] },
      ...backendRefs.map((ref, index) => ({ list: ref.filters, at: [...base, "backendRefs", index, "filters"] })),
    ];
    for (const { list, at } of lists) {
      for (const [index, filter] of list.entries()) {
        if (filter.type === "RequestHeaderModifier") {
          look(filter.requestHeaderModifier.set, [...at, index, "requestHeaderModifier", "set"]);
          look(filter.requestHeaderModifier.add, [...at, index, "requestHeaderModifier", "add"]);
        } else if (filter.type === "ResponseHeaderModifier") {
          look(filter.responseHeaderModifier.set, [...at, index, "responseHeaderModifier", "set"]);
          look(filter.responseHeaderModifier.add, [...at, index, "responseHeaderModifier", "add"]);
        }
      }
    }
  }
  return findings;
}

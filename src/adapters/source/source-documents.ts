// What every importer does with a document before it looks at its spec: lists are opened, metadata is read, what
// servers wrote is passed over.
import { SERVER_OWNED } from "../../model/document/field/metadata.ts";
import { NAME } from "../../model/document/field/names.ts";
import type { PlainDocument } from "./import-note.ts";
import { isRecord } from "../../model/word/record.ts";
import { Field } from "./source-field.ts";

export interface SourceDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly root: Field;
}

/** kubectl's and controllers' own bookkeeping. */
const BOOKKEEPING = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "rollout.argoproj.io/revision",
]);

/** The documents of parsed files, those inside lists too. Empty YAML documents are none. */
export function openDocuments(values: readonly unknown[]): SourceDocument[] {
  return values.flatMap((value) => documentsIn(value).map((one) => open(one.value)));
}

/** Asked of each document in turn: whether it is the first of its name. A second one is noted as dropped. */
export function firstOfEach(): (source: SourceDocument) => boolean {
  const seen = new Set<string>();
  return ({ apiVersion, root }) => {
    const identity = `${apiVersion.split("/")[0]} ${root.ref}`;
    const isFirst = !seen.has(identity);
    if (!isFirst) {
      root.drop(`${root.ref} is in the input twice: the first one is kept`);
    }
    seen.add(identity);
    return isFirst;
  };
}

/** A document, and where in its file's value it stands. */
interface Placed {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

function documentsIn(value: unknown, path: Placed["path"] = []): Placed[] {
  if (value === null || value === undefined) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((one: unknown, index) => documentsIn(one, [...path, index]));
  }
  if (isRecord(value) && Array.isArray(value["items"]) && /(^|List)$/.test(textOf(value["kind"]))) {
    return documentsIn(value["items"], [...path, "items"]);
  }
  return [{ value, path }];
}

/** Where each document of a file's value stands, by the name that notes have for it; of two with one name the first. */
export function placesIn(value: unknown): ReadonlyMap<string, Placed["path"]> {
  const places = documentsIn(value).map((one) => [open(one.value).root.ref, one.path] as const);
  return new Map(places.toReversed());
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function open(value: unknown): SourceDocument {
  const read = (from: unknown, key: string): string => {
    const found = isRecord(from) ? from[key] : undefined;
    return typeof found === "string" ? found : "";
  };
  const metadata = isRecord(value) ? value["metadata"] : undefined;
  const kind = read(value, "kind") || "Document";
  const namespace = read(metadata, "namespace") || "default";
  const name = read(metadata, "name") || "unnamed";
  const root = new Field(value, `${kind}/${namespace}/${name}`);
  root.at("apiVersion").take();
  root.at("kind").take();
  // The mesh that runs a document says how it is; what another control plane said of it is no part of it.
  root.at("status").take();
  return { apiVersion: read(value, "apiVersion"), kind, namespace, name, root };
}

/** Labels and annotations of the source as those of what is made of it; notes for the rest of its metadata. */
export function readMetadata({ root }: SourceDocument): Pick<PlainDocument["metadata"], "labels" | "annotations"> {
  const metadata = root.at("metadata");
  for (const name of ["name", "namespace", ...SERVER_OWNED]) {
    metadata.at(name).take();
  }
  const texts = (field: Field): Record<string, string> =>
    Object.fromEntries(
      field.members().flatMap(([key, value]) => {
        const text = value.text();
        return text === null || BOOKKEEPING.has(key) ? [] : [[key, text]];
      }),
    );
  const labels = texts(metadata.at("labels"));
  const annotations = texts(metadata.at("annotations"));
  return {
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

/** Names of documents here are DNS labels; Kubernetes also takes dots and more than 63 characters. */
export function labelName(name: string): string {
  if (NAME.test(name)) {
    return name;
  }
  const spelled = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return spelled.slice(0, 63).replace(/^-+|-+$/g, "") || "imported";
}

/** Gives names out once: a second document that wants one gets a number behind it. */
export class Names {
  readonly #taken = new Set<string>();

  take(kind: string, namespace: string, wanted: string): string {
    const base = labelName(wanted);
    for (let number = 1; ; number++) {
      const suffix = number === 1 ? "" : `-${String(number).padStart(2, "0")}`;
      const name = `${base.slice(0, 63 - suffix.length)}${suffix}`;
      const key = `${kind}/${namespace}/${name}`;
      if (this.#taken.has(key)) {
        continue;
      }
      this.#taken.add(key);
      return name;
    }
  }
}

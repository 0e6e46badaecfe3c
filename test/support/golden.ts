// A mesh in YAML → everything that the compiler says about it, in YAML that a person can review: statuses, findings and
// the snapshot. What stands on one line fits there; what is the same everywhere (times and generations) is left out.
import { isCollection, stringify, visit, Document as YamlDocument } from "yaml";
import { compile, type CompileOptions } from "../../src/compile/compile.ts";
import type { Condition } from "../../src/model/registry/status.ts";
import type { IdentityState } from "../../src/model/registry/identity.ts";
import { refOf } from "../../src/model/word/refs.ts";
import { documentsOf, NOW } from "./compiled.ts";

/** In a line `# options: {…}` of the input; each may be left out. */
interface GoldenOptions {
  readonly localMesh?: boolean;
  readonly identities?: IdentityState;
  /** Secrets that the Worker has. */
  readonly secrets?: readonly string[];
}

const LINE = 132;

/** @param yaml the documents, the oldest first */
export function goldenOf(yaml: string): string {
  const documents = documentsOf(yaml);
  const { statuses, findings, snapshot } = compile(documents, {
    revision: 1,
    now: NOW,
    createdAt: new Map(
      documents.map(({ kind, metadata }, at) => [
        refOf(kind, metadata.namespace, metadata.name),
        new Date(Date.parse("2026-11-01T00:00:00Z") + at * 60_000).toISOString(),
      ]),
    ),
    ...optionsOf(yaml),
  });
  const said = [...statuses].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return written({ statuses: Object.fromEntries(said), findings, snapshot });
}

function optionsOf(yaml: string): Pick<CompileOptions, "localMesh" | "identities" | "hasSecret"> {
  const line = /^# options: (.*)$/m.exec(yaml)?.[1];
  const { localMesh = false, identities, secrets }: GoldenOptions = line === undefined ? {} : JSON.parse(line);
  return {
    localMesh,
    ...(identities === undefined ? {} : { identities }),
    ...(secrets === undefined ? {} : { hasSecret: (name: string) => secrets.includes(name) }),
  };
}

/** One line for each condition. Times and generations are the same everywhere here. */
function inWords(_: string, value: unknown): unknown {
  if (!Array.isArray(value) || !value.every(isCondition)) {
    return value;
  }
  return value.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`);
}

function isCondition(value: unknown): value is Condition {
  return typeof value === "object" && value !== null && "lastTransitionTime" in value && "reason" in value;
}

function written(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value, inWords));
  const document = new YamlDocument(plain, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node, path) => {
      if (!isCollection(node)) {
        return undefined;
      }
      const line = stringify(node.toJSON(), { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false });
      node.flow = line.length + path.length < LINE;
      return node.flow ? visit.SKIP : undefined;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

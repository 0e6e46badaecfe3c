// One value → one document: which kind it is, its metadata and spec against their schemas, defaults filled. No text
// here, so places are paths; `parse-documents.ts` turns them into lines.
import type * as z from "zod";
import { didYouMean } from "../word/did-you-mean.ts";
import type { Document } from "../document/document.ts";
import { explainIssues, notingKeys, type Explained } from "./explain-issues.ts";
import type { FindingCode } from "../word/finding-codes.ts";
import type { Path } from "../word/json-pointer.ts";
import { kindNames, kinds, specSchema, type KindInfo } from "../document/kinds.ts";
import { labelledMetadataSchema, metadataSchema, SERVER_OWNED } from "../document/field/metadata.ts";
import { namesakeHint, unsupportedKind } from "../document/unsupported-kinds.ts";
import { quote } from "../word/wording.ts";
import { isRecord } from "../word/record.ts";

type OneParsed =
  { readonly ok: true; readonly document: Document } | { readonly ok: false; readonly findings: readonly Explained[] };

const ENVELOPE = ["apiVersion", "kind", "metadata", "spec", "status"];

function found(code: FindingCode, path: Path, detail: string, hint: string, key = false): Explained {
  return { code, path, detail, hint, key };
}

/** What no document may hold, wherever it stands: a key that reaches into prototypes, a number that JSON cannot say. */
function poisonIn(value: unknown, path: Path): Explained[] {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return [found("SLV1104", path, `${value} is not a number that a document can hold`, "Write a finite number.")];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "__proto__") {
      return [found("SLV1101", here, 'A document cannot have the key "__proto__"', "Remove it.", true)];
    }
    return poisonIn(child, here);
  });
}

function kindOf(value: Record<string, unknown>): { info: KindInfo; apiVersion: string } | Explained {
  const { apiVersion, kind } = value;
  if (kind === undefined || kind === null) {
    return found(
      "SLV1105",
      ["kind"],
      'The field "kind" is missing in the document',
      `Add kind: one of ${kindNames.join(", ")}.`,
    );
  }
  const info = kindNames.map((name) => kinds[name]).find((candidate) => candidate.kind === kind);
  if (info === undefined) {
    const reason = typeof kind === "string" ? unsupportedKind(kind) : null;
    if (reason !== null) {
      return found("SLV1107", ["kind"], `${String(kind)} cannot be served: ${reason.why}`, reason.instead);
    }
    const meant = typeof kind === "string" ? didYouMean(kind, kindNames) : null;
    const hint = meant === null ? `The kinds are ${kindNames.join(", ")}.` : `Did you mean ${meant}?`;
    return found("SLV1102", ["kind"], `There is no kind ${quote(kind)}`, hint);
  }
  const wanted = info.apiVersions[0];
  if (apiVersion === undefined || apiVersion === null) {
    return found(
      "SLV1105",
      ["apiVersion"],
      'The field "apiVersion" is missing in the document',
      `Add apiVersion: ${wanted}.`,
    );
  }
  if (typeof apiVersion !== "string" || !info.apiVersions.includes(apiVersion)) {
    const detail = `There is no ${info.kind} in ${quote(apiVersion)}`;
    const hint = namesakeHint(info.kind, apiVersion) ?? `Write apiVersion: ${info.apiVersions.join(" or ")}.`;
    return found("SLV1103", ["apiVersion"], detail, hint);
  }
  return { info, apiVersion };
}

type Checked = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly findings: Explained[] };

/** A copy without the members at these paths. */
function without(value: unknown, paths: readonly Path[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const path of paths) {
    let parent: unknown = copy;
    for (const step of path.slice(0, -1)) {
      parent = isRecord(parent) || Array.isArray(parent) ? Object(parent)[step] : null;
    }
    if (isRecord(parent)) {
      delete parent[String(path.at(-1))];
    }
  }
  return copy;
}

/** Checks one part of a document. A null that the schema refuses counts as absent, as in Kubernetes. */
function check(schema: z.ZodType, value: unknown, part: string, retry = true): Checked {
  const allowed = new Map<string, readonly string[]>();
  const nulls: Path[] = [];
  const result = schema.safeParse(value, { reportInput: true, error: notingKeys(allowed) });
  if (result.success) {
    return { ok: true, data: result.data };
  }
  for (const issue of result.error.issues) {
    if (issue.input === null) {
      nulls.push(issue.path.map((step) => (typeof step === "symbol" ? String(step) : step)));
    }
  }
  const members = nulls.filter((path) => typeof path.at(-1) === "string");
  if (retry && members.length > 0) {
    return check(schema, without(value, members), part, false);
  }
  return { ok: false, findings: explainIssues(result.error.issues, [part], { [part]: value }, allowed) };
}

function checkEnvelope(value: Record<string, unknown>): Explained[] {
  return Object.keys(value)
    .filter((key) => !ENVELOPE.includes(key))
    .map((key) => {
      const meant = didYouMean(key, ENVELOPE);
      const hint = meant === null ? `A document has the fields ${ENVELOPE.join(", ")}.` : `Did you mean ${meant}?`;
      return found("SLV1101", [key], `There is no field ${quote(key)} in the document`, hint, true);
    });
}

function checkMetadata(value: unknown, info: KindInfo): Checked {
  if (value === undefined || value === null) {
    return {
      ok: false,
      findings: [
        found("SLV1105", ["metadata"], 'The field "metadata" is missing in the document', "Add metadata with a name."),
      ],
    };
  }
  const own = isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).filter(([key, said]) => !SERVER_OWNED.includes(key) && !isUnsaid(key, said)),
      )
    : value;
  const checked = check(info.isLabel === true ? labelledMetadataSchema : metadataSchema, own, "metadata");
  if (!checked.ok || info.scope !== "mesh") {
    return checked;
  }
  const namespace = isRecord(checked.data) ? checked.data["namespace"] : undefined;
  if (namespace === "default") {
    return checked;
  }
  const detail = `A ${info.kind} belongs to the whole mesh, not to the namespace ${quote(namespace)}`;
  return { ok: false, findings: [found("SLV1108", ["metadata", "namespace"], detail, "Remove namespace.")] };
}

/** An empty namespace is none, as in Kubernetes: charts write it. */
const isUnsaid = (key: string, said: unknown): boolean => key === "namespace" && said === "";

function checkSpec(value: unknown, info: KindInfo, apiVersion: string): Checked {
  const absent = value === undefined || value === null;
  if (absent && info.specOptional !== true) {
    return {
      ok: false,
      findings: [
        found(
          "SLV1105",
          ["spec"],
          'The field "spec" is missing in the document',
          `Add spec: without it the ${info.kind} says nothing.`,
        ),
      ],
    };
  }
  return check(specSchema(info.kind, apiVersion), absent ? {} : value, "spec");
}

/** The document in a value, or everything that is wrong with it. */
export function parseOne(value: unknown): OneParsed {
  if (!isRecord(value)) {
    const detail = "A document must be a mapping with apiVersion, kind, metadata and spec";
    return { ok: false, findings: [found("SLV1104", [], detail, "Check the indentation and the --- lines.")] };
  }
  const poison = poisonIn(value, []);
  if (poison.length > 0) {
    return { ok: false, findings: poison };
  }
  const known = kindOf(value);
  if ("code" in known) {
    return { ok: false, findings: [known] };
  }
  const { info, apiVersion } = known;
  const metadata = checkMetadata(value["metadata"], info);
  const spec = checkSpec(value["spec"], info, apiVersion);
  const findings = [
    ...checkEnvelope(value),
    ...(metadata.ok ? [] : metadata.findings),
    ...(spec.ok ? [] : spec.findings),
  ];
  if (findings.length > 0 || !metadata.ok || !spec.ok) {
    return { ok: false, findings };
  }
  // The schemas were chosen by kind and apiVersion just above, which no type can follow through a table.
  const document = { apiVersion, kind: info.kind, metadata: metadata.data, spec: spec.data } as Document;
  return { ok: true, document };
}

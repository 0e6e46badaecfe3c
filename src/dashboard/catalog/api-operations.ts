// An OpenAPI description as a list of operations, in plain words. It comes from a stranger: whatever is not of the
// expected form is left out, references are followed once and never in a circle, and there is an end to it.
import { isRecord } from "../../model/word/record.ts";

export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly deprecated: boolean;
  readonly parameters: readonly {
    readonly name: string;
    readonly where: string;
    readonly type: string;
    readonly about: string;
  }[];
  readonly body: string | null;
  readonly answers: readonly { readonly status: string; readonly about: string; readonly type: string }[];
}

interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly about: string;
  readonly operations: readonly ApiOperation[];
  /** Operations beyond those that are shown. */
  readonly more: number;
}

type Node = Readonly<Record<string, unknown>>;

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options", "trace"] as const;
const MOST_OPERATIONS = 300;
const MOST_TEXT = 4_000;

export function describeApi(document: Node): ApiDescription {
  const info = nodeOf(document.info);
  const operations: ApiOperation[] = [];
  let more = 0;
  for (const [path, item] of Object.entries(nodeOf(document.paths))) {
    for (const method of METHODS) {
      const operation = nodeOf(item)[method];
      if (!isRecord(operation)) {
        continue;
      }
      if (operations.length === MOST_OPERATIONS) {
        more += 1;
        continue;
      }
      operations.push(operationOf(document, { method, path, item: nodeOf(item), operation }));
    }
  }
  return {
    title: textOf(info.title),
    version: textOf(info.version),
    about: textOf(info.description),
    operations,
    more,
  };
}

interface Found {
  readonly method: string;
  readonly path: string;
  readonly item: Node;
  readonly operation: Node;
}

function operationOf(document: Node, { method, path, item, operation }: Found): ApiOperation {
  const parameters = [...listOf(item.parameters), ...listOf(operation.parameters)].map((one) => {
    const parameter = resolved(document, one);
    return {
      name: textOf(parameter.name),
      where: `${textOf(parameter.in)}${parameter.required === true ? ", required" : ""}`,
      type: typeOf(parameter.schema ?? parameter),
      about: textOf(parameter.description),
    };
  });
  const answers = Object.entries(nodeOf(operation.responses)).map(([status, one]) => {
    const answer = resolved(document, one);
    return { status, about: textOf(answer.description), type: contentOf(answer.content) };
  });
  const body =
    operation.requestBody === undefined ? null : contentOf(resolved(document, operation.requestBody).content);
  return {
    id: `${method}-${path}`,
    method: method.toUpperCase(),
    path,
    summary: textOf(operation.summary),
    description: textOf(operation.description),
    deprecated: operation.deprecated === true,
    parameters,
    body,
    answers,
  };
}

/** `#/components/…` of the same document, once: what is found there is taken as it stands. */
function resolved(document: Node, value: unknown): Node {
  const node = nodeOf(value);
  if (typeof node.$ref !== "string" || !node.$ref.startsWith("#/")) {
    return node;
  }
  let found: unknown = document;
  for (const part of node.$ref.slice(2).split("/", 10)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isRecord(found) && Object.hasOwn(found, key) ? found[key] : null;
  }
  return nodeOf(found);
}

function contentOf(content: unknown): string {
  return Object.entries(nodeOf(content))
    .map(([type, media]) => `${type} ${typeOf(nodeOf(media).schema)}`)
    .join(", ");
}

/** A schema in one word or two. */
function typeOf(schema: unknown): string {
  const { $ref, type, items, format } = nodeOf(schema);
  if (typeof $ref === "string") {
    return $ref.slice($ref.lastIndexOf("/") + 1);
  }
  if (type === "array") {
    const { $ref: of, type: plain } = nodeOf(items);
    return `list of ${typeof of === "string" ? of.slice(of.lastIndexOf("/") + 1) : textOf(plain) || "anything"}`;
  }
  return `${textOf(Array.isArray(type) ? type.join(" or ") : type)}${typeof format === "string" ? ` (${format})` : ""}`;
}

const nodeOf = (value: unknown): Node => (isRecord(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 100) : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, MOST_TEXT) : "");

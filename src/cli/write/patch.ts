// `selvage patch`, `label` and `annotate`: small changes of one document without a file.
import { parse } from "yaml";
import { isRecord } from "../../model/word/record.ts";
import type { ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { readOne, wrong, writeOne, written, type WriteFlags } from "./write-one.ts";

export interface PatchFlags extends WriteFlags {
  readonly patch: string;
  readonly type: "merge" | "json";
}

export async function patch(
  session: CliSession,
  kind: string,
  name: string | undefined,
  flags: PatchFlags,
): Promise<ExitCode> {
  let value: unknown;
  try {
    value = parse(flags.patch, { maxAliasCount: 0 });
  } catch {
    return wrong(session, "--patch is neither JSON nor YAML");
  }
  const read = await readOne(session, kind, name);
  if (!read.ok) {
    return read.exitCode;
  }
  const before = written(read.standing);
  if (flags.type === "merge") {
    if (!isRecord(value)) {
      return wrong(session, `--patch wants a mapping, such as '{"spec": {"exposure": "public"}}'`);
    }
    return writeOne(session, read.standing, Object(merged(before, value)), flags);
  }
  if (!Array.isArray(value)) {
    return wrong(session, `--patch of --type json wants a list of operations (RFC 6902)`);
  }
  const changed = structuredClone(before);
  for (const operation of value) {
    const fault = operate(changed, operation);
    if (fault !== null) {
      return wrong(session, fault);
    }
  }
  return writeOne(session, read.standing, changed, flags);
}

/** RFC 7396. */
function merged(target: unknown, change: unknown): unknown {
  if (!isRecord(change)) {
    return change;
  }
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) {
      delete result[name];
    } else {
      result[name] = merged(result[name], value);
    }
  }
  return result;
}

/** One operation of RFC 6902, in place: add, replace, remove, test. Answers what is wrong with it. */
function operate(root: unknown, operation: unknown): string | null {
  if (!isRecord(operation) || typeof operation.path !== "string") {
    return "an operation needs op and path";
  }
  const { op, path, value } = operation;
  const parts = path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = parts.pop();
  if (last === undefined) {
    return "an operation needs a path below the document";
  }
  let parent: unknown = root;
  for (const part of parts) {
    parent = typeof parent === "object" && parent !== null ? Reflect.get(parent, part) : undefined;
  }
  if (typeof parent !== "object" || parent === null) {
    return `there is nothing at ${path}`;
  }
  const isThere = Array.isArray(parent) ? Number(last) < parent.length : Object.hasOwn(parent, last);
  if (op === "test") {
    return JSON.stringify(Reflect.get(parent, last)) === JSON.stringify(value) ? null : `the test of ${path} failed`;
  }
  if (op === "add") {
    if (Array.isArray(parent)) {
      parent.splice(last === "-" ? parent.length : Number(last), 0, value);
    } else {
      Reflect.set(parent, last, value);
    }
    return null;
  }
  if (op !== "replace" && op !== "remove") {
    return `"${String(op)}" is none of add, replace, remove, test`;
  }
  if (!isThere) {
    return `there is nothing at ${path}`;
  }
  if (op === "replace") {
    Reflect.set(parent, last, value);
  } else if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else {
    Reflect.deleteProperty(parent, last);
  }
  return null;
}

export interface LabelFlags extends WriteFlags {
  readonly overwrite?: boolean;
}

/** `a=b` sets, `a-` takes away. @param field which of the two */
export async function label(
  session: CliSession,
  field: "labels" | "annotations",
  kind: string,
  name: string,
  changes: readonly string[],
  flags: LabelFlags,
): Promise<ExitCode> {
  // KIND/NAME leaves its place to the first change.
  const [what, given] = kind.includes("/") ? [undefined, [name, ...changes]] : [name, changes];
  if (given.length === 0) {
    return wrong(session, "say what: KEY=VALUE, or KEY- to take it away");
  }
  const read = await readOne(session, kind, what);
  if (!read.ok) {
    return read.exitCode;
  }
  const document = written(read.standing);
  const metadata = isRecord(document.metadata) ? document.metadata : {};
  const values: Record<string, unknown> = { ...(isRecord(metadata[field]) ? metadata[field] : {}) };
  for (const change of given) {
    const [, key = "", value] = /^([^=]+?)(?:=(.*)|-)$/s.exec(change) ?? [];
    if (key === "") {
      return wrong(session, `"${change}" is neither KEY=VALUE nor KEY-`);
    }
    if (value === undefined) {
      delete values[key];
    } else if (flags.overwrite !== true && values[key] !== undefined && values[key] !== value) {
      return wrong(session, `${key} is "${String(values[key])}" already; --overwrite changes it`);
    } else {
      values[key] = value;
    }
  }
  return writeOne(session, read.standing, { ...document, metadata: { ...metadata, [field]: values } }, flags);
}

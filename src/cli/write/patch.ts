// `selvage patch`, `label` and `annotate`: small changes of one document without a file.
import { parse } from "yaml";
import { isRecord } from "../../model/word/record.ts";
import type { ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { mergePatch } from "../../model/word/merge-patch.ts";
import { jsonPatched } from "./json-patch.ts";
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
    return writeOne(session, read.standing, Object(mergePatch(before, value)), flags);
  }
  if (!Array.isArray(value)) {
    return wrong(session, `--patch of --type json wants a list of operations (RFC 6902)`);
  }
  const changed = jsonPatched(before, value);
  return changed.ok ? writeOne(session, read.standing, changed.value, flags) : wrong(session, changed.message);
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

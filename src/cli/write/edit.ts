// `selvage edit`: a document in the user's editor, and back when it was changed and saved. A text that the mesh does
// not take is kept, so that the work is not lost.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { isRecord } from "../../model/word/record.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { readOne, wrong, writeOne, written, type WriteFlags } from "./write-one.ts";

export async function edit(
  session: CliSession,
  kind: string,
  name: string | undefined,
  flags: WriteFlags,
): Promise<ExitCode> {
  const read = await readOne(session, kind, name);
  if (!read.ok) {
    return read.exitCode;
  }
  const folder = mkdtempSync(join(tmpdir(), "selvage-edit-"));
  const file = join(folder, "document.yaml");
  const before = stringify(written(read.standing), { lineWidth: 0 });
  writeFileSync(file, before, { mode: 0o600 });
  const editor = process.env.SELVAGE_EDITOR ?? process.env.VISUAL ?? process.env.EDITOR ?? "vi";
  // An editor may come with arguments of its own (`code --wait`), so a shell reads it; the file's name is ours.
  const { status, error } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: "inherit" });
  if (error !== undefined || status !== 0) {
    rmSync(folder, { recursive: true });
    return wrong(session, `the editor "${editor}" failed; EDITOR names another one`);
  }
  const after = readFileSync(file, "utf8");
  if (after === before) {
    rmSync(folder, { recursive: true });
    session.terminal.err("nothing was changed");
    return exitCodes.ok;
  }
  let document: unknown;
  try {
    document = parse(after, { maxAliasCount: 0 });
  } catch (fault) {
    return kept(session, file, fault instanceof Error ? fault.message : String(fault));
  }
  if (!isRecord(document)) {
    return kept(session, file, "it is no document");
  }
  const code = await writeOne(session, read.standing, document, flags);
  if (code === exitCodes.ok) {
    rmSync(folder, { recursive: true });
  } else {
    session.terminal.err(`what you wrote is in ${file}`);
  }
  return code;
}

function kept(session: CliSession, file: string, why: string): ExitCode {
  wrong(session, `${why}; what you wrote is in ${file}`);
  return exitCodes.validation;
}

// One run of `selvage deploy`: what it has found out so far, and how a step ends.
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { Terminal } from "../session/terminal.ts";
import type { MeshConfig } from "./mesh-config.ts";
import { type WranglerCall, typedCall } from "./steps.ts";
import type { Wrangler } from "./wrangler.ts";
import { isTooOld, type Ran, wantsLogin, wordsOf } from "./wrangler-answers.ts";

export interface Deployment {
  readonly folder: string;
  /** The wrangler.toml. */
  readonly file: string;
  readonly root: string;
  readonly wrangler: Wrangler;
  readonly terminal: Terminal;
  /** Do not ask. */
  readonly yes: boolean;
  readonly patienceMs: number;
  /** A control plane of its own. */
  readonly control: boolean;
  /** Of the file, as it is now. */
  config: MeshConfig;
  address: string | null;
  /** The operator's, where it is known here and the mesh has it. */
  token: string | null;
}

export type StepOutcome =
  /** What was found or done, a line each. */
  { readonly ok: true; readonly said: readonly string[] } | StepFailure;

export interface StepFailure {
  readonly ok: false;
  readonly exitCode: ExitCode;
  readonly why: string;
  /** wrangler's own. */
  readonly words?: readonly string[];
  readonly hint?: string;
}

export const found = (...lines: readonly string[]): StepOutcome => ({ ok: true, said: lines });

export const LOGIN =
  "npx wrangler login; or set CLOUDFLARE_API_TOKEN (Workers Scripts edit, D1 edit) and CLOUDFLARE_ACCOUNT_ID";

export const INSTALL = "npm install --save-dev wrangler@latest";

/** A call that did not end well, or whose answer is none. */
export function failed(call: WranglerCall, ran: Ran): StepFailure {
  const how = ran.code === 0 ? "gave an answer that is not understood" : `ended with ${ran.code}`;
  const why = `${typedCall(call)} ${how}`;
  const words = wordsOf(ran);
  if (isTooOld(ran)) {
    return { ok: false, exitCode: exitCodes.usage, why, words, hint: `a newer wrangler: ${INSTALL}` };
  }
  return wantsLogin(ran)
    ? { ok: false, exitCode: exitCodes.auth, why, words, hint: LOGIN }
    : { ok: false, exitCode: exitCodes.unavailable, why, words };
}

/** Changes the wrangler.toml, whole or not at all; `change` answers null where it does not find what it looks for. */
export function rewrite(run: Deployment, change: (text: string) => string | null): boolean {
  // Where somebody links to it, what the link leads to.
  const file = realpathSync(run.file);
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  if (changed === null) {
    return false;
  }
  if (changed !== text) {
    const draft = `${file}.${process.pid}`;
    try {
      writeFileSync(draft, changed, { flag: "wx", mode: statSync(file).mode });
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
  return true;
}

// `selvage deploy [DIR]`: the mesh of a folder, to Cloudflare, by the user's own wrangler. A step that fails is named,
// and the same command goes on from there; for a new version it is the same command too.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sayError } from "../session/error-line.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { commandName, packageRoot } from "../session/package-root.ts";
import type { Terminal } from "../session/terminal.ts";
import { type Deployment, type StepFailure, failed, INSTALL, rewrite } from "./deployment.ts";
import { doStep } from "./do-step.ts";
import { OTHERS } from "./init.ts";
import { keepUp } from "./keep-up.ts";
import { type MeshConfig, readMeshConfig } from "./mesh-config.ts";
import { deployCommand, isCheckout, packagePaths } from "./mesh-toml.ts";
import { calls, stepsOf, typed, typedCall, type WranglerCall } from "./steps.ts";
import { wordsOf } from "./wrangler-answers.ts";
import { findWrangler, wranglerIn } from "./wrangler.ts";

export interface DeployFlags {
  readonly control?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** Seconds. */
  readonly timeout: number;
}

export async function deploy(given: string, flags: DeployFlags, terminal: Terminal): Promise<ExitCode> {
  const folder = resolve(given);
  const root = packageRoot();
  const read = readMesh(folder, root);
  if (!read.ok) {
    return tell(terminal, read);
  }
  const found = findWrangler(folder, root, process.env.PATH ?? "");
  if (found === null) {
    const why = "there is no wrangler, which speaks with Cloudflare";
    return tell(terminal, { ok: false, exitCode: exitCodes.notFound, why, hint: INSTALL });
  }
  const { config } = read;
  if (flags.control === true && !config.hasControl) {
    const why = "wrangler.toml has no [env.control]: selvage init writes one";
    return tell(terminal, { ok: false, exitCode: exitCodes.validation, why });
  }
  const run: Deployment = {
    folder,
    file: join(folder, "wrangler.toml"),
    root,
    wrangler: wranglerIn(folder, found),
    terminal,
    yes: flags.yes === true,
    patienceMs: flags.timeout * 1000,
    control: flags.control === true,
    config,
    address: null,
    token: null,
  };
  return flags.dryRun === true ? show(run, read.text !== read.before) : perform(run, read);
}

type Mesh =
  { readonly ok: true; readonly before: string; readonly text: string; readonly config: MeshConfig } | StepFailure;

/** The file, and what it should be for this version of Selvage. */
function readMesh(folder: string, root: string): Mesh {
  const other = OTHERS.find((name) => existsSync(join(folder, name)));
  if (other !== undefined) {
    const why = `wrangler would read ${other} and not wrangler.toml: one of them has to go`;
    const hint = `move ${other} away, or ${commandName()} init another folder`;
    return { ok: false, exitCode: exitCodes.conflict, why, hint };
  }
  let text: string;
  try {
    text = readFileSync(join(folder, "wrangler.toml"), "utf8");
  } catch {
    const hint = `${commandName()} init writes one`;
    return { ok: false, exitCode: exitCodes.notFound, why: `there is no wrangler.toml in ${folder}`, hint };
  }
  const read = readMeshConfig(text);
  if (!read.ok) {
    return { ok: false, exitCode: exitCodes.validation, why: `${join(folder, "wrangler.toml")} ${read.message}` };
  }
  const product = readFileSync(join(root, "wrangler.toml"), "utf8");
  const kept = keepUp(text, read.config, product, packagePaths(root, folder));
  if (!kept.ok) {
    const why = `wrangler.toml lacks what this Selvage needs, and is written in a way of its own: ${kept.missing}`;
    return { ok: false, exitCode: exitCodes.validation, why, hint: `${join(root, "wrangler.toml")} has it` };
  }
  return { ok: true, before: text, text: kept.text, config: kept.config };
}

async function perform(run: Deployment, { before, text }: { before: string; text: string }): Promise<ExitCode> {
  const { terminal, root } = run;
  for (const step of stepsOf({ config: run.config, control: run.control, isCheckout: isCheckout(root) })) {
    terminal.err(`${step.name}: ${step.says} …`);
    const outcome = await doStep(step, run).catch(unexpected);
    if (!outcome.ok) {
      return tell(
        terminal,
        { ...outcome, why: `${step.name}: ${outcome.why}` },
        step.name === "account" ? undefined : again(run),
      );
    }
    outcome.said.forEach((line) => terminal.err(`  ${line}`));
    // Only once it is known who deploys: a run that ends before that has changed nothing.
    if (step.name === "account" && before !== text) {
      if (!rewrite(run, (now) => (now === before ? text : null))) {
        const why = "wrangler.toml was changed meanwhile";
        return tell(terminal, { ok: false, exitCode: exitCodes.conflict, why }, again(run));
      }
      terminal.err("  wrangler.toml has what this version of Selvage needs, and where it is");
    }
  }
  terminal.out(`deployed ${run.address}`);
  return exitCodes.ok;
}

/** A file that cannot be written, mostly. */
const unexpected = (error: unknown): StepFailure => ({
  ok: false,
  exitCode: exitCodes.unavailable,
  why: error instanceof Error ? error.message : String(error),
});

const again = ({ root, folder }: Deployment): string =>
  `what was done stays done: ${deployCommand(root, folder)} goes on from there`;

/** Shows every call, and makes only the one that changes nothing. */
async function show(run: Deployment, isBehind: boolean): Promise<ExitCode> {
  const { terminal, config, root, folder, wrangler } = run;
  const wanted = { config, control: run.control, isCheckout: isCheckout(root) };
  const steps = stepsOf(wanted);
  for (const step of steps) {
    terminal.err(`${step.name}: ${step.says}`);
    typed(step, wanted).forEach((line) => terminal.out(line));
  }
  if (isBehind) {
    terminal.err("wrangler.toml would get what this version of Selvage needs, and where it is");
  }
  const { main, assets } = packagePaths(root, folder);
  const dashboard = steps.find(({ name }) => name === "dashboard");
  const built = dashboard === undefined ? null : await doStep(dashboard, run);
  if (built?.ok === false) {
    return tell(terminal, built);
  }
  const dry: WranglerCall[] = [calls.dryRun(), ...(run.control || config.bindsControl ? [calls.dryRun(true)] : [])];
  for (const call of dry) {
    // As the file would be: nothing is written.
    const whole: WranglerCall = isBehind ? [...call, config.main ?? main, "--assets", assets] : call;
    const ran = await wrangler.run(whole);
    if (ran.code !== 0) {
      return tell(terminal, failed(whole, ran));
    }
    terminal.err(`${typedCall(whole)}:`);
    wordsOf(ran).forEach((line) => terminal.err(`  ${line}`));
  }
  return exitCodes.ok;
}

function tell(terminal: Terminal, { exitCode, why, words = [], hint }: StepFailure, after?: string): ExitCode {
  sayError(terminal, why);
  words.forEach((line) => terminal.err(`  ${line}`));
  [hint, after].filter((one) => one !== undefined).forEach((one) => terminal.err(`hint: ${one}`));
  return exitCode;
}

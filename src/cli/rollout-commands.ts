// `selvage rollout …` as commander sees it.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const VERBS = {
  pause: "hold the step that it is at",
  resume: "watch the step from its beginning",
  abort: "send nobody to the canary any more",
  retry: "begin again with the first step, after a rollback or an abort",
} as const;

const LONGEST_S = 7 * 86_400;

export function addRolloutCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const rollout = program.command("rollout").description("progressive canaries");
  rollout
    .command("get")
    .description("how far Rollouts have come; of one: what speaks for and against its step")
    .argument("[name]")
    .option("-A, --all-namespaces", "every namespace")
    .action(async (name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/rollout.ts")).getRollouts(session, name, options),
      ),
    );
  rollout
    .command("promote")
    .description("go on to the next step at once")
    .argument("<name>")
    .option("--full", "to the last step")
    .option("--reason <text>", "why, for the audit")
    .option("--if-version <number>", "only while its state is this one", integer(0, Number.MAX_SAFE_INTEGER))
    .action(async (name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/rollout.ts")).orderRollout(session, name, "promote", options),
      ),
    );
  for (const verb of ["pause", "resume", "abort", "retry"] as const) {
    rollout
      .command(verb)
      .description(VERBS[verb])
      .argument("<name>")
      .option("--reason <text>", "why, for the audit")
      .option("--if-version <number>", "only while its state is this one", integer(0, Number.MAX_SAFE_INTEGER))
      .action(async (name, options, command) =>
        withSession(command, async (session) =>
          (await import("./commands/rollout.ts")).orderRollout(session, name, verb, options),
        ),
      );
  }
  rollout
    .command("watch")
    .description("tell each turn until it is promoted (exit code 0), rolled back or aborted (1)")
    .argument("<name>")
    .option("--timeout <seconds>", "how long (default: until it ends)", integer(1, LONGEST_S))
    .action(async (name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/rollout.ts")).watchRollout(session, name, options),
      ),
    );
}

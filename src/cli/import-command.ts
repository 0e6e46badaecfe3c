// `selvage import` as commander sees it.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import type { CliSession } from "./session/session.ts";

/** @param files the option -f, as other commands have it */
export function addImportCommand(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
  files: readonly [string, string, (value: string, before?: readonly string[]) => string[]],
): void {
  program
    .command("import")
    .description(
      "translate the configuration of Istio, Anypoint, the Gateway API, Flagger or Argo Rollouts; notes tell what is lost",
    )
    .addArgument(
      program.createArgument("<format>").choices(["istio", "gateway-api", "anypoint", "flagger", "argo-rollouts"]),
    )
    .requiredOption(...files)
    .option("--strict", "print no documents when there is anything to note")
    .option("--trust-domain <domain>", "TRUST_DOMAIN of the mesh, for principals of Istio", "mesh.local")
    .option("--jwt-issuer <issuer>", "iss of the tokens that Anypoint's policies accept")
    .action(async (format, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/import.ts")).importDocuments(session, format, options),
      ),
    );
}

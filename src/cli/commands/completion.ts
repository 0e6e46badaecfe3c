// Shell completion: a script for each shell that asks this command (`__complete`) what could come next, so that kinds
// and live names are completed without a list that grows old.
import type { Command } from "commander";
import type { ResourceList } from "../../model/api/resource.ts";
import { createClient } from "../session/client.ts";
import { connection } from "../session/connection.ts";

export type Shell = "bash" | "zsh" | "fish";

const scripts: Readonly<Record<Shell, string>> = {
  bash: `_selvage() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(selvage __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _selvage selvage`,
  zsh: `#compdef selvage
_selvage() {
  local -a candidates
  candidates=("\${(@f)$(selvage __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a candidates || _files
}
compdef _selvage selvage`,
  fish: `function __selvage_complete
  set -l words (commandline -opc) (commandline -ct)
  selvage __complete -- $words[2..-1] 2>/dev/null
end
complete -c selvage -a '(__selvage_complete)'`,
};

/** What to put into the shell's start file: `source <(selvage completion bash)`. */
export const completionScript = (shell: Shell): string => scripts[shell];

/** Longest wait for live names: completion that hangs is worse than none. */
const NAMES_TIMEOUT_MS = 300;

const takesKind = new Set([
  "get",
  "describe",
  "delete",
  "export",
  "edit",
  "patch",
  "label",
  "annotate",
  "wait",
  "explain",
]);

/** Candidates for the last of `words`, which may be empty. */
export async function complete(program: Command, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1).filter((word) => !word.startsWith("-"));
  let command = program;
  let depth = 0;
  for (const word of before) {
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next) {
      break;
    }
    command = next;
    depth += 1;
  }
  const rest = before.slice(depth);
  const candidates = typed.startsWith("-")
    ? [...command.options, ...program.options].flatMap(({ long }) => (long ? [long] : []))
    : await positional(command, rest);
  return candidates.filter((one) => one.startsWith(typed)).sort();
}

async function positional(command: Command, rest: readonly string[]): Promise<string[]> {
  const subcommands = command.commands.map((one) => one.name()).filter((name) => !name.startsWith("__"));
  if (subcommands.length > 0) {
    return rest.length === 0 ? subcommands : [];
  }
  const choices = command.registeredArguments[rest.length]?.argChoices;
  if (choices !== undefined) {
    return choices;
  }
  if (!takesKind.has(command.name())) {
    return [];
  }
  const { kinds } = await import("../../model/document/kinds.ts");
  if (rest.length === 0) {
    return [...Object.values(kinds).map(({ plural }) => plural), "endpoints"];
  }
  const { understand } = await import("../session/kind-argument.ts");
  const understood = understand(rest[0] ?? "", undefined);
  const [kind] = understood.ok ? (understood.what.kinds ?? []) : [];
  return kind !== undefined && rest.length === 1 ? liveNames(kind) : [];
}

async function liveNames(kind: string): Promise<string[]> {
  const client = createClient({ ...connection({}, process.env), timeoutMs: NAMES_TIMEOUT_MS });
  const answer = await client.call<ResourceList>("GET", "/resources", { query: { kind } });
  return answer.ok ? answer.value.items.map(({ metadata }) => metadata.name) : [];
}

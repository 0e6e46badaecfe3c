// Arguments as users of kubectl write them, in the one form that commander reads: `-o=yaml`, `--wait=false`,
// `--dry-run=server`. It does not know what an option means.
import type { Command } from "commander";

/** What `--dry-run=` may say: everything is asked of the mesh, which writes nothing. */
const DRY = /^--dry-run=(?:server|client|none)$/;

export function readArguments(args: readonly string[], program: Command): string[] {
  const switches = switchesOf(program);
  const end = args.indexOf("--");
  const ours = end === -1 ? args : args.slice(0, end);
  return [...ours.flatMap((argument) => read(argument, switches)), ...args.slice(ours.length)];
}

function read(argument: string, switches: ReadonlySet<string>): readonly string[] {
  if (/^-[a-z]=./i.test(argument)) {
    return [argument.slice(0, 2), argument.slice(3)];
  }
  const [name = "", value] = argument.split("=", 2);
  if (DRY.test(argument)) {
    return value === "none" ? [] : [name];
  }
  if (switches.has(name) && (value === "true" || value === "false")) {
    return value === "true" ? [name] : [];
  }
  return [argument];
}

/** Options that take no value, of any command, and of none with one. */
function switchesOf(program: Command): ReadonlySet<string> {
  const all = [program, ...commandsOf(program)].flatMap(({ options }) => options);
  const valued = new Set(all.filter(({ required, optional }) => required || optional).map(({ long }) => long));
  const names = all.flatMap(({ long, negate }) => (long === null || long === undefined || negate ? [] : [long]));
  return new Set(names.filter((name) => !valued.has(name)));
}

function commandsOf(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => [one, ...commandsOf(one)]);
}

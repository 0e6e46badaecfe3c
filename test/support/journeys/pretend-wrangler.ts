// Stands in for wrangler: answers in its words and formats, from a file that it also writes what it was told into.
// Run as a program of that name; PRETEND names the file.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

export interface Pretended {
  loggedIn: boolean;
  accounts: { id: string; name: string }[];
  databases: { uuid: string; name: string }[];
  /** Whether the tables are there. */
  migrated: boolean;
  /** How many tables there are beside. */
  others: number;
  /** Rows in the table of tokens. */
  tokens: number;
  /** Worker → its secrets. */
  workers: Record<string, Record<string, string>>;
  /** Where `deploy` says that it deployed to. */
  targets: string[];
  /** Words with which a call begins that fails, as if Cloudflare did. */
  failsAt: string | null;
  /** Then it repeats what it was given. */
  failsWith?: "stdin";
  calls: { args: string[]; stdin: string; sees: string[] }[];
}

const file = process.env.PRETEND ?? "";
const state = JSON.parse(readFileSync(file, "utf8")) as Pretended;
const args = process.argv.slice(2);
const call = args.join(" ");
const stdin = await text(process.stdin);
state.calls.push({ args, stdin, sees: Object.keys(process.env).filter((name) => name.startsWith("SELVAGE_")) });

const toml = readFileSync("wrangler.toml", "utf8");
const [, name = ""] = /^name = "(.*)"$/m.exec(toml) ?? [];
const worker = args.includes("--env=control") ? `${name}-control` : name;
const ESC = "\u001B";

process.exitCode = answer();
writeFileSync(file, JSON.stringify(state));

function answer(): number {
  if (state.failsAt !== null && call.startsWith(state.failsAt)) {
    return fails(
      state.failsWith === "stdin"
        ? `given: ${stdin}`
        : "A request to the Cloudflare API failed.\r\n  \u0007Service unavailable [code: 7010]",
    );
  }
  if (call === "whoami --json") {
    const { accounts } = state;
    return state.loggedIn
      ? says(JSON.stringify({ loggedIn: true, authType: "OAuth Token", email: "mia@example.com", accounts }))
      : (says(`\n{"loggedIn":false}`), 1);
  }
  if (!state.loggedIn) {
    return fails("In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable");
  }
  switch (args[0]) {
    case "d1":
      return d1();
    case "deploy":
      state.workers[worker] ??= {};
      record({ type: "wrangler-session", version: 1 });
      record({ type: "deploy", version: 1, worker_name: worker, targets: worker === name ? state.targets : [] });
      return says(` ⛅️ wrangler\nUploaded ${worker} (1.00 sec)\nCurrent Version ID: 1`);
    case "secret":
      return secret();
    default:
      return fails(`Unknown argument: ${args[0] ?? ""}`);
  }
}

function d1(): number {
  if (call === "d1 list --json") {
    return says(JSON.stringify(state.databases, null, 2));
  }
  if (args[1] === "create") {
    if (state.databases.some((one) => one.name === args[2])) {
      return fails("A database with that name already exists");
    }
    state.databases.push({ uuid: "0b0c7a4e-7c11-4b7e-9a39-111111111111", name: args[2] ?? "" });
    return says(`✅ Successfully created DB '${args[2]}'`);
  }
  if (!state.databases.some(({ uuid }) => toml.includes(`database_id = "${uuid}"`))) {
    return fails("Couldn't find DB");
  }
  if (args[1] === "migrations") {
    const done = state.migrated;
    state.migrated = true;
    return says(done ? "✅ No migrations to apply!" : "Migrations to be applied:\n│ 0001.sql │ ✅ │");
  }
  if (call.includes("sqlite_master")) {
    const [tables, own] = state.migrated ? [13, 1] : [state.others, 0];
    return says(JSON.stringify([{ results: [{ tables, own }], success: true, meta: {} }], null, 2));
  }
  return state.migrated
    ? says(JSON.stringify([{ results: [{ tokens: state.tokens }], success: true, meta: {} }], null, 2))
    : fails("no such table: tokens: SQLITE_ERROR [code: 7500]");
}

function secret(): number {
  const secrets = state.workers[worker];
  if (secrets === undefined) {
    return fails(`Worker "${worker}" not found.`);
  }
  if (args[1] === "list") {
    return says(JSON.stringify(Object.keys(secrets).map((one) => ({ name: one, type: "secret_text" }))));
  }
  secrets[args[2] ?? ""] = stdin;
  return says(`✨ Success! Uploaded secret ${args[2]}`);
}

function says(line: string): number {
  process.stdout.write(`${line}\n`);
  return 0;
}

/** With its colours, as it writes them whatever NO_COLOR says. */
function fails(line: string): number {
  process.stderr.write(
    `${ESC}[31m✘ ${ESC}[41;31m[${ESC}[41;97mERROR${ESC}[41;31m]${ESC}[0m ${ESC}[1m${line}${ESC}[0m\n`,
  );
  process.stderr.write(`\n🪵  Logs were written to "/nowhere.log"\n`);
  return 1;
}

function record(entry: object): void {
  appendFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH ?? "", `${JSON.stringify(entry)}\n`);
}

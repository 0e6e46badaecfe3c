// What each step does. Each looks first whether it is done already, so that a run that stopped is begun again safely.
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { exitCodes } from "../session/exit-code.ts";
import { contextOf, readContexts, writeContexts } from "../session/contexts.ts";
import { type Deployment, failed, type StepFailure, LOGIN, type StepOutcome, rewrite, found } from "./deployment.ts";
import { withControl, withDatabaseId } from "./keep-up.ts";
import { keepToken, keptToken, tokenFile } from "./operator-token.ts";
import { calls, type DeployStep, typedCall, type WranglerCall } from "./steps.ts";
import { untilReady } from "./until-ready.ts";
import * as answers from "./wrangler-answers.ts";

const actions: Readonly<Record<DeployStep["name"], (run: Deployment) => Promise<StepOutcome>>> = {
  account,
  dashboard,
  database,
  tables,
  worker,
  control: (run) => plain(run, calls.deploy(true)),
  binding,
  operator,
  ready,
  context,
};

export const doStep = (step: DeployStep, run: Deployment): Promise<StepOutcome> => actions[step.name](run);

async function account({ wrangler, terminal, config, yes }: Deployment): Promise<StepOutcome> {
  const call = calls.whoami();
  const ran = await wrangler.run(call);
  const who = answers.whoamiIn(ran);
  if (who.is === "nobody") {
    return { ok: false, exitCode: exitCodes.auth, why: "nobody is logged in to Cloudflare", hint: LOGIN };
  }
  const chosen = config.accountId ?? (process.env.CLOUDFLARE_ACCOUNT_ID || null);
  if (ran.code !== 0 || who.is !== "somebody") {
    // A token for deploying alone may not be allowed to say whose it is.
    return process.env.CLOUDFLARE_API_TOKEN && chosen !== null
      ? found(`a token, account ${chosen}`)
      : failed(call, ran);
  }
  const named = who.accounts.map(({ id, name }) => `${name} (${id})`);
  if (chosen === null && named.length > 1) {
    const hint = "set CLOUDFLARE_ACCOUNT_ID, or account_id in wrangler.toml";
    return { ok: false, exitCode: exitCodes.usage, why: `which account? There are ${named.join(", ")}`, hint };
  }
  const into = who.accounts.find(({ id }) => id === chosen)?.name ?? chosen ?? named[0] ?? "the token's own";
  if (!yes && !(await terminal.confirm(`Deploy ${config.name} to the account ${into}?`))) {
    return { ok: false, exitCode: exitCodes.usage, why: "nothing was done" };
  }
  return found(`${who.email ?? "a token"}, account ${into}`);
}

/** In a process of its own: it needs the bundler of the checkout. */
async function dashboard({ root }: Deployment): Promise<StepOutcome> {
  const built = spawnSync(process.execPath, [join(root, "src", "cli", "dashboard", "build-dashboard.ts")], {
    cwd: root,
    encoding: "utf8",
  });
  return built.status === 0
    ? found("built")
    : { ok: false, exitCode: exitCodes.unavailable, why: "they could not be built", words: built.stderr.split("\n") };
}

async function database(run: Deployment): Promise<StepOutcome> {
  const { name } = run.config.database;
  const before = await databaseId(run, name);
  if (typeof before === "object" && before !== null) {
    return before;
  }
  const call = calls.createDatabase(run.config);
  const made = before === null ? await run.wrangler.run(call) : null;
  // Somebody else may have been faster.
  if (made !== null && made.code !== 0 && !answers.existsAlready(made)) {
    return failed(call, made);
  }
  const id = before ?? (await databaseId(run, name));
  if (typeof id !== "string") {
    return id ?? { ok: false, exitCode: exitCodes.unavailable, why: `${name} was made, and is in no list yet` };
  }
  if (!rewrite(run, (text) => withDatabaseId(text, id))) {
    const hint = `database_id = "${id}", at the database DB`;
    return { ok: false, exitCode: exitCodes.validation, why: "wrangler.toml is written in a way of its own", hint };
  }
  run.config = { ...run.config, database: { name, id } };
  return found(`${name} ${before === null ? "made" : "found"}, ${id} written into wrangler.toml`);
}

async function databaseId({ wrangler }: Deployment, name: string): Promise<string | null | StepFailure> {
  const call = calls.databases();
  const ran = await wrangler.run(call);
  const id = ran.code === 0 ? answers.databaseIdIn(ran, name) : undefined;
  return id === undefined ? failed(call, ran) : id;
}

async function tables(run: Deployment): Promise<StepOutcome> {
  const { name } = run.config.database;
  const look = calls.tables(run.config);
  const seen = await run.wrangler.run(look);
  const whose = seen.code === 0 ? answers.tablesIn(seen) : undefined;
  if (whose === undefined) {
    return failed(look, seen);
  }
  if (whose === "somebody's") {
    const why = `the database ${name} has tables, and none of a mesh`;
    const hint = "another database_name in wrangler.toml, without database_id, gets a database of its own";
    return { ok: false, exitCode: exitCodes.conflict, why, hint };
  }
  // A mesh gets its tables before its Worker: without tables, Workers of its names are others.
  const taken = whose === "nobody's" ? await takenName(run) : null;
  if (taken !== null) {
    return taken;
  }
  const call = calls.migrate(run.config);
  const ran = await run.wrangler.run(call);
  return ran.code === 0
    ? found(/No migrations to apply/i.test(ran.stdout) ? "nothing was missing" : "applied")
    : failed(call, ran);
}

async function takenName({ wrangler, config, control }: Deployment): Promise<StepFailure | null> {
  for (const forControl of control ? [false, true] : [false]) {
    const call = calls.secrets(forControl);
    const ran = await wrangler.run(call);
    if (ran.code === 0) {
      const name = forControl ? `${config.name}-control` : config.name;
      const why = `the account has a Worker ${name} already, and this mesh has none yet: it would be written over`;
      const way = `npx ${typedCall(calls.migrate(config))}`;
      const hint = `another name in wrangler.toml, wherever it stands; or, if it may go, ${way}`;
      return { ok: false, exitCode: exitCodes.conflict, why, hint };
    }
    if (!answers.isNoWorker(ran)) {
      return failed(call, ran);
    }
  }
  return null;
}

async function worker(run: Deployment): Promise<StepOutcome> {
  const call = calls.deploy();
  const ran = await run.wrangler.run(call);
  if (ran.code !== 0) {
    return failed(call, ran);
  }
  run.address = answers.addressOf(ran, run.config);
  if (run.address === null) {
    const hint = "give it routes, or workers_dev = true; or say in MESH_URL, under [vars], where it is";
    return { ok: false, exitCode: exitCodes.validation, why: "the Worker has no address", hint };
  }
  return found(run.address);
}

async function plain({ wrangler }: Deployment, call: WranglerCall): Promise<StepOutcome> {
  const ran = await wrangler.run(call);
  return ran.code === 0 ? found("deployed") : failed(call, ran);
}

async function binding(run: Deployment): Promise<StepOutcome> {
  if (!rewrite(run, withControl)) {
    const service = `[[services]] binding = "CONTROL", service = "${run.config.name}-control", entrypoint = "Control"`;
    const hint = `${service}; and, without a control plane in the first Worker, [define] CONTROL_ELSEWHERE = "true"`;
    return {
      ok: false,
      exitCode: exitCodes.validation,
      why: "wrangler.toml does not have these lines, with # before them, any more",
      hint,
    };
  }
  run.config = { ...run.config, bindsControl: true };
  return plain(run, calls.deploy());
}

/** Who gets in without a token of the mesh's own. */
const LOGINS = /^(?:OPERATOR_OIDC_ISSUER|ACCESS_TEAM_DOMAIN)$/;

async function operator(run: Deployment): Promise<StepOutcome> {
  const { config, folder } = run;
  const file = tokenFile(folder, config.name);
  const known = keptToken(file);
  const apart = run.control || config.bindsControl;
  const secrets = await secretsOf(run, false);
  const others = apart ? await secretsOf(run, true) : [];
  if (!isList(secrets) || !isList(others)) {
    return isList(secrets) ? (others as StepFailure) : secrets;
  }
  const lacks = apart ? secrets.filter((name) => !others.includes(name) && !DATA_ONLY.has(name)) : [];
  const notes = lacks
    .filter((name) => name !== BOOTSTRAP || known === null)
    .map((name) => `the control plane does not have ${name}: npx wrangler secret put ${name} --env control`);
  if (!secrets.includes(BOOTSTRAP)) {
    const call = calls.tokens(config);
    const ran = await run.wrangler.run(call);
    const count = ran.code === 0 ? answers.tokensIn(ran) : undefined;
    if (count === undefined) {
      return failed(call, ran);
    }
    if (count > 0 || [...Object.keys(config.vars), ...secrets].some((name) => LOGINS.test(name))) {
      return found("the mesh has operators", ...notes);
    }
  } else if (known === null) {
    return found(`the mesh has a first operator's token, which is not in ${basename(file)}`, ...notes);
  }
  run.token = keepToken(file);
  const missing = [
    ...(secrets.includes(BOOTSTRAP) ? [] : [false]),
    ...(apart && !others.includes(BOOTSTRAP) ? [true] : []),
  ];
  for (const forControl of missing) {
    const call = calls.putToken(forControl);
    const ran = await run.wrangler.run(call, run.token);
    if (ran.code !== 0) {
      return failed(call, answers.withoutSecret(ran, run.token));
    }
  }
  return found(`a token that may do everything is in ${basename(file)}, readable by you alone`, ...notes);
}

const BOOTSTRAP = "SELVAGE_ADMIN_TOKEN";
/** Read by the data Worker only. */
const DATA_ONLY: ReadonlySet<string> = new Set(["ADAPTER_TOKEN"]);

const isList = (list: readonly string[] | StepFailure): list is readonly string[] => Array.isArray(list);

async function secretsOf({ wrangler }: Deployment, control: boolean): Promise<readonly string[] | StepFailure> {
  const call = calls.secrets(control);
  const ran = await wrangler.run(call);
  return (ran.code === 0 ? answers.secretsIn(ran) : undefined) ?? failed(call, ran);
}

const PAUSE_MS = 1_000;

async function ready({ address, token, patienceMs, config, folder }: Deployment): Promise<StepOutcome> {
  const last = await untilReady(address ?? "", token, { milliseconds: patienceMs, pauseMs: PAUSE_MS });
  if (last === null) {
    return found("it answers");
  }
  const why = `${address} is not ready: ${last}`;
  // Somebody set another one since.
  const file = basename(tokenFile(folder, config.name));
  const hint = `${file} is not ${BOOTSTRAP} any more: move it away, or npx wrangler secret put ${BOOTSTRAP} < ${file}`;
  return last.endsWith("whoami answers 401")
    ? { ok: false, exitCode: exitCodes.auth, why, hint }
    : { ok: false, exitCode: exitCodes.unavailable, why };
}

async function context({ address, token, config: { name } }: Deployment): Promise<StepOutcome> {
  const server = address ?? "";
  const before = readContexts(process.env);
  const kept = Object.hasOwn(before.contexts, name) ? contextOf(name, process.env) : null;
  if (kept !== null && kept !== "unknown" && kept.server !== server) {
    return found(`"${name}" is ${kept.server} already: selvage context add ANOTHER --server ${server} keeps this one`);
  }
  const own = kept === "unknown" ? null : kept;
  const next = { server, token: own?.token ?? token, namespace: own?.namespace ?? null };
  writeContexts(process.env, { current: before.current ?? name, contexts: { ...before.contexts, [name]: next } });
  const use = before.current === null || before.current === name ? ", in use" : `: selvage context use ${name}`;
  return found(`"${name}"${use}`);
}

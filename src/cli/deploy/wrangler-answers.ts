// What wrangler answered, read: JSON where it has some, its record of a deployment, and its own words where it failed.
import { stripVTControlCharacters } from "node:util";
import * as z from "zod";
import { isLoopback } from "../session/connection.ts";
import { writtenOut } from "../session/visible-characters.ts";
import type { MeshConfig } from "./mesh-config.ts";

/** How one call of it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of WRANGLER_OUTPUT_FILE_PATH. */
  readonly records: readonly unknown[];
}

/** Whatever it says before its JSON is passed over; undefined = there is none. */
function jsonIn(text: string): unknown {
  const start = /^[[{]/m.exec(text)?.index;
  try {
    return start === undefined ? undefined : JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

/** Others give accounts their names. */
const accountSchema = z.object({ id: z.string(), name: z.string().transform(writtenOut) });
const whoamiSchema = z.object({
  loggedIn: z.boolean(),
  email: z.string().nullish(),
  accounts: z.array(accountSchema).nullish(),
});

export type WranglerUser =
  | {
      readonly is: "somebody";
      readonly email: string | null;
      readonly accounts: readonly z.infer<typeof accountSchema>[];
    }
  | { readonly is: "nobody" | "unknown" };

export function whoamiIn({ stdout }: Ran): WranglerUser {
  const read = whoamiSchema.safeParse(jsonIn(stdout));
  if (!read.success) {
    return { is: "unknown" };
  }
  const { loggedIn, email, accounts } = read.data;
  return loggedIn ? { is: "somebody", email: email ?? null, accounts: accounts ?? [] } : { is: "nobody" };
}

/** Of the database of that name; null = there is none; undefined = that was no list. */
export function databaseIdIn({ stdout }: Ran, name: string): string | null | undefined {
  const read = z.array(z.looseObject({ name: z.string(), uuid: z.string() })).safeParse(jsonIn(stdout));
  if (!read.success) {
    return undefined;
  }
  const found = read.data.find((one) => one.name === name)?.uuid;
  return found === undefined ? null : /^[0-9a-f-]{36}$/.test(found) ? found : undefined;
}

/** Names of a Worker's secrets; undefined = that was no list. */
export function secretsIn({ stdout }: Ran): readonly string[] | undefined {
  const read = z.array(z.looseObject({ name: z.string() })).safeParse(jsonIn(stdout));
  return read.success ? read.data.map(({ name }) => name) : undefined;
}

/** What the statement about operators' tokens counted; undefined = that was no answer. */
export const tokensIn = ({ stdout }: Ran): number | undefined => rowOf(stdout, z.object({ tokens: z.int() }))?.tokens;

/** Whose the tables of a database are: nobody's = it has none; undefined = that was no answer. */
export function tablesIn({ stdout }: Ran): "the mesh's" | "somebody's" | "nobody's" | undefined {
  const row = rowOf(stdout, z.object({ tables: z.int(), own: z.int() }));
  return row === undefined ? undefined : row.own > 0 ? "the mesh's" : row.tables > 0 ? "somebody's" : "nobody's";
}

function rowOf<Row extends z.ZodType>(stdout: string, row: Row): z.infer<Row> | undefined {
  const read = z.array(z.object({ results: z.array(row) })).safeParse(jsonIn(stdout));
  return read.success ? read.data[0]?.results[0] : undefined;
}

const deployed = z.looseObject({ type: z.literal("deploy"), targets: z.array(z.string()).nullish() });

/**
 * Where the mesh is administered: what its variables say, else what wrangler deployed it to, first by the platform's
 * own name. null = nobody said.
 */
export function addressOf({ records }: Ran, { vars }: MeshConfig): string | null {
  const targets = records.flatMap((record) => deployed.safeParse(record).data?.targets ?? []);
  const hosts = targets
    // `schedule: * * * * *`, and routes with a star: nowhere to go.
    .map((target) => /^(?:https?:\/\/)?([\w.-]+(?::\d+)?)\/?(?: \(.*\))?$/.exec(target)?.[1])
    .filter((host) => host !== undefined);
  const platform = hosts.find((host) => host.endsWith(".workers.dev"));
  const said = [vars.ADMIN_HOST, vars.MESH_URL].find((one): one is string => typeof one === "string" && one !== "");
  const host = said ?? platform ?? hosts[0];
  if (host === undefined) {
    return null;
  }
  const url = /^https?:\/\//.test(host) ? host : `${isLoopback(`http://${host}`) ? "http" : "https"}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : null;
}

/** What it says about a call that it was given a secret for, which it may repeat. */
export const withoutSecret = (ran: Ran, secret: string): Ran => ({
  ...ran,
  stdout: ran.stdout.replaceAll(secret, "…"),
  stderr: ran.stderr.replaceAll(secret, "…"),
});

/** A Worker of that name was never deployed. */
export const isNoWorker = ({ stdout, stderr }: Ran): boolean =>
  /Worker "[^"]*".* not found|code: 10007\b/i.test(stdout + stderr);

/** Whether it wants somebody to log in, or to be another one. */
export const wantsLogin = ({ stdout, stderr }: Ran): boolean =>
  /Not logged in|CLOUDFLARE_API_TOKEN|not authenticated|code: 10000\b/i.test(stdout + stderr);

/** An option that it does not know: it is older than the options are. */
export const isTooOld = ({ stderr }: Ran): boolean => /Unknown arguments?:/.test(stderr);

export const existsAlready = ({ stdout, stderr }: Ran): boolean => /already exists/i.test(stdout + stderr);

const MAX_LINES = 25;
const MAX_COLUMNS = 400;

/** What it said when it failed, for people: the end of it, and nothing that a terminal would obey. */
export function wordsOf({ stdout, stderr }: Ran): readonly string[] {
  const lines = `${stdout.slice(-20_000)}\n${stderr.slice(-20_000)}`
    .split(/\r?\n/)
    .map((line) => writtenOut(stripVTControlCharacters(line)).trimEnd())
    .filter((line) => line.trim() !== "" && !NOISE.test(line));
  return lines.slice(-MAX_LINES).map((line) => line.slice(0, MAX_COLUMNS));
}

/** Its banner, where its log is, and what it counts of its use. */
const NOISE = /^[\s─-]*$|⛅|Logs were written to|collects anonymous telemetry/;

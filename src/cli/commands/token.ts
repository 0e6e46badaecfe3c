// `selvage token create|ls|rm`: tokens of operators. The secret is shown once, on stdout, alone, so that it can be kept
// by `selvage token create ci > file`.
import { sayError } from "../session/error-line.ts";
import type { MintedToken, ApiToken, TokenList, TokenRequest } from "../../model/api/operators.ts";
import type { Role } from "../../model/api/resource.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";

export interface TokenCreateOptions {
  readonly role: Role;
  readonly namespaces?: readonly string[];
  /** A duration (`24h`) or a time (RFC 3339). */
  readonly expires?: string;
}

export async function tokenCreateCommand(
  session: CliSession,
  name: string,
  options: TokenCreateOptions,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const expiresAt = options.expires === undefined ? undefined : expiry(options.expires, Date.now());
  if (expiresAt === null) {
    sayError(terminal, "--expires wants a duration (24h) or a time (RFC 3339)");
    return exitCodes.usage;
  }
  const body: TokenRequest = {
    name,
    role: options.role,
    ...(options.namespaces && options.namespaces.length > 0 ? { namespaces: options.namespaces } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  const answer = await client.call<MintedToken>("POST", "/tokens", { body });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const minted = answer.value;
  await printData(session, { data: minted, human: () => [minted.token], names: () => [minted.id] });
  const until = minted.expiresAt === null ? "does not expire" : `expires at ${minted.expiresAt}`;
  terminal.err(`token ${minted.id} (${minted.role}) ${until}; it is not shown again`);
  return exitCodes.ok;
}

/** RFC 3339 in UTC; null when the text is neither a duration nor a time. */
export function expiry(text: string, now: number): string | null {
  const duration = parseDuration(text);
  if (duration !== null) {
    return duration > 0 ? new Date(now + duration).toISOString() : null;
  }
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

export async function listTokens(session: CliSession): Promise<ExitCode> {
  const answer = await session.client.call<TokenList>("GET", "/tokens");
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () =>
      items.length === 0
        ? []
        : table(["ID", "NAME", "ROLE", "NAMESPACES", "EXPIRES", "CREATED BY", "AGE"], items.map(row)),
    names: () => items.map(({ id }) => id),
  });
  if (items.length === 0) {
    session.terminal.err("no tokens (the bootstrap token is not listed)");
  }
  return exitCodes.ok;
}

const row = ({ id, name, role, namespaces, expiresAt, createdBy, createdAt }: ApiToken): string[] => [
  id,
  name,
  role,
  namespaces === null ? "*" : namespaces.join(","),
  expiresAt ?? "never",
  createdBy,
  age(createdAt, Date.now()),
];

export async function removeToken(session: CliSession, id: string): Promise<ExitCode> {
  const answer = await session.client.call<unknown>("DELETE", `/tokens/${encodeURIComponent(id)}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  session.terminal.out(`token/${id} deleted`);
  return exitCodes.ok;
}

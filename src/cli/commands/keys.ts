// `selvage keys get|rotate|revoke`: the mesh's signing keys. What the keys are is told to nobody.
import type { SigningKeys } from "../../model/api/identity.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";

const HEADER = ["KEY", "STATE", "PUBLISHED", "FOR", "UNTIL"];

export function getKeys(session: CliSession): Promise<ExitCode> {
  return show(session, "GET", "/keys");
}

export async function rotateKeys(session: CliSession): Promise<ExitCode> {
  return show(session, "POST", "/keys/rotate", ({ items, rotatesAt }) =>
    items.some(({ state, since }) => state === "signing" && Date.now() - Date.parse(since) < JUST_NOW_MS)
      ? "the next key signs now; what the old one signed is accepted until it has expired"
      : `the next key signs from ${rotatesAt} on, when it has been published for ten minutes`,
  );
}

const JUST_NOW_MS = 10_000;

export function revokeKey(session: CliSession, kid: string): Promise<ExitCode> {
  return show(
    session,
    "POST",
    `/keys/${encodeURIComponent(kid)}/revoke`,
    () => `key ${kid} is out of use: what it signed is refused within two seconds, a minute at worst`,
  );
}

async function show(
  session: CliSession,
  method: "GET" | "POST",
  path: string,
  told?: (keys: SigningKeys) => string,
): Promise<ExitCode> {
  const answer = await session.client.call<SigningKeys>(method, path);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const now = Date.now();
  await printData(session, {
    data: answer.value,
    human: () =>
      table(
        HEADER,
        answer.value.items.map(({ kid, state, publishedAt, since, until }) => [
          kid,
          state,
          age(publishedAt, now),
          age(since, now),
          until ?? "",
        ]),
      ),
    names: () => answer.value.items.map(({ kid }) => kid),
  });
  if (told) {
    session.terminal.err(told(answer.value));
  }
  return exitCodes.ok;
}

// What a change would do to requests that were kept: asked for, and as people read it.
import type { ReplayAnswer } from "../../model/api/replay.ts";
import type { ApiAnswer, ApiClient } from "../session/client.ts";
import { counted } from "../../model/word/plural.ts";
import { table } from "./table.ts";

/** @param content documents, as YAML */
export function askReplay(
  client: Pick<ApiClient, "call">,
  content: string,
  query: { readonly limit?: number } = {},
): Promise<ApiAnswer<ReplayAnswer>> {
  return client.call<ReplayAnswer>("POST", "/replay", { query, text: { type: "application/yaml", content } });
}

/** Empty where nothing differs. */
export function replayTable({ items }: ReplayAnswer): string[] {
  const rows = items.map(({ kind, caller, route, requests, uncertain, example }) => [
    kind,
    String(requests) + (uncertain === 0 ? "" : ` (${uncertain} uncertain)`),
    caller,
    route ?? "",
    `${example.method} ${example.host}${example.path}`,
    ended(example.before),
    ended(example.after),
  ]);
  const head = ["CHANGE", "REQUESTS", "CALLER", "ROUTE", "FOR EXAMPLE", "NOW", "THEN"];
  return rows.length === 0 ? [] : table(head, rows);
}

export function replaySummary({ items, replayed, skipped, since, revision }: ReplayAnswer): string {
  const left = skipped === 0 ? "" : `, ${skipped} left out (their proofs cannot be shown again)`;
  return `${replayed} kept requests${since === null ? "" : ` since ${since}`} against revision ${revision}: ${items.length === 0 ? "all would end as they do now" : counted(items.length, "difference")}${left}`;
}

function ended({ status, policy, code, destination }: ReplayAnswer["items"][number]["example"]["after"]): string {
  return status === null
    ? `to ${destination ?? "?"}`
    : [String(status), code, policy].filter((one) => one !== null).join(" ");
}

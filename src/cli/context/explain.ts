// `selvage explain KIND[.FIELD…]`: what a field of a document means, its type and default, from the same source as
// docs/kinds.md.
import { kindByAnyName, kinds } from "../../model/document/kinds.ts";
import { didYouMean } from "../../model/word/did-you-mean.ts";
import { fieldsOf } from "../reference/kinds-reference.ts";
import { kindSchemas } from "../reference/schema.ts";
import { printData } from "../print/print-data.ts";
import { table } from "../print/table.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { wrong } from "../write/write-one.ts";

export async function explainField(session: CliSession, path: string): Promise<ExitCode> {
  const [word = "", ...rest] = path.replaceAll("[]", "").split(".");
  const kind = kindByAnyName(word);
  if (kind === null) {
    const close = didYouMean(
      word,
      Object.values(kinds).flatMap((one) => [one.kind, one.plural]),
    );
    return wrong(session, `there is no kind "${word}"${close === null ? "" : `; did you mean "${close}"?`}`);
  }
  const info = kinds[kind];
  const asked = (rest[0] === "spec" ? rest.slice(1) : rest).join(".");
  const all = fieldsOf(kindSchemas()[kind]).map((row) => Object.assign(row, { plain: row.field.replaceAll("[]", "") }));
  const own = all.find(({ plain }) => plain === asked);
  if (asked !== "" && own === undefined) {
    const close = didYouMean(
      asked,
      all.map(({ plain }) => plain),
    );
    wrong(session, `${info.kind} has no field "${asked}"${close === null ? "" : `; did you mean "${close}"?`}`);
    return exitCodes.notFound;
  }
  const depth = asked === "" ? 1 : asked.split(".").length + 1;
  const below = all.filter(
    ({ plain }) => (asked === "" || plain.startsWith(`${asked}.`)) && plain.split(".").length === depth,
  );
  const rows = below.map(({ field, type, fallback, meaning }) => [field, type, fallback, meaning].map(plainText));
  await printData(session, {
    data: { kind: info.kind, apiVersions: info.apiVersions, field: own ?? null, fields: below },
    human: () => [
      `${info.kind} (${info.apiVersions[0]})${asked === "" ? "" : `.spec.${asked}`}`,
      own === undefined ? info.says : plainText(`${own.type}, ${own.fallback}. ${own.meaning}`),
      ...(rows.length === 0 ? [] : ["", ...table(["FIELD", "TYPE", "DEFAULT", "MEANING"], rows)]),
    ],
    names: () => below.map(({ field }) => field),
  });
  return exitCodes.ok;
}

const plainText = (text: string): string => text.replaceAll("`", "");

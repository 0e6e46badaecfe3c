// What every answer of the admin API has to be, whatever it was asked.

export interface AdminAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

/** Marks of what no answer may tell: stack traces, files of ours, words of the database and of the language. */
const INSIDES =
  /\n\s+at \S+|\.[tj]s:\d+|node_modules|D1_ERROR|SQLITE_|(?:Type|Range|Reference|Syntax|Zod)Error\b|\[object Object\]|Cannot read propert|is not a function|undefined is not/;

/** null = nothing is wrong with it. */
export function wrongWith({ status, type, body }: AdminAnswer): string | null {
  if (status >= 500) {
    return `answers ${status}`;
  }
  const inside = INSIDES.exec(body);
  if (inside !== null) {
    return `tells ${JSON.stringify(inside[0])}`;
  }
  if (status < 400 || body === "" || type?.startsWith("application/problem+json") !== true) {
    return null;
  }
  const problem: unknown = JSON.parse(body);
  const { code, detail } = Object(problem) as { code?: unknown; detail?: unknown };
  if (typeof code !== "string" || !/^SLV\d{4}$/.test(code)) {
    return "has no code";
  }
  return typeof detail === "string" && detail !== "" ? null : "says nothing";
}

// How the schemas word a refusal: first line what is wrong, second line what to do. `explain-issues.ts` takes the two
// apart again; a zod message is one string, so the line break is the seam.

/** Builds a message of two parts: what is wrong, and what to do about it. */
export function say(detail: string, hint: string): string {
  return `${detail}\n${hint}`;
}

/** The value as a reader would recognise it, cut to 60 characters. */
export function quote(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…${typeof value === "string" ? '"' : ""}` : text;
}

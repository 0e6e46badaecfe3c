// A variable as somebody wrote it, and as it is shown to them again.

/** null = not set. `LOCAL_MESH = true` in wrangler.toml is a boolean, whatever its type is said to be. */
export function text(value: unknown): string | null {
  const said = typeof value === "boolean" || typeof value === "number" ? String(value) : value;
  return typeof said === "string" && said.trim() !== "" ? said : null;
}

export const shown = (value: unknown): string => String(value).slice(0, 60);

/** Nothing but these two words: what somebody meant otherwise stays off, and is told. */
export function flag(name: string, value: unknown, faults: string[]): boolean {
  const said = text(value)?.trim().toLowerCase();
  if (said !== undefined && said !== "true" && said !== "false") {
    faults.push(`${name} is "${shown(value)}" and is taken for "false": write "true" or "false".`);
  }
  return said === "true";
}

// JSON Pointers (RFC 6901) and the paths they spell.

export type Path = readonly (string | number)[];

/** `/spec/rules/0`; `""` for the whole document. */
export function toPointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The steps of a pointer, with or without `#` in front. */
export function fromPointer(pointer: string): string[] {
  const text = pointer.startsWith("#") ? pointer.slice(1) : pointer;
  if (text === "") {
    return [];
  }
  return text
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

// kubectl's JSONPath, as far as people use it: `{.items[*].metadata.name}`, `{range .items[*]}{.kind}{"\n"}{end}`,
// `['a.b']`, `[0]`, `[-1]`, and `[?(@.type=="Ready")]`. Fields that are not there are nothing, as with kubectl.

type Step = { readonly field: string } | { readonly index: number } | "all" | Filter;
interface Filter {
  readonly path: readonly Step[];
  readonly equals: unknown;
  readonly not: boolean;
}
type Part =
  | { readonly text: string }
  | { readonly path: readonly Step[] }
  | { readonly range: readonly Step[]; readonly body: readonly Part[] };

type Template =
  { readonly ok: true; readonly render: (data: unknown) => string } | { readonly ok: false; readonly message: string };

export function jsonpath(template: string): Template {
  try {
    const reader = new Reader(template.includes("{") ? template : `{${template}}`);
    const parts = reader.parts(false);
    return { ok: true, render: (data) => render(parts, data) };
  } catch (error) {
    return {
      ok: false,
      message: `"${template}" is no JSONPath: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** The values at one path such as `.metadata.name`, for columns and conditions. */
export function valuesAt(path: string, data: unknown): readonly unknown[] | null {
  try {
    const bare = path.replace(/^\{(.*)\}$/s, "$1");
    return walk(new Reader(`${bare.startsWith(".") || bare.startsWith("[") ? "" : "."}${bare}}`).steps(), [data]);
  } catch {
    return null;
  }
}

export const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function render(parts: readonly Part[], data: unknown): string {
  return parts
    .map((part) => {
      if ("text" in part) {
        return part.text;
      }
      if ("body" in part) {
        return walk(part.range, [data])
          .map((one) => render(part.body, one))
          .join("");
      }
      return walk(part.path, [data]).map(textOf).join(" ");
    })
    .join("");
}

function walk(steps: readonly Step[], from: readonly unknown[]): readonly unknown[] {
  let values = from;
  for (const step of steps) {
    values = values.flatMap((value) => next(step, value));
  }
  return values;
}

function next(step: Step, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  if (step === "all") {
    return Object.values(value);
  }
  if ("index" in step) {
    const found: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
    return found === undefined ? [] : [found];
  }
  if ("field" in step) {
    const found: unknown = Object.hasOwn(value, step.field) ? Reflect.get(value, step.field) : undefined;
    return found === undefined ? [] : [found];
  }
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return all.filter((one) => walk(step.path, [one]).some((found) => found === step.equals) !== step.not);
}

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  parts(inRange: boolean): Part[] {
    const found: Part[] = [];
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf("{", this.#at);
      if (open !== this.#at) {
        const end = open < 0 ? this.#text.length : open;
        found.push({ text: this.#text.slice(this.#at, end) });
        this.#at = end;
        continue;
      }
      this.#at += 1;
      this.#blanks();
      if (this.#takes("end")) {
        this.#needs("}");
        if (inRange) {
          return found;
        }
        throw new Error("{end} without {range}");
      }
      if (this.#takes("range")) {
        this.#blanks();
        const range = this.steps();
        found.push({ range, body: this.parts(true) });
      } else if (this.#peek() === '"' || this.#peek() === "'") {
        found.push({ text: this.#quoted() });
        this.#needs("}");
      } else {
        found.push({ path: this.steps() });
      }
    }
    if (inRange) {
      throw new Error("{range} without {end}");
    }
    return found;
  }

  /** Up to and with the closing brace. */
  steps(): Step[] {
    const found = this.#path();
    this.#needs("}");
    return found;
  }

  #path(): Step[] {
    const found: Step[] = [];
    if (this.#peek() === "$" || this.#peek() === "@") {
      this.#at += 1;
    }
    for (;;) {
      if (this.#peek() === ".") {
        this.#at += 1;
        const name = /^(?:\\.|[^.[\]{}()\s=!])+/.exec(this.#text.slice(this.#at))?.[0] ?? "";
        this.#at += name.length;
        if (name === "*") {
          found.push("all");
        } else if (name !== "") {
          found.push({ field: name.replaceAll(/\\(.)/g, "$1") });
        }
      } else if (this.#peek() === "[") {
        found.push(this.#bracket());
      } else {
        return found;
      }
    }
  }

  #bracket(): Step {
    this.#at += 1;
    if (this.#takes("?(")) {
      const path = this.#path();
      this.#blanks();
      const not = this.#takes("!=");
      if (!not) {
        this.#needs("==");
      }
      this.#blanks();
      const equals = this.#literal();
      this.#blanks();
      this.#needs(")");
      this.#needs("]");
      return { path, equals, not };
    }
    const quote = this.#peek();
    const step: Step = quote === '"' || quote === "'" ? { field: this.#quoted() } : this.#number();
    this.#needs("]");
    return step;
  }

  #number(): Step {
    if (this.#takes("*")) {
      return "all";
    }
    const digits = /^-?\d+/.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined) {
      throw new Error(`a number, a name in quotes or * is wanted at ${this.#at + 1}`);
    }
    this.#at += digits.length;
    return { index: Number(digits) };
  }

  #literal(): unknown {
    if (this.#peek() === '"' || this.#peek() === "'") {
      return this.#quoted();
    }
    const word = /^[^\s)]+/.exec(this.#text.slice(this.#at))?.[0] ?? "";
    this.#at += word.length;
    return word === "true" ? true : word === "false" ? false : Number(word);
  }

  #quoted(): string {
    const quote = this.#peek();
    this.#at += 1;
    let text = "";
    for (; this.#at < this.#text.length && this.#peek() !== quote; this.#at += 1) {
      if (this.#peek() !== "\\") {
        text += this.#peek();
      } else {
        this.#at += 1;
        text += { n: "\n", t: "\t", r: "\r" }[this.#peek()] ?? this.#peek();
      }
    }
    this.#needs(quote);
    return text;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #takes(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) {
      return false;
    }
    this.#at += word.length;
    return true;
  }

  #needs(word: string): void {
    if (!this.#takes(word)) {
      throw new Error(`"${word}" is wanted at ${this.#at + 1}`);
    }
  }

  #blanks(): void {
    while (/\s/.test(this.#peek())) {
      this.#at += 1;
    }
  }
}

// Turns what zod found into findings a person can act on: stable code, place, what is wrong, what to do.
import * as z from "zod";
import { didYouMean } from "../word/did-you-mean.ts";
import type { FindingCode } from "../word/finding-codes.ts";
import type { Path } from "../word/json-pointer.ts";
import { quote } from "../word/wording.ts";

/** Unknown keys told of one object: past these it is a document of another kind. */
const MOST_KEYS = 100;

type Issue = z.core.$ZodIssue;

/** One finding, placed by path. `key`: it is about the key, not its value. */
export interface Explained {
  readonly path: Path;
  readonly key: boolean;
  readonly code: FindingCode;
  readonly detail: string;
  readonly hint?: string;
}

/** Of objects with unknown keys: the keys they may have, by `JSON.stringify(path)`. */
type AllowedKeys = ReadonlyMap<string, readonly string[]>;

/** For a parse's `error`: only then an issue tells which keys the object may have; the finished one no longer does. */
export function notingKeys(allowed: Map<string, readonly string[]>): z.core.$ZodErrorMap {
  return (issue) => {
    if (issue.code === "unrecognized_keys" && issue.inst instanceof z.ZodObject) {
      allowed.set(JSON.stringify(issue.path ?? []), Object.keys(issue.inst.shape));
    }
    return undefined;
  };
}

const ARTICLE: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
};

function describe(value: unknown): string {
  if (value === null) {
    return "nothing";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  if (typeof value === "object") {
    return "a mapping";
  }
  return `the ${typeof value === "string" ? "text" : typeof value} ${quote(value)}`;
}

/** `spec.rules[0].matches[1]`, as a reader would say it. */
function place(path: Path): string {
  if (path.length === 0) {
    return "the document";
  }
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text.slice(1, 200);
}

function typeHint(expected: string, value: unknown): string | undefined {
  const scalar = typeof value === "number" || typeof value === "boolean";
  if (expected === "string" && scalar) {
    return `Put it in quotes: "${String(value)}".`;
  }
  if ((expected === "number" || expected === "int") && typeof value === "string") {
    return /^-?\d+(\.\d+)?$/.test(value) ? `Remove the quotes: ${value}.` : "Write digits only.";
  }
  if (expected === "boolean" && typeof value === "string") {
    return "Write true or false without quotes.";
  }
  if (expected === "array" && value !== null) {
    return "Make it a list: [ ] around it, or a dash before each entry.";
  }
  if (expected === "int") {
    return "Write a number without decimals.";
  }
  return undefined;
}

function stepsOf(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) {
      return undefined;
    }
    // Any object may be read by key once it is known to have it.
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

function oneOf(options: readonly unknown[], value: unknown): { detail: string; hint?: string } {
  const words = options.map(String);
  const meant = typeof value === "string" ? didYouMean(value, words) : null;
  const detail =
    options.length === 1
      ? `${quote(value)} is not ${quote(options[0])}`
      : `${quote(value)} is not one of ${words.join(", ")}`;
  return {
    detail,
    hint: meant === null ? `Use ${options.length === 1 ? "it" : "one of them"}.` : `Did you mean ${meant}?`,
  };
}

function amount(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, value: unknown): [string, string] {
  const most = issue.code === "too_big";
  const bound = String(most ? issue.maximum : issue.minimum);
  const side = issue.inclusive === false ? (most ? "less than" : "more than") : most ? "at most" : "at least";
  if (issue.origin === "array") {
    const length = Array.isArray(value) ? value.length : 0;
    return [`The list has ${length} ${length === 1 ? "entry" : "entries"}`, `Give ${side} ${bound}.`];
  }
  if (issue.origin === "string") {
    if (value === "") {
      return ["The text is empty", "Write something, or leave the field out."];
    }
    return [`The text has ${String(value).length} characters`, `Write ${side} ${bound}.`];
  }
  return [`${quote(value)} is out of range`, `Use a number that is ${side} ${bound}.`];
}

/** Every finding behind one issue. `value` is what was parsed, `base` where zod started inside the document. */
function explainOne(issue: Issue, base: Path, value: unknown, allowed: AllowedKeys): Explained[] {
  const path = [...base, ...stepsOf(issue.path)];
  const here = at(value, path);
  const field = path.at(-1);
  const finding = (code: FindingCode, detail: string, hint?: string): Explained[] => [
    { path, key: false, code, detail, ...(hint === undefined ? {} : { hint }) },
  ];
  const [first = "", second] = issue.message.split("\n");
  const authored = second === undefined ? null : { detail: first, hint: second };
  const named = path[0] === "metadata" && (field === "name" || field === "namespace") && path.length === 2;
  const invalid: FindingCode = named ? "SLV1108" : "SLV1104";
  const missing = (): Explained[] =>
    finding("SLV1105", `The field ${quote(field)} is missing in ${place(path.slice(0, -1))}`, `Add ${String(field)}.`);

  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.slice(0, MOST_KEYS).map((name) => {
        const known = allowed.get(JSON.stringify(stepsOf(issue.path))) ?? [];
        const meant = didYouMean(name, known);
        const hint = meant === null ? `The fields there are ${known.join(", ")}.` : `Did you mean ${meant}?`;
        return {
          path: [...path, name],
          key: true,
          code: "SLV1101",
          detail: `There is no field ${quote(name)} in ${place(path)}`,
          hint,
        };
      });
    case "invalid_type": {
      if (here === undefined) {
        return missing();
      }
      if (authored !== null) {
        return finding(invalid, authored.detail, authored.hint);
      }
      const wanted = ARTICLE[issue.expected] ?? issue.expected;
      return finding(invalid, `Expected ${wanted}, found ${describe(here)}`, typeHint(issue.expected, here));
    }
    case "invalid_value": {
      if (here === undefined) {
        return missing();
      }
      const { detail, hint } = oneOf(issue.values, here);
      return finding(invalid, detail, hint);
    }
    case "invalid_union": {
      if (issue.errors.length === 0) {
        if (here === undefined) {
          return missing();
        }
        const { detail, hint } = oneOf(issue.inclusive === false ? [] : (issue.options ?? []), here);
        return finding(invalid, detail, hint);
      }
      // The alternative that got furthest before it failed is the one that was meant.
      const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((inner) => inner.path.length));
      const closest = issue.errors.toSorted((one, other) => depth(other) - depth(one))[0] ?? [];
      return closest.flatMap((inner) => explainOne(inner, path, value, allowed));
    }
    case "invalid_key": {
      const inner = issue.issues[0]?.message.split("\n") ?? [];
      return [
        {
          path,
          key: true,
          code: "SLV1104",
          detail: inner[0] ?? "The key is not valid",
          hint: inner[1] ?? "Rename it.",
        },
      ];
    }
    case "too_big":
    case "too_small":
      return finding(invalid, ...amount(issue, here));
    default: {
      if (authored === null) {
        const isTime = issue.code === "invalid_format" && issue.format === "datetime";
        return isTime
          ? finding(invalid, `${quote(here)} is not a time`, "Write RFC 3339, such as 2026-11-29T12:00:00Z.")
          : finding(invalid, first);
      }
      const absent = issue.code === "custom" && issue.params?.["missing"] === true;
      return finding(absent ? "SLV1105" : invalid, authored.detail, authored.hint);
    }
  }
}

/** The findings behind zod's issues. A missing field that an unknown one was probably meant to be is told once. */
export function explainIssues(issues: readonly Issue[], base: Path, value: unknown, allowed: AllowedKeys): Explained[] {
  const all = issues.flatMap((issue) => explainOne(issue, base, value, allowed));
  const meant = new Set(
    all
      .filter((finding) => finding.code === "SLV1101" && finding.hint?.startsWith("Did you mean "))
      .map((finding) => JSON.stringify([...finding.path.slice(0, -1), finding.hint?.slice(13, -1)])),
  );
  const told = new Set<string>();
  return all.filter(({ code, path }) => {
    const where = JSON.stringify(path);
    if (code === "SLV1105" && meant.has(where)) {
      return false;
    }
    // One value that breaks two rules is one thing to mend.
    const again = told.has(where);
    told.add(where);
    return !again;
  });
}

// JSON bodies of calls that take one object, and the body of calls that take none.
import type * as z from "zod";
import { explainIssues, notingKeys, type Explained } from "../../model/read/explain-issues.ts";
import { toPointer } from "../../model/word/json-pointer.ts";
import type { ProblemItem } from "../../model/word/problem.ts";
import type { BodyKind } from "./operation.ts";
import { mediaType, type Outcome, readText, refuseBody } from "../http/body.ts";

/** A call without a body; one that is sent all the same is not read. */
export const noBody: BodyKind<null> = {
  content: {},
  required: false,
  read: () => Promise.resolve({ ok: true, value: null }),
};

/** One JSON value of the schema. With `whenEmpty` the body may be left out. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  whenEmpty?: z.output<Schema>,
): BodyKind<z.output<Schema>> {
  return {
    content: { "application/json": { schema } },
    required: whenEmpty === undefined,
    async read(request) {
      const type = mediaType(request);
      const text = await readText(request);
      if (!text.ok) {
        return text;
      }
      if (text.value.length === 0 && whenEmpty !== undefined) {
        return { ok: true, value: whenEmpty };
      }
      if (type !== "application/json") {
        return refuseBody({
          problem: "unsupportedMediaType",
          detail: `This call takes application/json, not ${type === null ? "a body without content-type" : type}.`,
        });
      }
      return parseJson(schema, text.value);
    },
  };
}

function toItem({ path, code, detail, hint }: Explained): ProblemItem {
  return { pointer: `#${toPointer(path)}`, code, detail, ...(hint === undefined ? {} : { hint }) };
}

function parseJson<Schema extends z.ZodType>(schema: Schema, text: string): Outcome<z.output<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuseBody({ problem: "malformed", detail: "The body is not JSON." });
  }
  const allowed = new Map<string, readonly string[]>();
  const parsed = schema.safeParse(value, { error: notingKeys(allowed) });
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const errors = explainIssues(parsed.error.issues, [], value, allowed).map(toItem);
  return refuseBody({
    problem: "validation",
    detail: `The body is not valid. First: ${(errors[0]?.detail ?? "").replace(/\.$/, "")}.`,
    errors,
  });
}

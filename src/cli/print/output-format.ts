// `-o` as it was written: a template that cannot be read is refused before anything is asked or written.
import { InvalidArgumentError } from "commander";
import { outputOf, outputs, type Output } from "../session/session.ts";
import { jsonpath } from "./jsonpath.ts";
import { customColumns } from "./print-data.ts";

export function outputFormat(text: string): Output {
  const output = outputOf(text);
  if (output === null) {
    throw new InvalidArgumentError(`Allowed choices are ${outputs.join(", ")}, jsonpath=…, custom-columns=….`);
  }
  if (output.startsWith("jsonpath=")) {
    const read = jsonpath(output.slice("jsonpath=".length));
    if (!read.ok) {
      throw new InvalidArgumentError(read.message);
    }
  }
  if (output.startsWith("custom-columns=")) {
    const read = customColumns(output.slice("custom-columns=".length));
    if (typeof read === "string") {
      throw new InvalidArgumentError(read);
    }
  }
  return output;
}

// A value as YAML for people and files: what a terminal would obey is written as an escape, which is the same value to
// whoever reads it back.
import { hidesSomething, writtenOut } from "../session/visible-characters.ts";

export async function yamlText(
  value: unknown,
  options: { readonly aliasDuplicateObjects?: false } = {},
): Promise<string> {
  const { Document, visit } = await import("yaml");
  const document = new Document(value, options);
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && hidesSomething(scalar.value)) {
        // Only there are escapes.
        scalar.type = "QUOTE_DOUBLE";
      }
    },
  });
  return writtenOut(document.toString({ lineWidth: 0 })).trimEnd();
}

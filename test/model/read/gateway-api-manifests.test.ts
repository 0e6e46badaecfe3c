// The manifests of the Gateway API's conformance suite, where they lie beside the checkout: each must be read as it
// stands.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";

const folder = new URL("../../../../shared/conformance/gateway-api/", import.meta.url).pathname;
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yaml")) : [];

describe.skipIf(files.length === 0)(
  "the Gateway API's conformance manifests (absent: not beside this checkout)",
  () => {
    it.each(files)("reads %s", (name) => {
      const text = readFileSync(folder + name, "utf8");
      const parsed = parseDocuments(text, "yaml");
      if (!parsed.ok) {
        throw new Error(JSON.stringify(parsed.refusal, null, 1));
      }
      const written = text.match(/^kind: \w+/gm)?.map((line) => line.slice(6));
      expect(parsed.documents.map(({ document }) => document.kind)).toEqual(written);
    });
  },
);

// House rules about reading: what several places must understand alike is read in one place.
import { isProduct, type Rule, type Violation } from "./rule.ts";
import type { Source } from "./source.ts";

const lines = ({ path, text }: Source, test: RegExp): Violation[] =>
  text
    .split("\n")
    .flatMap((line, at) =>
      test.test(line) && !/^\s*(\/\/|\/?\*)/.test(line) ? [{ path, line: at + 1, what: line.trim().slice(0, 60) }] : [],
    );

const oneRecord: Rule = {
  rule: "a JSON object is known by isRecord of src/model/word/record.ts",
  because: "two readers of one value that disagree about lists decide differently about the same token or document",
  mend: "import isRecord",
  check: ({ sources }) =>
    sources
      .filter(({ path }) => isProduct(path) && path !== "src/model/word/record.ts")
      .flatMap((one) => lines(one, /typeof (\w+) === "object" && \1 !== null && !Array\.isArray\(\1\)/)),
  breaks: [
    {
      files: {
        "src/tokens/a.ts": 'const isJwk = (v: unknown) =>\n  typeof v === "object" && v !== null && !Array.isArray(v);',
        "durable/a.ts": 'if (typeof x === "object" && x !== null && !Array.isArray(x)) y();',
      },
      violations: 2,
    },
  ],
  keeps: {
    "src/model/word/record.ts":
      'export const a = (v: unknown) => typeof v === "object" && v !== null && !Array.isArray(v);',
    "src/tokens/a.ts":
      '// typeof v === "object" && v !== null && !Array.isArray(v)\nif (typeof v === "object" && v !== null) y();',
  },
};

const oneKey: Rule = {
  rule: "keys are taken apart by src/model/word/refs.ts",
  because:
    "how a key is written may change, and a key that is split by hand is split wrongly in the place that was forgotten",
  mend: "partsOfRef, partsOfKey, scopedName or partsOfEndpointKey",
  check: ({ sources }) =>
    sources
      // What others write, Istio's names among it, is read where it comes in.
      .filter(({ path }) => isProduct(path) && !path.startsWith("src/adapters/"))
      .flatMap((one) =>
        lines(one, /\b(key|ref|service|route|gateway|policy|contract|tier|application|target)\.split\("\/"/),
      ),
  breaks: [
    {
      files: {
        "src/control/calls/a.ts": 'const [namespace = "", name = ""] = service.split("/");',
        "src/proxy/a.ts": 'const own = named.service.split("/", 1)[0] === rule.route.split("/", 1)[0];',
      },
      violations: 2,
    },
  ],
  keeps: {
    "src/adapters/istio/a.ts": 'const [name] = gateway.split("/").toReversed();',
    "src/decide/route/a.ts": 'for (const segment of path.split("/")) count(segment);',
  },
};

export const readerRules: readonly Rule[] = [oneRecord, oneKey];

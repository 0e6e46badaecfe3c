// Keys that a document holds itself, judged once for whoever names them: policies of tokens, and trust in clusters.
import { judgeJwk } from "../../decide/keys/jwk-fault.ts";
import type { Finding } from "../../model/word/finding.ts";

type Jwks = { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined;

/**
 * @param at pointer of what has the member `jwks`
 * @returns what makes a key worthless, and the algorithms of those that are good
 */
export function judgeJwks(
  jwks: Jwks,
  at: string,
): { readonly findings: Omit<Finding, "ref">[]; readonly algorithms: ReadonlySet<string> } {
  const judged = (jwks?.keys ?? []).map(judgeJwk);
  return {
    findings: judged.flatMap((fault, index) =>
      typeof fault === "string"
        ? [{ severity: "error", code: "SLV1241", pointer: `${at}/jwks/keys/${index}`, message: `The key ${fault}` }]
        : [],
    ),
    algorithms: new Set(judged.flatMap((one) => (typeof one === "string" ? [] : one))),
  };
}

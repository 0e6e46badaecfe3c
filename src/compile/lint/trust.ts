// Clusters whose workload tokens could not be checked: key sets at addresses that must not be asked, keys that prove
// nothing.
import { refusalForAddress } from "../../decide/text/address.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOf } from "../../model/word/refs.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import { judgeJwks } from "../policy/jwk-findings.ts";

/** @param allowPrivate whether key sets may be fetched from private addresses and over plain http */
export function lintTrust({ clusters }: DocumentIndex, allowPrivate: boolean): Finding[] {
  return [...clusters.values()].flatMap(({ kind, metadata, spec }): Finding[] => {
    const { jwksUri, jwks } = spec.trust ?? {};
    const ref = refOf(kind, metadata.namespace, metadata.name);
    const keys = judgeJwks(jwks, "/spec/trust").findings.map(({ severity, code, pointer, message }): Finding => ({
      severity,
      code,
      ref,
      pointer,
      message,
    }));
    const message = jwksUri === undefined ? null : refusalForAddress(jwksUri, { allowPrivate });
    if (message === null) {
      return keys;
    }
    const hint = "Give a public https address, or the keys themselves under jwks.";
    return [{ severity: "error", code: "SLV1240", ref, pointer: "/spec/trust/jwksUri", message, hint }];
  });
}

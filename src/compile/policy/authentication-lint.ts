// What is wrong with AuthenticationPolicies that parse: keys that prove nothing, key sets at addresses that must not be
// asked, headers that claims may not fill, and what their authors may not have meant.
import { refusalForAddress } from "../../decide/text/address.ts";
import { isReserved } from "../../decide/header/headers.ts";
import type { JwtProviderSpec } from "../../model/document/kind/authentication.ts";
import { judgeJwks } from "./jwk-findings.ts";
import type { PolicyContext, PolicyOf, Told } from "./kind.ts";

export function lintAuthentication(
  { spec }: PolicyOf<"AuthenticationPolicy">,
  { allowPrivate, hasSecret }: PolicyContext,
): Told[] {
  const providers = spec.jwt?.providers ?? [];
  return providers.flatMap((provider, index) => {
    const at = `/spec/jwt/providers/${index}`;
    const found: readonly Told[][] = [
      addressFindings(provider, at, allowPrivate),
      keyFindings(provider, at),
      headerFindings(provider, at),
      issuerFindings(providers, index, at),
      timeFindings(provider, at),
      audienceFindings(provider, at),
      secretFindings(provider, at, hasSecret),
    ];
    return found.flat();
  });
}

function addressFindings({ jwksUri }: JwtProviderSpec, at: string, allowPrivate: boolean): Told[] {
  const message = jwksUri === undefined ? null : refusalForAddress(jwksUri, { allowPrivate });
  if (message === null) {
    return [];
  }
  const hint = 'A Cluster named "default" with allowPrivateAddresses: true lets key sets be fetched from there.';
  return [{ severity: "error", code: "SLV1240", pointer: `${at}/jwksUri`, message, hint }];
}

function keyFindings({ jwks, algorithms }: JwtProviderSpec, at: string): Told[] {
  if (jwks === undefined) {
    return [];
  }
  const judged = judgeJwks(jwks, at);
  if (judged.findings.length > 0 || algorithms.some((one) => judged.algorithms.has(one))) {
    return judged.findings;
  }
  const message = `None of the keys is for ${algorithms.join(", ")}: every token is refused`;
  const hint = "Name the keys' algorithm under algorithms.";
  return [{ severity: "error", code: "SLV1241", pointer: `${at}/algorithms`, message, hint }];
}

/** Headers that say who the caller is to other proxies and services must come from nowhere else either. */
function headerFindings({ claimToHeaders }: JwtProviderSpec, at: string): Told[] {
  return claimToHeaders.flatMap(({ header }, index): Told[] => {
    if (!isReserved(header)) {
      return [];
    }
    const message = `A claim may not fill the header ${header}: it belongs to the connection or to the mesh`;
    return [{ severity: "error", code: "SLV1242", pointer: `${at}/claimToHeaders/${index}/header`, message }];
  });
}

function issuerFindings(providers: readonly JwtProviderSpec[], index: number, at: string): Told[] {
  const provider = providers[index];
  const earlier = providers.slice(0, index).find(({ issuer }) => issuer === provider?.issuer);
  if (earlier === undefined) {
    return [];
  }
  const message = `The provider ${earlier.name} has the same issuer: a token passes when one of the two accepts it`;
  return [{ severity: "warning", code: "SLV1330", pointer: `${at}/issuer`, message, hint: "Merge the two." }];
}

function timeFindings({ requiredClaims }: JwtProviderSpec, at: string): Told[] {
  if (requiredClaims.includes("exp")) {
    return [];
  }
  const message = "Tokens without exp are accepted: they never expire, and one that leaks is good for ever";
  return [{ severity: "warning", code: "SLV1331", pointer: `${at}/requiredClaims`, message, hint: "Require exp." }];
}

function audienceFindings({ audiences }: JwtProviderSpec, at: string): Told[] {
  if (audiences.length > 0) {
    return [];
  }
  const message = "Tokens for any audience are accepted: one that its user gave to another application works here too";
  const hint = "Name what the issuer writes into aud for this service under audiences.";
  return [{ severity: "warning", code: "SLV1333", pointer: `${at}/audiences`, message, hint }];
}

function secretFindings({ secretRef }: JwtProviderSpec, at: string, hasSecret: (name: string) => boolean): Told[] {
  if (secretRef === undefined || hasSecret(secretRef.name)) {
    return [];
  }
  const message = `The Worker has no secret ${secretRef.name} of at least 32 bytes: tokens of this provider are answered 503`;
  const hint = `Set it: wrangler secret put ${secretRef.name}`;
  return [{ severity: "warning", code: "SLV1332", pointer: `${at}/secretRef`, message, hint }];
}

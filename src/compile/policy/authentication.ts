// AuthenticationPolicy → what the data plane checks: durations as numbers, header names in lower case.
import type { Authentication, CredentialSource, JwtProvider, KeySource } from "../../model/snapshot/access.ts";
import type { JwtProviderSpec } from "../../model/document/kind/authentication.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { lintAuthentication } from "./authentication-lint.ts";
import type { KindOf, PolicyOf } from "./kind.ts";

export const authentication: KindOf<"AuthenticationPolicy", "authentication"> = {
  kind: "AuthenticationPolicy",
  table: "authentication",
  attaches: "requests",
  mode: "most-specific-wins",
  compile: (policy, { allowPrivate }) => [compileAuthentication(policy, allowPrivate)],
  lint: lintAuthentication,
};

/** @param allowPrivate whether key sets may be fetched from private addresses and over plain http */
function compileAuthentication(
  { metadata, spec }: PolicyOf<"AuthenticationPolicy">,
  allowPrivate: boolean,
): Authentication {
  const { mode, jwt, clientCredentials, mesh, mtls } = spec;
  return {
    policy: `${metadata.namespace}/${metadata.name}`,
    mode,
    jwt: (jwt?.providers ?? []).map((provider) => compileProvider(provider, allowPrivate)),
    clientCredentials:
      clientCredentials === undefined
        ? null
        : { required: clientCredentials.required, from: clientCredentials.from.map(compileCredentialSource) },
    mesh: mesh ?? null,
    mtls: mtls ?? null,
  };
}

function compileProvider(spec: JwtProviderSpec, allowPrivate: boolean): JwtProvider {
  return {
    name: spec.name,
    issuer: spec.issuer,
    audiences: spec.audiences,
    keys: keysOf(spec, allowPrivate),
    algorithms: spec.algorithms,
    from: spec.from.map(({ header, prefix = "", cookie }) =>
      cookie === undefined ? { header: (header ?? "authorization").toLowerCase(), prefix } : { cookie },
    ),
    claimToHeaders: spec.claimToHeaders.map(({ claim, header }) => ({ claim, header: header.toLowerCase() })),
    clockSkewMs: parseDuration(spec.clockSkew) ?? 0,
    requiredClaims: spec.requiredClaims,
  };
}

/** The schema lets exactly one of the three pass. */
function keysOf({ jwksUri, jwks, secretRef }: JwtProviderSpec, allowPrivate: boolean): KeySource {
  if (jwksUri !== undefined) {
    return allowPrivate ? { jwksUri, allowPrivate } : { jwksUri };
  }
  if (jwks !== undefined) {
    return { jwks };
  }
  return { secret: secretRef?.name ?? "" };
}

function compileCredentialSource(
  source: NonNullable<PolicyOf<"AuthenticationPolicy">["spec"]["clientCredentials"]>["from"][number],
): CredentialSource {
  if (source === "basic") {
    return source;
  }
  return { id: source.headers.id.toLowerCase(), secret: source.headers.secret.toLowerCase() };
}

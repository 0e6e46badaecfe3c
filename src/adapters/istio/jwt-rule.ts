// A rule of Istio's RequestAuthentication → a provider of an AuthenticationPolicy. A rule of which a check cannot be
// said is left out: the tokens of its issuer then count for nothing, or are refused.
import { ASYMMETRIC, authenticationPolicySpecSchema } from "../../model/document/kind/authentication.ts";
import { headerNameSchema } from "../../model/document/field/http-header.ts";
import { refusalOf } from "../source/judge-document.ts";
import { labelName } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";

const REASONS = {
  fromParams: "A token is never read from the query, which ends up in logs",
  outputPayloadToHeader: "Claims become headers one by one (outputClaimToHeaders)",
  timeout: "A key set is waited for for 5 s",
  spaceDelimitedClaims: "Of the claims that are one text, scope and permission are lists",
} as const;

export interface JwtRuleProvider {
  readonly name: string;
}

/** @param taken names of the policy's other providers */
export function translateJwtRule(rule: Field, taken: ReadonlySet<string>): JwtRuleProvider | null {
  const lose = (why: string): null => {
    rule.drop(`${why}: tokens of this issuer are not accepted`);
    return null;
  };
  const issuer = rule.at("issuer").text();
  if (issuer === null) {
    return lose("It names no issuer");
  }
  const audiences = textsOf(rule.at("audiences"));
  if (audiences === null) {
    return lose("Its audiences cannot be read");
  }
  const keys = keysOf(rule);
  if (keys === null) {
    return lose("Its keys are not said by jwksUri or jwks: none are looked for by OpenID discovery");
  }
  const from = sourcesOf(rule);
  if (from?.length === 0) {
    return lose("None of the places that it takes tokens from can be said");
  }
  if (rule.at("forwardOriginalToken").flag() === false) {
    rule.at("forwardOriginalToken").change("The token is passed on to the service");
  }
  const claimToHeaders = claimHeadersOf(rule.at("outputClaimToHeaders"));
  const provider = {
    name: nameOf(issuer, taken),
    issuer,
    ...(audiences.length > 0 ? { audiences } : {}),
    ...keys,
    algorithms: ASYMMETRIC,
    ...(from === null ? {} : { from }),
    ...(claimToHeaders.length > 0 ? { claimToHeaders } : {}),
  };
  const refusal = refusalOf(authenticationPolicySpecSchema, { targetRefs: [], jwt: { providers: [provider] } });
  if (refusal !== null) {
    return lose(refusal);
  }
  rule.tellRest(REASONS);
  return provider;
}

/** Null when it is no list of texts: to leave one out would be to check less. */
function textsOf(field: Field): string[] | null {
  if (!field.present) {
    return [];
  }
  const texts = field.items().map((entry) => entry.text());
  const said = texts.flatMap((text) => text ?? []);
  return Array.isArray(field.value) && said.length === texts.length ? said : null;
}

function keysOf(rule: Field): object | null {
  const [uri, old, inline] = ["jwksUri", "jwks_uri", "jwks"].map((name) => rule.at(name));
  const address = uri?.text() ?? old?.text() ?? null;
  if (address !== null) {
    if (isInside(address)) {
      const field = uri?.present ? uri : old;
      field?.change("Key sets are fetched from public https addresses, unless the Cluster allows private ones");
    }
    return { jwksUri: address };
  }
  const text = inline?.text() ?? null;
  if (text === null) {
    return null;
  }
  try {
    return { jwks: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function isInside(address: string): boolean {
  if (!URL.canParse(address)) {
    return false;
  }
  const { protocol, hostname } = new URL(address);
  return protocol !== "https:" || !hostname.includes(".") || /\.(svc|local|internal)$/.test(hostname);
}

/** Null = the default of both: `Authorization: Bearer`. */
function sourcesOf(rule: Field): object[] | null {
  const [headers, cookies, params] = ["fromHeaders", "fromCookies", "fromParams"].map((name) => rule.at(name));
  if (![headers, cookies, params].some((field) => field?.present && !isEmpty(field))) {
    return null;
  }
  const named = (headers?.items() ?? []).flatMap((entry) => {
    const name = entry.at("name").text();
    const prefix = entry.at("prefix").text() ?? "";
    return tell(entry, name, { header: name, ...(prefix === "" ? {} : { prefix }) });
  });
  return [...named, ...(cookies?.items() ?? []).flatMap((entry) => tell(entry, entry.text(), { cookie: entry.value }))];
}

const isEmpty = ({ value }: Field): boolean => Array.isArray(value) && value.length === 0;

function tell(entry: Field, name: string | null, said: object): object[] {
  const refusal = name === null ? "It has no name" : refusalOf(headerNameSchema, name);
  if (refusal === null) {
    return [said];
  }
  entry.drop(refusal);
  return [];
}

function claimHeadersOf(field: Field): object[] {
  return field.items().flatMap((entry) => {
    const [header, claim] = [entry.at("header").text(), entry.at("claim").text()];
    return tell(entry, claim === null || claim === "" ? null : header, { claim, header });
  });
}

function nameOf(issuer: string, taken: ReadonlySet<string>): string {
  const base = labelName(URL.canParse(issuer) ? new URL(issuer).hostname || issuer : issuer).slice(0, 59);
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) {
      return name;
    }
  }
}

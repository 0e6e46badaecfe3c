// Anypoint's policies that decide who may call: client ids, tokens, passwords, addresses. What cannot be checked here
// closes the API: a policy that is left out would let everybody in.
import { authenticationPolicySpecSchema } from "../../model/document/kind/authentication.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { Field } from "../source/source-field.ts";
import { headerOf, literalOf } from "./expression.ts";
import { anypointBlock } from "./address-block.ts";
import type { ApiPolicyContext, PolicyEffect, TranslatePolicy } from "./api.ts";

export const clientCredentials: TranslatePolicy = ({ config }) => {
  const origin = config.at("credentialsOriginHasHttpBasicAuthenticationHeader").text();
  const [id, secret] = [config.at("clientIdExpression"), config.at("clientSecretExpression")];
  const [idText, secretText] = [id.text(), secret.text()];
  if (origin === "httpBasicAuthenticationHeader") {
    return credentialsFrom("basic");
  }
  const idHeader = headerOf(idText ?? "#[attributes.headers['client_id']]");
  const secretHeader = headerOf(secretText ?? "#[attributes.headers['client_secret']]");
  if (idHeader === null || secretHeader === null) {
    const field = idHeader === null ? id : secret;
    return { closed: tell(field, "Credentials are read from headers or HTTP Basic, not by an expression") };
  }
  if (idText !== null && secretText === null) {
    secret.change(`A client id alone proves nothing: the secret is asked for as well, in ${secretHeader}`);
  }
  return credentialsFrom({ headers: { id: idHeader, secret: secretHeader } });
};

function credentialsFrom(from: unknown): PolicyEffect {
  return authentication({ clientCredentials: { required: true, from: [from] } });
}

function authentication(spec: Readonly<Record<string, unknown>>): PolicyEffect {
  return { policies: [{ kind: "AuthenticationPolicy", spec: { mode: "require", ...spec } }] };
}

const FAMILIES: Readonly<Record<string, string>> = { rsa: "RS", hmac: "HS", es: "ES" };

export const jwtValidation: TranslatePolicy = (policy, context) => {
  const { config } = policy;
  const method = config.at("signingMethod").text() ?? "rsa";
  const length = config.at("signingKeyLength").number() ?? Number(config.at("signingKeyLength").text() ?? 256);
  const family = Object.hasOwn(FAMILIES, method) ? FAMILIES[method] : undefined;
  if (family === undefined) {
    return { closed: tell(config.at("signingMethod"), "Tokens without a signature prove nothing") };
  }
  const claims = claimsOf(config);
  if (claims.unsaid !== null) {
    return { closed: claims.unsaid };
  }
  const issuer = claims.issuer ?? context.jwtIssuer ?? null;
  if (issuer === null) {
    const why = "Tokens are checked for their issuer here: say it with --jwt-issuer, or write it into the policy";
    return { closed: tell(config, why) };
  }
  const keys = keysOf(config, family, context);
  if (keys.length === 0) {
    return { closed: tell(config, "Its keys cannot be read") };
  }
  const from = tokenSource(config);
  if (from === null) {
    return { closed: tell(config.at("jwtExpression"), "Tokens are read from headers only") };
  }
  const terms = {
    issuer,
    ...(claims.audiences.length > 0 ? { audiences: claims.audiences } : {}),
    algorithms: [`${family}${length}`],
    from: [from],
    requiredClaims: claims.required,
  };
  const providers = keys.map((key, index) =>
    Object.assign({ name: index === 0 ? "jwt" : `jwt-${index + 1}` }, terms, key),
  );
  const refusal = refusalOf(authenticationPolicySpecSchema, { targetRefs: [], jwt: { providers } });
  if (refusal !== null) {
    return { closed: tell(config, refusal) };
  }
  const { policies = [] } = authentication({ jwt: { providers }, ...clientBesideToken(config) });
  const wrong = [...claims.values].map(([claim, value]) => ({ when: [{ key: `claim:${claim}`, notValues: [value] }] }));
  const guard = { kind: "AuthorizationPolicy", spec: { action: "DENY", rules: wrong } };
  return { policies: wrong.length === 0 ? policies : [...policies, guard] };
};

/** There the token's client has to have a contract; here an id alone proves nothing, so its secret comes along. */
function clientBesideToken(config: Field): Readonly<Record<string, unknown>> {
  const skips = config.at("skipClientIdValidation");
  config.at("clientIdExpression").take();
  if (skips.flag() !== false) {
    return {};
  }
  skips.change("The client's id and secret are asked for in client_id and client_secret, beside the token");
  const headers = { id: "client_id", secret: "client_secret" };
  return { clientCredentials: { required: true, from: [{ headers }] } };
}

interface Claims {
  readonly issuer: string | null;
  readonly audiences: readonly string[];
  readonly required: readonly string[];
  /** Values that other claims must have, by claim. */
  readonly values: ReadonlyMap<string, string>;
  /** Why a claim that is checked there cannot be checked here; null = all can. */
  readonly unsaid: string | null;
}

function claimsOf(config: Field): Claims {
  const isOn = (name: string): boolean => config.at(name).flag() === true;
  const checksAudience = isOn("validateAudClaim");
  const audiences = (config.at("supportedAudiences").text() ?? "").split(",").map((one) => one.trim());
  const [mandatory, others] = [config.at("mandatoryCustomClaims"), config.at("nonMandatoryCustomClaims")];
  const isChecked = isOn("validateCustomClaim");
  const values = new Map<string, string>();
  let unsaid: string | null = null;
  const required = ["exp"];
  if (isOn("mandatoryNbfClaim")) {
    required.push("nbf");
  }
  if (checksAudience && isOn("mandatoryAudClaim")) {
    required.push("aud");
  }
  config.at("mandatoryExpClaim").take();
  for (const entry of isChecked ? [...mandatory.items(), ...others.items()] : []) {
    const [key, text] = [entry.at("key").text(), entry.at("value").text()];
    const value = text === null ? null : literalOf(text);
    if (key === null || value === null || value === "" || value.includes("*")) {
      unsaid = tell(entry, "A claim is compared with a text here, not by an expression");
    } else {
      values.set(key, value);
    }
  }
  for (const [key] of values) {
    if (key !== "iss" && !required.includes(key)) {
      required.push(key);
    }
  }
  if (others.items().length > 0 && isChecked) {
    others.change("A claim that may be missing there has to be in the token here");
  }
  mandatory.take();
  others.take();
  const issuer = values.get("iss") ?? null;
  values.delete("iss");
  const said = checksAudience ? audiences.filter((one) => one !== "") : [];
  return { issuer, audiences: said, required, values, unsaid };
}

function keysOf(config: Field, family: string, { jwkOf, api }: ApiPolicyContext): object[] {
  const origin = config.at("jwtKeyOrigin").text() ?? "text";
  for (const name of ["jwksServiceTimeToLive", "jwksServiceConnectionTimeout"]) {
    config.at(name).take();
  }
  if (origin === "jwks") {
    const urls = (config.at("jwksUrl").text() ?? "").split(",").map((one) => one.trim());
    return urls.filter((one) => one !== "").map((jwksUri) => ({ jwksUri }));
  }
  const text = config.at("textKey").text();
  if (text === null || text === "") {
    return [];
  }
  if (family === "HS") {
    const name = `${api.name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}_JWT_SECRET`;
    config.at("textKey").change(`A shared secret is in no document: put it into the Worker's secret ${name}`);
    return [{ secretRef: { name } }];
  }
  const jwk = jwkOf?.(text) ?? null;
  return jwk === null ? [] : [{ jwks: { keys: [jwk] } }];
}

function tokenSource(config: Field): object | null {
  const origin = config.at("jwtOrigin").text() ?? "httpBearerAuthenticationHeader";
  const expression = config.at("jwtExpression").text();
  if (origin === "httpBearerAuthenticationHeader") {
    return { header: "Authorization", prefix: "Bearer " };
  }
  const header = headerOf(expression ?? "#[attributes.headers['jwt']]");
  return header === null ? null : { header };
}

/** Only these addresses, or none of these. */
export function addresses(kind: "allow" | "deny"): TranslatePolicy {
  return ({ config }) => {
    const expression = config.at("ipExpression");
    if (expression.text() !== null) {
      expression.change("The address is the one that the platform saw, not what a header says: nobody can write it");
    }
    const blocks = config
      .at("ips")
      .items()
      .map((entry) => ({ entry, block: anypointBlock(entry.text() ?? "") }));
    for (const { entry, block } of blocks) {
      if (block === null) {
        entry.drop("It is no address, block or beginning of one");
      }
    }
    const said = blocks.flatMap(({ block }) => block ?? []);
    // One that cannot be read was to be kept out, or was not let in by anything else.
    if (kind === "deny" && said.length < blocks.length) {
      return { closed: "An address that it blocks cannot be read" };
    }
    if (said.length === 0) {
      return kind === "deny" ? {} : { closed: "It allows no address that can be read" };
    }
    return { policies: [{ kind: "IPAccessPolicy", spec: { [kind]: said } }] };
  };
}

export const password: TranslatePolicy = ({ config }) => {
  for (const name of ["username", "password"]) {
    config.at(name).take();
  }
  const why =
    "Passwords of the gateway's own are not kept here: make an Application and give its callers the credentials (selvage app)";
  return { closed: tell(config, why) };
};

function tell(field: Field, why: string): string {
  field.drop(why);
  return why;
}

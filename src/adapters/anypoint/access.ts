// Anypoint's policies that decide who may call: client ids, tokens, passwords, addresses. What cannot be checked here
// closes the API: a policy that is left out would let everybody in.
import { authenticationPolicySpecSchema } from "../../model/document/kind/authentication.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { Field } from "../source/source-field.ts";
import { headerOf } from "./expression.ts";
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
  return authentication({ jwt: { providers } });
};

interface Claims {
  readonly issuer: string | null;
  readonly audiences: readonly string[];
  readonly required: readonly string[];
}

function claimsOf(config: Field): Claims {
  const isOn = (name: string): boolean => config.at(name).flag() === true;
  const checksAudience = isOn("validateAudClaim");
  const audiences = (config.at("supportedAudiences").text() ?? "").split(",").map((one) => one.trim());
  const customs = [config.at("mandatoryCustomClaims"), config.at("nonMandatoryCustomClaims")];
  const isChecked = isOn("validateCustomClaim");
  let issuer: string | null = null;
  const required = ["exp"];
  if (isOn("mandatoryNbfClaim")) {
    required.push("nbf");
  }
  if (checksAudience && isOn("mandatoryAudClaim")) {
    required.push("aud");
  }
  config.at("mandatoryExpClaim").take();
  for (const entry of isChecked ? customs.flatMap((list) => list.items()) : []) {
    const [key, value] = [entry.at("key").text(), entry.at("value").text()];
    if (key === "iss" && value !== null && !value.startsWith("#[")) {
      issuer = value;
    } else {
      entry.drop("Of claims only iss and aud are compared by the provider: write an AuthorizationPolicy with `claim:`");
    }
  }
  for (const list of customs) {
    list.take();
  }
  return { issuer, audiences: checksAudience ? audiences.filter((one) => one !== "") : [], required };
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

// RequestAuthentication → AuthenticationPolicy with `mode: permit`: a request without a token passes, one with a bad
// token does not. There all that select a workload add up; here the most specific one holds, which is told.
import type { PlainDocument } from "../source/import-note.ts";
import type { Translation } from "./translation.ts";
import { translateJwtRule, type JwtRuleProvider } from "./jwt-rule.ts";
import { scopePlacesOf, policyScopeOf, type ScopeTarget } from "./scope.ts";
import { labelName, readMetadata, type SourceDocument } from "../source/source-documents.ts";

const MOST_PROVIDERS = 16;
const LOST = "It is left out: NO TOKEN IS CHECKED FOR IT HERE";

export function translateRequestAuthentication(source: SourceDocument, translation: Translation): PlainDocument[] {
  const { root, name } = source;
  const spec = root.at("spec");
  const metadata = readMetadata(source);
  const providers: JwtRuleProvider[] = [];
  for (const rule of spec.at("jwtRules").items()) {
    if (providers.length === MOST_PROVIDERS) {
      rule.drop(`A policy has ${MOST_PROVIDERS} issuers at most: tokens of this one are not accepted`);
      continue;
    }
    const provider = translateJwtRule(rule, new Set(providers.map((one) => one.name)));
    if (provider !== null) {
      providers.push(provider);
    }
  }
  const scope = policyScopeOf(spec, source, translation.world);
  spec.tellRest({});
  root.tellRest({});
  if (providers.length === 0 || scope === null || scope.places.length === 0) {
    root.drop(LOST);
    return [];
  }
  const placed = scope.places.flatMap(({ namespace: theirs, targets }) =>
    targets.map((target) => ({ theirs, target })),
  );
  for (const { theirs, target } of placed) {
    tellOthers(source, theirs, target, translation);
  }
  if (placed.some(({ target }) => target["kind"] === "Service")) {
    spec.change(
      "It takes the place of the Service's exposure: at the service's own address, too, whoever has no token passes. Add mesh: {required: true} or an AuthorizationPolicy where that is not meant",
    );
  }
  if (labelName(name) !== name) {
    root
      .at("metadata")
      .at("name")
      .change(`A name is a DNS label here: it becomes ${labelName(name)}`);
  }
  return scopePlacesOf(scope).map(({ namespace: theirs, targets: targetRefs }) => ({
    apiVersion: "selvage.dev/v1",
    kind: "AuthenticationPolicy",
    metadata: { name: translation.names.take("AuthenticationPolicy", theirs, name), namespace: theirs, ...metadata },
    spec: { targetRefs, mode: "permit", jwt: { providers } },
  }));
}

/** Other policies for the same callers, of which one holds: none of them is lost without a word. */
function tellOthers(
  { root }: SourceDocument,
  namespace: string,
  { kind, name }: ScopeTarget,
  { authenticated }: Translation,
): void {
  const key = kind === "Mesh" ? "Mesh" : `${kind}/${namespace}/${name}`;
  const same = authenticated.get(key);
  const mesh = authenticated.get("Mesh");
  const adds = "There their issuers add up";
  if (same === root.ref) {
    return;
  }
  if (same !== undefined) {
    root.change(`${adds}: ${same} is for ${key} as well, and one of the two holds`);
  } else if (kind === "Mesh" && authenticated.size > 0) {
    root.change(`${adds}: here it does not hold where a policy of a service or a Gateway does`);
  } else if (mesh !== undefined) {
    root.change(`${adds}: here ${mesh} does not hold for ${key}, which this one is for`);
  }
  if (same === undefined) {
    authenticated.set(key, root.ref);
  }
}

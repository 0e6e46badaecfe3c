// RequestAuthentication → AuthenticationPolicy with `mode: permit`: a request without a token passes, one with a bad token
// does not. There all that select a workload add up; here the most specific one holds, which is told.
import type { PlainDocument } from "../source/import-note.ts";
import type { Translation } from "./translation.ts";
import { translateJwtRule, type JwtRuleProvider } from "./jwt-rule.ts";
import { MOST_TARGETS, policyScopeOf, type ScopeTarget } from "./scope.ts";
import { labelName, readMetadata, type SourceDocument } from "../source/source-documents.ts";

const MOST_PROVIDERS = 16;
const LOST = "It is left out: NO TOKEN IS CHECKED FOR IT HERE";

export function translateRequestAuthentication(source: SourceDocument, translation: Translation): PlainDocument[] {
  const { root, namespace, name } = source;
  const spec = root.at("spec");
  const metadata = readMetadata(source);
  const providers: JwtRuleProvider[] = [];
  for (const rule of spec.at("jwtRules").items()) {
    if (providers.length === MOST_PROVIDERS) {
      rule.drop(`A policy has ${MOST_PROVIDERS} issuers at most: tokens of this one are not accepted`);
      continue;
    }
    const provider = translateJwtRule(rule, new Set(providers.map((one) => one.name)));
    if (provider !== null) providers.push(provider);
  }
  const scope = policyScopeOf(spec, source, translation.world);
  spec.tellRest({});
  root.tellRest({});
  if (providers.length === 0 || scope === null || scope.targets.length === 0) {
    root.drop(LOST);
    return [];
  }
  for (const target of scope.targets) tellOthers(source, target, translation);
  if (scope.targets.some(({ kind }) => kind === "Service")) {
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
  return Array.from({ length: Math.ceil(scope.targets.length / MOST_TARGETS) }, (_, part) => ({
    apiVersion: "selvage.dev/v1",
    kind: "AuthenticationPolicy",
    metadata: { name: translation.names.take("AuthenticationPolicy", namespace, name), namespace, ...metadata },
    spec: {
      targetRefs: scope.targets.slice(part * MOST_TARGETS, (part + 1) * MOST_TARGETS),
      mode: "permit",
      jwt: { providers },
    },
  }));
}

/** Other policies for the same callers, of which one holds: none of them is lost without a word. */
function tellOthers(
  { root, namespace }: SourceDocument,
  { kind, name }: ScopeTarget,
  { authenticated }: Translation,
): void {
  const key = kind === "Mesh" ? "Mesh" : `${kind}/${namespace}/${name}`;
  const same = authenticated.get(key);
  const mesh = authenticated.get("Mesh");
  const adds = "There their issuers add up";
  if (same === root.ref) return;
  if (same !== undefined) root.change(`${adds}: ${same} is for ${key} as well, and one of the two holds`);
  else if (kind === "Mesh" && authenticated.size > 0) {
    root.change(`${adds}: here it does not hold where a policy of a service or a Gateway does`);
  } else if (mesh !== undefined) root.change(`${adds}: here ${mesh} does not hold for ${key}, which this one is for`);
  if (same === undefined) authenticated.set(key, root.ref);
}

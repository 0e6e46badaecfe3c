// Istio's AuthorizationPolicy → ours. Whatever cannot be said makes an ALLOW allow less and a DENY deny more, never the
// other way round: an ALLOW whose rules all went is still written, because without it everything would be allowed.
import type { PlainDocument } from "../source/import-note.ts";
import { inParts } from "../source/parts.ts";
import { translateRules } from "./authorization-rule.ts";
import type { Translation } from "./translation.ts";
import { scopePlacesOf, policyScopeOf } from "./scope.ts";
import { labelName, readMetadata, type SourceDocument } from "../source/source-documents.ts";

/** As many as one policy may have; further ones go into a further policy, which means the same. */
const MOST_RULES = 64;
const LOST = "The policy is left out: NOTHING ENFORCES IT HERE";

export function translateAuthorizationPolicy(source: SourceDocument, { world, names }: Translation): PlainDocument[] {
  const { root, namespace } = source;
  const spec = root.at("spec");
  const { annotations: all = {}, ...metadata } = readMetadata(source);
  const { "istio.io/dry-run": dryRun, ...annotations } = all;
  const action = spec.at("action").text() ?? "ALLOW";
  if (action !== "ALLOW" && action !== "DENY" && action !== "AUDIT") {
    const why =
      action === "CUSTOM" ? "an ExternalAuth filter of a route asks another service" : "there is no such action";
    root.drop(`${LOST}. Action ${action}: ${why}`);
    return [];
  }
  if (dryRun === "true") {
    root.drop("It is a dry run (istio.io/dry-run): here it would be enforced, so it is left out");
    return [];
  }
  const scope = policyScopeOf(spec, source, world);
  const translated = translateRules(spec.at("rules"), action, {
    trustDomain: world.trustDomain,
    issuers: world.issuers,
    accounts: world.accounts,
    namespace,
  });
  const narrowed = scope !== null && scope.wider && action === "ALLOW" && translated.length > 0;
  if (narrowed) {
    spec
      .at("rules")
      .drop("They were for fewer workloads: for all of the service they would allow more, so they are refused");
  }
  // An ALLOW or an audit that says more than is known is told by its fields; a rule that nobody read is a note as well.
  spec.tellRest({});
  root.tellRest({});
  if (scope === null || scope.places.length === 0) {
    root.drop(LOST);
    return [];
  }
  const rules = narrowed ? [] : translated;
  const written = spec.at("rules").items().length;
  if (rules.length === 0 && action !== "ALLOW") {
    // Without rules it matches nothing there as well.
    if (written > 0) {
      root.drop(LOST);
    }
    return [];
  }
  if (labelName(source.name) !== source.name) {
    root
      .at("metadata")
      .at("name")
      .change(`A name is a DNS label here: it becomes ${labelName(source.name)}`);
  }
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  return scopePlacesOf(scope).flatMap(({ namespace: theirs, targets: targetRefs }) =>
    (rules.length === 0 ? [[]] : inParts(rules, MOST_RULES)).map((some) => ({
      apiVersion: "selvage.dev/v1",
      kind: "AuthorizationPolicy",
      metadata: {
        name: names.take("AuthorizationPolicy", theirs, source.name),
        namespace: theirs,
        ...metadata,
        ...kept,
      },
      spec: { targetRefs, action, rules: some },
    })),
  );
}

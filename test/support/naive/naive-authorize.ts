// Istio's semantics read aloud, over documents as they are written: slow and obvious. Only for requests that can be
// read in one way; the tables of test/decide/authorize/authorize.test.ts say what happens to the others.
import type { DocumentOf } from "../../../src/model/document/document.ts";
import type { AuthorizationRequest } from "../../../src/decide/authorize/request.ts";

type Spec = DocumentOf<"AuthorizationPolicy">["spec"];
type Rule = Spec["rules"][number];

export function naivelyAllowed(specs: readonly Spec[], namespace: string, asked: AuthorizationRequest): boolean {
  const of = (action: Spec["action"]): Spec[] => specs.filter((spec) => spec.action === action);
  const matches = ({ rules }: Spec): boolean => rules.some((rule) => ruleMatches(rule, namespace, asked));
  if (of("DENY").some(matches)) {
    return false;
  }
  return of("ALLOW").length === 0 || of("ALLOW").some(matches);
}

function like(pattern: string, text: string): boolean {
  const quoted = pattern
    .split("*")
    .map((part) => part.replaceAll(/[^A-Za-z0-9]/g, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`));
  return new RegExp(`^${quoted.join("[^]*")}$`, "u").test(text);
}

const some = (patterns: readonly string[], texts: readonly string[]): boolean =>
  patterns.length === 0 || patterns.some((pattern) => texts.some((text) => like(pattern, text)));

function ruleMatches({ from, to, when }: Rule, namespace: string, asked: AuthorizationRequest): boolean {
  const { workload, application, user } = asked.caller;
  const principals = [workload, application].flatMap((party) =>
    party === null ? [] : [party.principal, party.principal.replace("spiffe://", "")],
  );
  if (user !== null && user.subject !== null) {
    principals.push(`${user.issuer}/${user.subject}`);
  }
  const namespaces = [workload ?? application].flatMap((party) => (party === null ? [] : [party.namespace]));
  const applications = application === null ? [] : [`${application.namespace}/${application.name}`];
  const qualify = (name: string): string => (name === "*" || name.includes("/") ? name : `${namespace}/${name}`);
  return (
    (from.length === 0 ||
      from.some(
        (source) =>
          (some(source.principals, principals) || (source.principals.includes("*") && user !== null)) &&
          some(source.namespaces, namespaces) &&
          some(source.applications.map(qualify), applications) &&
          (source.ipBlocks.length === 0 ||
            source.ipBlocks.some((block) => v4InBlock(asked.clientAddress ?? "", block))),
      )) &&
    (to.length === 0 ||
      to.some(
        ({ methods, paths, hosts }) =>
          some(methods, [asked.method]) && some(paths, [asked.path]) && some(hosts, [asked.host]),
      )) &&
    when.every(({ key, values, notValues }) => {
      const [kind, name = ""] = key.split(":");
      const found = kind === "claim" ? asked.caller.claims[name] : asked.header(name);
      const texts = found === null || found === undefined ? [] : [String(found)];
      return some(values, texts) && !(notValues.length > 0 && some(notValues, texts));
    })
  );
}

function v4InBlock(address: string, block: string): boolean {
  const [network = "", length = "32"] = block.split("/");
  const number = (text: string): number => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(network) / size);
}

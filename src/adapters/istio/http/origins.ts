// Istio's origins of a CORS policy, which may be patterns, as those of the Gateway API: one host, all below one, or
// all. Where a pattern means more than that, less is allowed, never more.
import type { Field } from "../../source/source-field.ts";

const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  http: ["http"],
  https: ["https"],
  "https?": ["https", "http"],
  "(http|https)": ["https", "http"],
  "(https|http)": ["https", "http"],
  "(?:http|https)": ["https", "http"],
  "(?:https|http)": ["https", "http"],
};
/** "Some text" in front of a host, as patterns have it; with a dot behind it and a question mark it may be missing. */
const SOME = String.raw`\.[*+]`;
const BELOW = new RegExp(String.raw`^(?:${SOME}|\(${SOME}\))(?=\\?\.|$)`);
const BELOW_OR_ITSELF = new RegExp(String.raw`^(?:\((?:\?:)?${SOME}\\?\.\)\?|${SOME}|\(${SOME}\))`);
/** A host written out: dots and hyphens escaped or not. */
const HOST = /^(?:\\?[.-]|[a-zA-Z0-9])*(?::\d{1,5})?$/;

/**
 * Those that an entry of `allowOrigins` stands for; none where it cannot be said: then its field is told with the rest.
 */
export function originsOf(entry: Field): readonly string[] {
  const [exact, prefix, regex] = [entry.at("exact"), entry.at("prefix"), entry.at("regex")];
  const text = exact.text();
  if (text !== null) {
    return [text];
  }
  if (prefix.present) {
    const said = /^(?:https?:\/\/)?$/.test(String(prefix.value)) ? [`${String(prefix.value)}*`] : [];
    if (said.length > 0) {
      prefix.take();
    }
    return said;
  }
  const said = typeof regex.value === "string" ? originsLike(regex.value) : null;
  if (said === null) {
    return [];
  }
  regex.take();
  if (said.isNarrower) {
    regex.change(`It is ${said.origins.join(" and ")} here, which is less than the pattern matches`);
  }
  return said.origins;
}

function originsLike(regex: string): { readonly origins: readonly string[]; readonly isNarrower: boolean } | null {
  const pattern = regex.replace(/^\^/, "").replace(/\$$/, "").replaceAll("\\/", "/");
  if (/^\(?\.[*+]\)?$/.test(pattern)) {
    return { origins: ["*"], isNarrower: false };
  }
  const [scheme = "", ...more] = pattern.split("://");
  const schemes = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  const rest = more.join("://");
  if (schemes === undefined || rest === "") {
    return null;
  }
  const below = BELOW.exec(rest)?.[0];
  const either = below === undefined ? BELOW_OR_ITSELF.exec(rest)?.[0] : undefined;
  const host = rest.slice((below ?? either ?? "").length);
  if (!HOST.test(host)) {
    return null;
  }
  const name = host.replaceAll("\\", "");
  if (below === undefined && (name === "" || /^[.:]/.test(name))) {
    return null;
  }
  const names = below !== undefined ? [`*${name}`] : either !== undefined ? [`*.${name}`, name] : [name];
  const isBare = /(?<!\\)\./.test(host);
  const isSuffix = either !== undefined && !either.endsWith("?");
  return { origins: schemes.flatMap((one) => names.map((each) => `${one}://${each}`)), isNarrower: isBare || isSuffix };
}

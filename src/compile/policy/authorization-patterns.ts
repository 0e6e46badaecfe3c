// Paths and hosts of AuthorizationPolicies in the one form that requests are compared in.
import { canonicalPath } from "../../model/word/canonical-path.ts";

/**
 * `/adm%69n/*` is meant as `/admin/*`. null: no request has such a path, because it has a query, parameters, or
 * something that is refused on arrival.
 */
export function canonicalPattern(pattern: string): string | null {
  if (pattern === "*") {
    return pattern;
  }
  if (/[?#;]/.test(pattern)) {
    return null;
  }
  if (pattern.endsWith("*")) {
    // A prefix has no end: "/a/." may go on to be "/a/.well-known", and is not "/a/".
    const prefix = canonicalText(`${pattern.slice(0, -1)}-`);
    return prefix === null ? null : `${prefix.slice(0, -1)}*`;
  }
  if (!pattern.startsWith("*")) {
    return canonicalText(pattern);
  }
  // A suffix has no beginning to be canonical from, so it gets one.
  const whole = canonicalText(`/-${pattern.slice(1)}`);
  return whole?.startsWith("/-") === true ? `*${whole.slice(2)}` : null;
}

function canonicalText(text: string): string | null {
  const canonical = canonicalPath(text, "keep");
  return canonical.ok ? canonical.matchPath : null;
}

/** What a DENY that cannot be said exactly refuses instead: everything up to what cannot be said. */
export function widened(pattern: string): string {
  const end = pattern.search(/[?#;]/);
  const cut = end === -1 ? null : canonicalPattern(pattern.slice(0, end));
  return cut === null ? "*" : pattern.endsWith("*") && !cut.startsWith("*") ? `${cut}*` : cut;
}

/**
 * Hosts are compared without port: `shop.example.com:*` is `shop.example.com`. null: one port only, which cannot be
 * said.
 */
export function hostPattern(host: string): string | null {
  if (/:\d+$/.test(host)) {
    return null;
  }
  const name = host.toLowerCase().replace(/:\*$/, "");
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

// Who calls, in Istio's three spellings, as principals of ours. Peers (`cluster.local/ns/shop/sa/web`) are SPIFFE IDs
// without their scheme; users are `<issuer>/<subject>`. One list holds both here, so no pattern for the one may match
// the other.

/** Stands for the mesh's own trust domain. */
const LOCAL = "cluster.local";

/** A peer of the mesh; `*` is every peer there, but every proven caller here, users too. */
export function peerPrincipal(text: string, trustDomain: string): string | null {
  if (text === "*") {
    return "spiffe://*";
  }
  if (text.startsWith("*")) {
    const tail = text.slice(1);
    const domain = tail.indexOf("/ns/");
    if (domain <= 0) {
      return text;
    }
    // "*local/ns/…" is a part of the trust domain's name, which is another one here.
    return LOCAL.endsWith(tail.slice(0, domain)) ? `spiffe://${trustDomain}${tail.slice(domain)}` : text;
  }
  if (text.endsWith("*") && `${LOCAL}/`.startsWith(text.slice(0, -1))) {
    return `spiffe://${trustDomain}/*`;
  }
  return `spiffe://${text.replace(/^cluster\.local(?=\/)/, trustDomain)}`;
}

/** `<namespace>/<service account>` of a peer's principal of this mesh; null for patterns and for others. */
export function accountOf(text: string): string | null {
  const [, namespace, account] = /^(?:spiffe:\/\/)?cluster\.local\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(text) ?? [];
  return namespace === undefined ? null : `${namespace}/${account}`;
}

/** The same of an entry of `serviceAccounts`. */
export function localAccount(text: string, namespace: string): string {
  return text.includes("/") ? text : `${namespace}/${text}`;
}

/** `<namespace>/<account>`, or an account of the policy's own namespace. */
export function serviceAccount(text: string, namespace: string): string | null {
  const [name = "", theirs = namespace, ...more] = text.split("/").toReversed();
  return more.length > 0 || text.includes("*") ? null : `*/ns/${theirs}/sa/${name}`;
}

/**
 * Users. `*` is every user with a subject of an issuer whose tokens are accepted, and those are the issuers of the
 * RequestAuthentications. null: it cannot be said, also because it could match a workload.
 */
export function userPrincipals(text: string, issuers: readonly string[]): readonly string[] | null {
  if (text === "*") {
    const all = issuers.map((issuer) => `${issuer}/*`);
    return all.length === 0 || all.some((one) => one.indexOf("*") < one.length - 1 || mayBePeer(one)) ? null : all;
  }
  return text.startsWith("*") || mayBePeer(text) ? null : [text];
}

function mayBePeer(pattern: string): boolean {
  const isPrefix = pattern.endsWith("*");
  const head = isPrefix ? pattern.slice(0, -1) : pattern;
  if (head.startsWith("spiffe://") || (isPrefix && "spiffe://".startsWith(head))) {
    return true;
  }
  const [domain = "", ...more] = head.split("/");
  // No trust domain has such letters.
  if (/[^a-z0-9._-]/.test(domain)) {
    return false;
  }
  const rest = more.join("/");
  return rest.startsWith("ns/") || (isPrefix && "ns/".startsWith(rest));
}

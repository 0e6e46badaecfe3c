// What the platform says of a client certificate (`cf.tlsClientAuth`), and whose it is. The platform checks the chain
// and the revocation; the SPIFFE ID stands in the certificate itself, which it hands over as RFC 9440 has it (`:<base64
// DER>:`). Only the subject alternative names are read from it, and only of a certificate that was verified.
import { readSpiffeId, type Spiffe } from "./spiffe-id.ts";
import { isRecord } from "../../model/word/record.ts";

/** `party`: null = the certificate is good and names nobody of the mesh. */
type Certificate =
  { readonly is: "absent" } | { readonly is: "bad" } | { readonly is: "good"; readonly party: Spiffe | null };

const ABSENT: Certificate = { is: "absent" };

export function readCertificate(told: unknown, trustDomain: string): Certificate {
  if (!isRecord(told) || told["certPresented"] !== "1") {
    return ABSENT;
  }
  if (told["certVerified"] !== "SUCCESS" || told["certRevoked"] === "1") {
    return { is: "bad" };
  }
  const encoded = told["certRFC9440"];
  const uris = typeof encoded === "string" ? uriNames(bytesOf(encoded)) : [];
  // An X.509-SVID has exactly one URI (SPIFFE X.509-SVID §2): with two, either could be meant.
  const [uri] = uris;
  return { is: "good", party: uris.length === 1 && uri !== undefined ? readSpiffeId(uri, trustDomain) : null };
}

function bytesOf(encoded: string): Uint8Array {
  const [, base64] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(encoded) ?? [];
  try {
    return Uint8Array.from(atob(base64 ?? ""), (one) => one.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

const SEQUENCE = 0x30;
const OBJECT_ID = 0x06;
const OCTETS = 0x04;
/** [3] of TBSCertificate (RFC 5280 §4.1): the extensions. */
const EXTENSIONS = 0xa3;
/** [6] of GeneralName (RFC 5280 §4.2.1.6): a URI, in ASCII. */
const URI = 0x86;
/** 2.5.29.17 */
const SUBJECT_ALT_NAME = "85,29,17";

/** Certificate → TBSCertificate → extensions → subjectAltName → URIs. */
function uriNames(certificate: Uint8Array): string[] {
  const [outer] = elements(certificate);
  const [tbs] = outer?.tag === SEQUENCE ? elements(outer.content) : [];
  const wrapped = tbs === undefined ? undefined : elements(tbs.content).find(({ tag }) => tag === EXTENSIONS);
  const [list] = wrapped === undefined ? [] : elements(wrapped.content);
  for (const extension of list === undefined ? [] : elements(list.content)) {
    const [id, ...rest] = elements(extension.content);
    if (id?.tag !== OBJECT_ID || id.content.join() !== SUBJECT_ALT_NAME) {
      continue;
    }
    const value = rest.find(({ tag }) => tag === OCTETS);
    const [names] = value === undefined ? [] : elements(value.content);
    const uris = names === undefined ? [] : elements(names.content).filter(({ tag }) => tag === URI);
    return uris.map(({ content }) => String.fromCharCode(...content.subarray(0, 2048)));
  }
  return [];
}

/** The elements of DER one after the other; what cannot be read ends the list. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (lengthBytes > 3 || first === 0x80) {
      return found;
    }
    const start = at + 2 + lengthBytes;
    const length = first < 0x80 ? first : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    if (start + length > bytes.length) {
      return found;
    }
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

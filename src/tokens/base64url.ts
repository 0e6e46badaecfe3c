// Base64url as RFC 7515 §2 wants it, and no other spelling: without padding, white space or bits that say nothing. So
// that one token has exactly one text, and a digest of the text names the token.
import { encode } from "jose/base64url";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SPELLED = /^[A-Za-z0-9_-]*$/;

/** @returns null = not the one spelling of any bytes */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const rest = text.length % 4;
  if (rest === 1 || !SPELLED.test(text)) {
    return null;
  }
  const unused = rest === 2 ? 0b1111 : rest === 3 ? 0b11 : 0;
  if ((ALPHABET.indexOf(text.charAt(text.length - 1)) & unused) !== 0) {
    return null;
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) {
    bytes[index] = binary.charCodeAt(index);
  }
  return bytes;
}

export const encodeBase64url: (bytes: Uint8Array) => string = encode;

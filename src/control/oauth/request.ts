// What a client asks the token call for, as far as form goes (RFC 6749 §2.3.1, §3.2; RFC 8693 §2.1). Whether the client
// is who it says is judged elsewhere.
import type { OAuthError } from "../../model/api/identity.ts";
import { readLimited } from "../../bounded/read-limited.ts";
import { mediaType } from "../http/body.ts";

export interface OAuthRefusal {
  readonly status: 400 | 401 | 429 | 503;
  readonly error: OAuthError;
  readonly description: string;
  /** Of a 429 or 503, seconds. */
  readonly retryAfter?: number;
}

export interface PresentedCredentials {
  readonly id: string;
  readonly secret: string;
}

export interface OAuthRequest {
  readonly grant: string;
  /** null = none came. */
  readonly credentials: PresentedCredentials | null;
  readonly parameter: (name: string) => string | null;
}

const MAX_BYTES = 32_768;

export async function readOAuthRequest(request: Request): Promise<OAuthRequest | OAuthRefusal> {
  if (mediaType(request) !== "application/x-www-form-urlencoded") {
    return invalid("The body must be application/x-www-form-urlencoded.");
  }
  const bytes = await readLimited(request.body, MAX_BYTES);
  if (bytes === null) {
    return invalid(`The body has more than ${MAX_BYTES} bytes.`);
  }
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) {
    if (form.has(name)) {
      return invalid(`The parameter ${JSON.stringify(name.slice(0, 40))} is there twice.`);
    }
    // A parameter without a value counts as left out (RFC 6749 §3.2).
    if (value !== "") {
      form.set(name, value);
    }
  }
  const grant = form.get("grant_type");
  if (grant === undefined) {
    return invalid("There is no grant_type.");
  }
  const credentials = credentialsOf(request.headers.get("authorization"), form);
  if (credentials !== null && "error" in credentials) {
    return credentials;
  }
  return { grant, credentials, parameter: (name) => form.get(name) ?? null };
}

/** One way to authenticate, never two (RFC 6749 §2.3). */
function credentialsOf(
  authorization: string | null,
  form: ReadonlyMap<string, string>,
): PresentedCredentials | OAuthRefusal | null {
  const [id, secret] = [form.get("client_id"), form.get("client_secret")];
  if (authorization === null) {
    if (secret === undefined) {
      return null;
    }
    return id === undefined ? invalid("There is a client_secret, and no client_id.") : { id, secret };
  }
  if (secret !== undefined) {
    return invalid("The client authenticates twice: in the header and in the body.");
  }
  const basic = basicOf(authorization);
  if (basic === null) {
    return unknownClient();
  }
  if (id !== undefined && id !== basic.id) {
    return invalid("The header and the body name different clients.");
  }
  return basic;
}

/** RFC 6749 §2.3.1: both are form-encoded before they become a user name and a password. */
export function basicOf(authorization: string): PresentedCredentials | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) {
    return null;
  }
  try {
    const [id = "", secret] = atob(encoded).split(/:(.*)/s, 2).map(formDecoded);
    return secret === undefined ? null : { id, secret };
  } catch {
    return null; // Not base64, or a broken percent sign.
  }
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

export function invalid(description: string, error: OAuthError = "invalid_request"): OAuthRefusal {
  return { status: 400, error, description };
}

/** One answer, whatever is wrong: which client ids exist is nobody's business. */
export function unknownClient(): OAuthRefusal {
  return { status: 401, error: "invalid_client", description: "The client id or secret is not accepted." };
}

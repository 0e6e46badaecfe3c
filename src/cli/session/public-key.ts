// A public key as people paste it (PEM, or the base64 of one) as a JWK.
import { createPublicKey } from "node:crypto";

/** Null = it is no public key. */
export function jwkOf(text: string): Readonly<Record<string, unknown>> | null {
  const body = text.replaceAll(/-----(BEGIN|END)[^-]*-----|\s/g, "");
  const label = text.includes("CERTIFICATE") ? "CERTIFICATE" : "PUBLIC KEY";
  try {
    return createPublicKey(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`).export({ format: "jwk" });
  } catch {
    return null;
  }
}

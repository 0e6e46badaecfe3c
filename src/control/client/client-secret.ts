// The form of client ids and client secrets. Their prefixes let a scanner of repositories and logs know them for what
// they are; only the secret's digest is kept.
import { secretDigest } from "../../tokens/secret-digest.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import { hex } from "../../model/word/digest.ts";

export const SECRET_ID = /^[0-9a-f]{12}$/;

const random = (bytes: number): string => hex(crypto.getRandomValues(new Uint8Array(bytes)));

export function newClientId(): string {
  return `slvc_${random(12)}`;
}

/** A new secret of 256 random bits, `slvs_<id>_<secret>`, and what is kept of it. */
export async function mintSecret({ pepper }: Pick<MeshKeys, "pepper">): Promise<{
  readonly id: string;
  readonly secret: string;
  readonly digest: string;
}> {
  const id = random(6);
  const secret = `slvs_${id}_${random(32)}`;
  return { id, secret, digest: await secretDigest(pepper, secret) };
}

// The digest that a receipt keeps of a value: keyed, so that nobody can try values without the mesh's pepper.
import type { Key } from "../../model/message/mesh-keys.ts";
import { secretDigest } from "../../tokens/secret-digest.ts";

/** 96 bits: enough to tell values apart. */
const LENGTH = 16;

export async function receiptDigest(pepper: Key, value: string): Promise<string> {
  return (await secretDigest(pepper, value)).slice(0, LENGTH);
}

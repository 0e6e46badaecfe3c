// Public keys written into a document. A private or symmetric key here would be a secret in the registry and its
// history.
import * as z from "zod";
import { say } from "../../word/wording.ts";

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const jwkSchema = z
  .looseObject({
    kty: z.enum(["RSA", "EC", "OKP"]),
    kid: z.string().min(1).max(256).optional(),
    alg: z.string().optional(),
    use: z.string().optional(),
  })
  .superRefine((jwk, context) => {
    const found = PRIVATE_MEMBERS.find((member) => member in jwk);
    if (found === undefined) {
      return;
    }
    const message = say(
      `The key holds the private member "${found}"`,
      "Documents never hold a secret: publish only the public part, and replace this key, since it has been sent.",
    );
    context.addIssue({ code: "custom", message, path: [found] });
  });

/** A JSON Web Key Set (RFC 7517) of public keys. */
export const jwksSchema = z.strictObject({ keys: z.array(jwkSchema).min(1).max(32) });

/** A key set as it is passed around: what its members hold is for those who use them to judge. */
export interface PublicKeys {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

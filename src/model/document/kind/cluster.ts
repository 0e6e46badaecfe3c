// `Cluster`: a place where endpoints run, whose workload tokens it trusts, and whether private addresses are reached
// there.
import * as z from "zod";
import { jwksSchema } from "../field/jwks.ts";
import { bindingSchema, nameSchema } from "../field/names.ts";
import { resourceUrlSchema } from "../field/url.ts";
import { quote, say } from "../../word/wording.ts";

const trustSchema = z
  .strictObject({
    issuer: z.string().min(1).max(2048).describe("Compared exactly with the token's iss."),
    jwksUri: resourceUrlSchema.optional(),
    jwks: jwksSchema.optional(),
    audience: z
      .string()
      .min(1)
      .max(2048)
      .optional()
      .describe("What the token's aud must contain; absent: the mesh's trust domain."),
    namespaces: z
      .array(nameSchema)
      .min(1)
      .max(1000)
      .optional()
      .describe("The namespaces that its issuer may speak for; absent: every one."),
  })
  .refine(({ jwksUri, jwks }) => (jwksUri === undefined) !== (jwks === undefined), {
    error: say("The issuer's keys come from exactly one place", "Give jwksUri, or the keys themselves under jwks."),
    path: ["jwksUri"],
  });

export const clusterSpecSchema = z.strictObject({
  region: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Free text to compare with: endpoints of clusters with an equal region are "same-region".'),
  locality: z
    .strictObject({
      continents: z.array(z.enum(["AF", "AN", "AS", "EU", "NA", "OC", "SA"])).default([]),
      colos: z
        .array(
          z.string().regex(/^[A-Z]{3}$/, {
            error: (issue) =>
              say(`${quote(issue.input)} is not a data centre`, "Write its three letters, such as AMS."),
          }),
        )
        .default([]),
    })
    .prefault({})
    .describe("From where it is near: Cloudflare's continent codes and data centres."),
  trust: trustSchema.optional(),
  mtlsCertificate: bindingSchema
    .optional()
    .describe("Name of the mTLS certificate binding that calls into this cluster present."),
  allowPrivateAddresses: z
    .boolean()
    .default(false)
    .describe(
      "Endpoints may have private addresses or bare IP addresses, and plain http. Only a self-hosted mesh reaches them.",
    ),
});

// TLS fields of a Gateway. The platform in front of the mesh terminates TLS; these are kept, checked for form, and
// referred certificates are not read.
import * as z from "zod";
import { groupSchema, kindSchema, nameSchema, objectNameSchema, portSchema } from "../field/names.ts";
import { annotationsSchema } from "../field/label-selector.ts";
import { refuseRepeats } from "../field/http-header.ts";
import { say } from "../../word/wording.ts";

const secretRefSchema = z.strictObject({
  group: groupSchema.default(""),
  kind: kindSchema.default("Secret"),
  name: objectNameSchema,
  namespace: nameSchema.optional(),
});

const objectRefSchema = z.strictObject({
  group: groupSchema,
  kind: kindSchema,
  name: objectNameSchema,
  namespace: nameSchema.optional(),
});

export const listenerTlsSchema = z
  .strictObject({
    mode: z.enum(["Terminate", "Passthrough"]).default("Terminate"),
    certificateRefs: z.array(secretRefSchema).max(64).default([]),
    options: annotationsSchema(16, "options").default({}),
  })
  .refine(
    ({ mode, certificateRefs, options }) =>
      mode !== "Terminate" || certificateRefs.length > 0 || Object.keys(options).length > 0,
    {
      error: say(
        "tls with mode Terminate names no certificate",
        "Add certificateRefs or options, or remove tls: the platform terminates TLS with its own certificate.",
      ),
      path: ["certificateRefs"],
    },
  );

const frontendTlsSchema = z.strictObject({
  validation: z
    .strictObject({
      caCertificateRefs: z.array(objectRefSchema).min(1).max(16),
      mode: z.enum(["AllowValidOnly", "AllowInsecureFallback"]).default("AllowValidOnly"),
    })
    .optional(),
});

export const gatewayTlsSchema = z.strictObject({
  backend: z.strictObject({ clientCertificateRef: secretRefSchema.optional() }).optional(),
  frontend: z
    .strictObject({
      default: frontendTlsSchema,
      perPort: z
        .array(z.strictObject({ port: portSchema, tls: frontendTlsSchema }))
        .max(64)
        .default([])
        .superRefine((entries, context) =>
          refuseRepeats(
            "port",
            entries.map((entry) => String(entry.port)),
            context,
            "port",
          ),
        ),
    })
    .optional(),
});

// The experimental ExternalAuth filter of an HTTPRoute (GEP-1494): a service that is asked before each request goes on.
import * as z from "zod";
import { backendObjectRefSchema } from "./backend-ref.ts";
import { headerNameSchema } from "../field/http-header.ts";
import { prefixPathSchema } from "../field/path.ts";

const namesSchema = z.array(headerNameSchema).max(64).default([]);

const httpSchema = z.strictObject({
  path: prefixPathSchema.default(""),
  allowedHeaders: namesSchema,
  allowedResponseHeaders: namesSchema,
});

const common = {
  backendRef: backendObjectRefSchema,
  forwardBody: z
    .strictObject({ maxSize: z.int().min(0).max(65535).default(0) })
    .optional()
    .describe("maxSize in bytes; 0 = the body is not sent along."),
};

export const externalAuthSchema = z.discriminatedUnion("protocol", [
  z.strictObject({ protocol: z.literal("HTTP"), ...common, http: httpSchema }),
  z.strictObject({ protocol: z.literal("GRPC"), ...common, grpc: z.strictObject({ allowedHeaders: namesSchema }) }),
]);

// The experimental ExternalAuth filter of an HTTPRoute (GEP-1494): a service that is asked before each request goes on.
import * as z from "zod";
import { backendObjectRefSchema } from "./backend-ref.ts";
import { headerNameSchema } from "../field/http-header.ts";
import { prefixPathSchema } from "../field/path.ts";
import { say } from "../../word/wording.ts";

const namesSchema = z.array(headerNameSchema).max(64).default([]);

const httpSchema = z.strictObject({
  path: prefixPathSchema.default(""),
  allowedHeaders: namesSchema,
  allowedResponseHeaders: namesSchema,
});

/** An isolate holds such a body in its memory, which it shares with every other request. */
const MOST_BYTES = 1024 * 1024;

const maxSizeSchema = z
  .int()
  .min(0)
  .refine((bytes) => bytes <= MOST_BYTES, {
    error: (issue) =>
      say(
        `The mesh holds at most ${MOST_BYTES} bytes of a body for an authorization service, not ${String(issue.input)}`,
        `Write ${MOST_BYTES} or less; larger bodies are for the service itself to judge.`,
      ),
  });

const common = {
  backendRef: backendObjectRefSchema,
  forwardBody: z
    .strictObject({ maxSize: maxSizeSchema.default(0) })
    .optional()
    .describe("maxSize in bytes; 0 = the body is not sent along. A request with a larger body is a 413."),
};

export const externalAuthSchema = z.discriminatedUnion("protocol", [
  z.strictObject({ protocol: z.literal("HTTP"), ...common, http: httpSchema }),
  z.strictObject({ protocol: z.literal("GRPC"), ...common, grpc: z.strictObject({ allowedHeaders: namesSchema }) }),
]);

// `sessionPersistence` of a route rule (GEP-1619): one client keeps one backend.
import * as z from "zod";
import { gatewayDurationSchema } from "../field/duration.ts";
import { say } from "../../word/wording.ts";

export const sessionPersistenceSchema = z
  .strictObject({
    sessionName: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, {
        error: say("The session name cannot be a cookie or header name", "Use letters, digits and hyphens."),
      })
      .optional(),
    absoluteTimeout: gatewayDurationSchema.optional(),
    idleTimeout: gatewayDurationSchema.optional(),
    type: z.enum(["Cookie", "Header"]).default("Cookie"),
    cookieConfig: z.strictObject({ lifetimeType: z.enum(["Permanent", "Session"]).default("Session") }).optional(),
  })
  .superRefine(({ type, cookieConfig, absoluteTimeout }, context) => {
    if (cookieConfig !== undefined && type !== "Cookie") {
      const message = say("cookieConfig has no meaning with type: Header", "Remove it, or use type: Cookie.");
      context.addIssue({ code: "custom", message, path: ["cookieConfig"], input: cookieConfig });
    }
    if (cookieConfig?.lifetimeType === "Permanent" && absoluteTimeout === undefined) {
      const message = say("A permanent cookie needs an end", "Add absoluteTimeout, such as 24h.");
      context.addIssue({ code: "custom", message, path: ["cookieConfig", "lifetimeType"], input: "Permanent" });
    }
  });

export type SessionPersistenceSpec = z.infer<typeof sessionPersistenceSchema>;

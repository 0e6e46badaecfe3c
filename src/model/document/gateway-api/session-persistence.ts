// `sessionPersistence` of a route rule (GEP-1619): one client keeps one backend. Two spellings: the name in `cookie` or
// `header`, as the newest Gateway API has it, or in `sessionName` beside `cookieConfig`, as releases up to 1.6 have it.
import * as z from "zod";
import { gatewayDurationSchema } from "../field/duration.ts";
import { say } from "../../word/wording.ts";

const nameSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, {
    error: say("The session name cannot be a cookie or header name", "Use letters, digits and hyphens."),
  });

/** What a browser takes as the Path of a cookie, and nothing that ends the attribute. */
const cookiePathSchema = z
  .string()
  .max(1024)
  .regex(/^\/[!-:<-~]*$/, {
    error: say("The path of a cookie starts with a slash and holds no blank and no semicolon", "Write / or /shop."),
  });

const cookieFields = {
  lifetimeType: z.enum(["Permanent", "Session"]).default("Session"),
  path: cookiePathSchema.optional().describe("Path of the cookie; absent: everything below the address that was used."),
};

export const sessionPersistenceSchema = z
  .strictObject({
    type: z.enum(["Cookie", "Header"]).default("Cookie"),
    absoluteTimeout: gatewayDurationSchema.optional(),
    idleTimeout: gatewayDurationSchema.optional(),
    cookie: z
      .strictObject({ name: nameSchema.optional(), ...cookieFields })
      .optional()
      .describe("With type Cookie; without a name the cookie has one of the rule's own."),
    header: z
      .strictObject({ name: nameSchema })
      .optional()
      .describe("With type Header: the header that carries the session."),
    sessionName: nameSchema
      .optional()
      .describe("Name of cookie or header, in the words of Gateway API 1.6 and before."),
    cookieConfig: z.strictObject(cookieFields).optional().describe("The same as cookie, in those words."),
  })
  .superRefine(({ type, sessionName, cookie, header, cookieConfig, absoluteTimeout }, context) => {
    const report = (path: string[], input: unknown, detail: string, hint: string): void => {
      context.addIssue({ code: "custom", message: say(detail, hint), path, input });
    };
    if (cookieConfig !== undefined && type !== "Cookie") {
      report(
        ["cookieConfig"],
        cookieConfig,
        "cookieConfig has no meaning with type: Header",
        "Remove it, or use type: Cookie.",
      );
    }
    if (cookie !== undefined && type !== "Cookie") {
      report(["cookie"], cookie, "cookie has no meaning with type: Header", "Remove it, or use type: Cookie.");
    }
    if (header !== undefined && type !== "Header") {
      report(["header"], header, "header has no meaning with type: Cookie", "Remove it, or use type: Header.");
    }
    if (cookie !== undefined && cookieConfig !== undefined) {
      report(
        ["cookieConfig"],
        cookieConfig,
        "cookie and cookieConfig say the same",
        "Keep cookie, the newer of the two.",
      );
    }
    if (sessionName !== undefined && (cookie?.name !== undefined || header !== undefined)) {
      report(["sessionName"], sessionName, "The session has two names", "Keep the one in cookie or header.");
    }
    const [field, lifetime] =
      cookie === undefined ? ["cookieConfig", cookieConfig?.lifetimeType] : ["cookie", cookie.lifetimeType];
    if (lifetime === "Permanent" && absoluteTimeout === undefined) {
      report([field, "lifetimeType"], lifetime, "A permanent cookie needs an end", "Add absoluteTimeout, such as 24h.");
    }
  });

export type SessionPersistenceSpec = z.infer<typeof sessionPersistenceSchema>;

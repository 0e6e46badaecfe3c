// The client side: `Application` (who calls), `Tier` (what a service offers), `Contract` (which application has which
// tier). Credentials are minted by the API and never written into a document.
import * as z from "zod";
import { documentNameSchema, nameSchema, scopedDocumentNameSchema, scopedNameSchema } from "../field/names.ts";
import { limitsSchema } from "./rate-limit.ts";

export const applicationSpecSchema = z.strictObject({
  owner: z.string().max(253).optional(),
  description: z.string().max(4096).optional(),
});

export const tierSpecSchema = z.strictObject({
  service: nameSchema.describe("A Service in the same namespace."),
  limits: limitsSchema.min(1).describe("What callers with this tier may use."),
  approval: z.enum(["auto", "manual"]).default("manual").describe("auto: a contract is approved when it is made."),
});

export const contractSpecSchema = z.strictObject({
  application: scopedDocumentNameSchema.describe("An Application: <name>, or <namespace>/<name>."),
  service: scopedNameSchema.describe("A Service: <name>, or <namespace>/<name>."),
  tier: documentNameSchema.describe("A Tier in the service's namespace."),
});

// Path parameters that several calls share. Names are checked by form only where something may be created under them.
import * as z from "zod";
import { nameSchema } from "../../model/document/field/names.ts";

export const namespaceParameter = nameSchema.meta({ description: "Namespace; mesh-wide kinds are in `default`." });

export const serviceParameter = nameSchema.meta({ description: "Name of the Service." });

export const revisionParameter = z
  .string()
  .regex(/^[0-9]{1,15}$/, "A revision is a whole number.")
  .transform(Number)
  .meta({ type: "integer", minimum: 0 });

// References from a route to a backend, as the Gateway API writes them, plus our `version`.
import * as z from "zod";
import { groupSchema, kindSchema, nameSchema, objectNameSchema, portSchema } from "../field/names.ts";

/** `BackendObjectReference`. `port` is accepted and ignored: endpoints carry URLs. */
export const backendObjectRefFields = {
  group: groupSchema.default(""),
  kind: kindSchema.default("Service"),
  name: objectNameSchema,
  namespace: nameSchema.optional(),
  port: portSchema.optional(),
};

export const backendObjectRefSchema = z.strictObject(backendObjectRefFields);

export type BackendObjectRef = z.infer<typeof backendObjectRefSchema>;

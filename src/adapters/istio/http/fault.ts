// HTTPFaultInjection of Istio → the spec of a FaultPolicy, which rules name in an extensionRef.
import { faultPolicySpecSchema } from "../../../model/document/kind/fault.ts";
import { parseDuration } from "../../../model/document/field/duration.ts";
import { refusalOf } from "../../source/judge-document.ts";
import type { Field } from "../../source/source-field.ts";

/** Null when there is nothing to inject, or nothing that can be said. */
export function translateFault(field: Field): object | null {
  const delay = part(field.at("delay"), (delay) => {
    const duration = delay.at("fixedDelay").text();
    if (duration === null || (parseDuration(duration) ?? 0) <= 0) {
      return null;
    }
    return { duration };
  });
  const abort = part(field.at("abort"), (abort) => {
    const status = abort.at("httpStatus").number();
    return status === null ? null : { status };
  });
  if (delay === null && abort === null) {
    return null;
  }
  const spec = { ...(delay === null ? {} : { delay }), ...(abort === null ? {} : { abort }) };
  const refusal = refusalOf(faultPolicySpecSchema, spec);
  if (refusal === null) {
    return spec;
  }
  field.drop(refusal);
  return null;
}

function part(field: Field, read: (field: Field) => object | null): object | null {
  if (!field.present) {
    return null;
  }
  const said = read(field);
  const percentage = field.at("percentage").at("value").number() ?? field.at("percent").number();
  if (said === null) {
    field.drop("Only a fixedDelay longer than zero and an httpStatus can be injected");
    return null;
  }
  if (percentage === null) {
    field.drop("It has no percentage, and so does nothing");
    return null;
  }
  return { ...said, percentage };
}

// Operators and what they may do. Where it is enforced is `register.ts`, for every call alike.
import type { Role } from "../../model/api/resource.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { roles } from "../../model/word/roles.ts";

export interface Operator {
  /** `bootstrap`, or `token:<id>`: what revisions and the audit show. */
  readonly name: string;
  readonly role: Role;
  /** null = the whole mesh. */
  readonly namespaces: readonly string[] | null;
}

/** null = the role suffices. */
export function lacksRole(operator: Operator, required: Role): Refusal | null {
  if (roles.indexOf(operator.role) >= roles.indexOf(required)) {
    return null;
  }
  return {
    problem: "forbidden",
    detail: `This needs the role ${required}; ${operator.name} has ${operator.role}.`,
    extensions: { requiredRole: required },
  };
}

export function coversNamespace(operator: Operator, namespace: string): boolean {
  return operator.namespaces === null || operator.namespaces.includes(namespace);
}

/** null = the operator may act in the namespace. */
export function lacksNamespace(operator: Operator, namespace: string): Refusal | null {
  if (coversNamespace(operator, namespace)) {
    return null;
  }
  return {
    problem: "forbidden",
    detail: `${operator.name} may not act in namespace "${namespace}"; it is limited to ${(operator.namespaces ?? []).join(", ")}.`,
    extensions: { requiredNamespace: namespace },
  };
}

/** null = the operator is not limited to namespaces. */
export function lacksMesh(operator: Operator): Refusal | null {
  if (operator.namespaces === null) {
    return null;
  }
  return {
    problem: "forbidden",
    detail: `This concerns the whole mesh; ${operator.name} is limited to ${operator.namespaces.join(", ")}.`,
    extensions: { requiredNamespace: "*" },
  };
}

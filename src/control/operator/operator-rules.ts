// `OPERATOR_ROLES`: what somebody whom an identity provider has proven may do here. A list of rules; the first that
// fits counts, and who fits none has no role. Rules that cannot be read let nobody in.
import * as z from "zod";
import { type Role, roleSchema } from "../../model/api/resource.ts";
import { nameSchema } from "../../model/document/field/names.ts";
import type { SessionClaims } from "../../model/registry/session.ts";

const text = z.string().min(1).max(320);
const gives = { role: roleSchema, namespaces: z.array(nameSchema).min(1).max(100).optional() };

const ruleSchema = z
  .union([
    z.strictObject({ email: text, ...gives }),
    z.strictObject({ domain: text, ...gives }),
    z.strictObject({ group: text, ...gives }),
    z.strictObject({ claim: text, value: text, ...gives }),
  ])
  .refine(({ role, namespaces }) => role !== "admin" || namespaces === undefined, "an admin has no namespaces");
const rulesSchema = z.array(ruleSchema).max(1000);

type OperatorRule = z.infer<typeof ruleSchema>;

export interface RoleGrant {
  readonly role: Role;
  /** null = the whole mesh. */
  readonly namespaces: readonly string[] | null;
}

/** null = they cannot be read. Unset: there are none. */
export function readRules(json: string | null): readonly OperatorRule[] | null {
  if (json === null) {
    return [];
  }
  try {
    const parsed = rulesSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * @param verifiesMail the provider's word for an address counts without `email_verified` (Cloudflare Access)
 * @returns null = no rule fits
 */
export function grantOf(
  rules: readonly OperatorRule[],
  claims: SessionClaims,
  verifiesMail: boolean,
): RoleGrant | null {
  const rule = rules.find((one) => fits(one, claims, verifiesMail));
  return rule === undefined ? null : { role: rule.role, namespaces: rule.namespaces ?? null };
}

function fits(rule: OperatorRule, claims: SessionClaims, verifiesMail: boolean): boolean {
  if ("claim" in rule) {
    return holds(own(claims, rule.claim), rule.value);
  }
  if ("group" in rule) {
    return holds(own(claims, "groups"), rule.group);
  }
  const email = mailOf(claims, verifiesMail);
  if (email === null) {
    return false;
  }
  if ("email" in rule) {
    return email === rule.email.toLowerCase();
  }
  return email.slice(email.lastIndexOf("@") + 1) === rule.domain.toLowerCase();
}

/** The address, lower-case; null = there is none, or nobody has made sure that it is theirs. */
export function mailOf(claims: SessionClaims, verifiesMail: boolean): string | null {
  const email = own(claims, "email");
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email)) {
    return null;
  }
  return verifiesMail || own(claims, "email_verified") === true ? email.toLowerCase() : null;
}

const own = (claims: SessionClaims, name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined);

const holds = (claim: unknown, value: string): boolean =>
  claim === value || (Array.isArray(claim) && claim.includes(value));

// Whether a request may go on, by the AuthorizationPolicies that hold where it goes. Istio's semantics: a DENY that
// matches refuses; where there is an ALLOW, one must match; AUDIT only reports. What can be read in two ways counts
// against the caller: "maybe" is enough for a DENY and too little for an ALLOW. A policy that should be there and is
// not refuses.
import type {
  Authorization,
  AuthorizationOperation,
  AuthorizationRule,
  AuthorizationSource,
} from "../../model/snapshot/access.ts";
import {
  addressFits,
  applicationFits,
  methodFits,
  namespaceFits,
  pathFits,
  principalFits,
  type AuthorizationRequest,
} from "./request.ts";
import { candidatesAmong } from "./candidates.ts";
import { conditionHolds } from "./condition.ts";
import { addressBits } from "../text/ip.ts";
import { both, either, fitsAny, NO, YES, type Truth } from "./pattern.ts";

type AuthorizationVerdict =
  /** `policy`: the ALLOW that matched; null = there is none. */
  | { readonly allowed: true; readonly policy: string | null }
  /** `denied`: by that policy. `not-allowed`: no ALLOW matches; the first is named. `unknown`: a policy is missing. */
  | { readonly allowed: false; readonly because: "denied" | "not-allowed"; readonly policy: string }
  | { readonly allowed: false; readonly because: "unknown"; readonly policy: null };

/**
 * @param table `policies.authorization` of the snapshot
 * @param held indexes into it, as the place lists them
 */
export function decideAuthorization(
  table: readonly Authorization[],
  held: readonly number[],
  asked: AuthorizationRequest,
): AuthorizationVerdict {
  const candidates = candidatesAmong(table, held, asked);
  for (const index of candidates) {
    const policy = table[index];
    if (policy === undefined) {
      return { allowed: false, because: "unknown", policy: null };
    }
    if (policy.action !== "ALLOW" && policy.action !== "AUDIT" && matches(policy, asked) !== NO) {
      return { allowed: false, because: "denied", policy: policy.policy };
    }
  }
  for (const index of candidates) {
    const policy = table[index];
    if (policy?.action === "ALLOW" && matches(policy, asked) === YES) {
      return { allowed: true, policy: policy.policy };
    }
  }
  const firstAllow = held.find((index) => table[index]?.action === "ALLOW");
  const policy = firstAllow === undefined ? null : (table[firstAllow]?.policy ?? null);
  return policy === null ? { allowed: true, policy } : { allowed: false, because: "not-allowed", policy };
}

/** AUDIT policies that match, for whoever listens. */
export function audited(
  table: readonly Authorization[],
  held: readonly number[],
  asked: AuthorizationRequest,
): string[] {
  return held.flatMap((index) => {
    const policy = table[index];
    return policy?.action === "AUDIT" && matches(policy, asked) !== NO ? [policy.policy] : [];
  });
}

interface PolicyTruth extends Pick<Authorization, "policy" | "action"> {
  /** `maybe` is enough for a DENY and too little for an ALLOW. */
  readonly truth: Truth;
  /** The rule that says so; null = none does. */
  readonly rule: number | null;
}

/** What each policy says of the request by itself, for operators who ask why. */
export function policyTruths(
  table: readonly Authorization[],
  held: readonly number[],
  asked: AuthorizationRequest,
): PolicyTruth[] {
  return held.flatMap((index) => {
    const row = table[index];
    if (row === undefined) {
      return [];
    }
    const truth = matches(row, asked);
    const rule = truth === NO ? -1 : row.rules.findIndex((one) => ruleMatches(one, asked) === truth);
    return [{ policy: row.policy, action: row.action, truth, rule: rule === -1 ? null : rule }];
  });
}

function matches({ rules }: Authorization, asked: AuthorizationRequest): Truth {
  let truth: Truth = NO;
  for (const rule of rules) {
    truth = either(truth, ruleMatches(rule, asked));
    if (truth === YES) {
      return YES;
    }
  }
  return truth;
}

function ruleMatches({ from, to, when }: AuthorizationRule, asked: AuthorizationRequest): Truth {
  let truth = oneOf(to, operationMatches, asked);
  if (truth !== NO) {
    truth = both(truth, oneOf(from, sourceMatches, asked));
  }
  for (const condition of when) {
    if (truth === NO) {
      return NO;
    }
    truth = both(truth, conditionHolds(condition, asked));
  }
  return truth;
}

/** No entries: no condition. */
function oneOf<Entry>(
  entries: readonly Entry[],
  judgeOne: (entry: Entry, asked: AuthorizationRequest) => Truth,
  asked: AuthorizationRequest,
): Truth {
  if (entries.length === 0) {
    return YES;
  }
  let truth: Truth = NO;
  for (const entry of entries) {
    truth = either(truth, judgeOne(entry, asked));
  }
  return truth;
}

function operationMatches({ methods, paths, hosts }: AuthorizationOperation, asked: AuthorizationRequest): Truth {
  let truth: Truth = YES;
  if (methods.length > 0) {
    truth = both(truth, methodFits(methods, asked.method));
  }
  if (truth !== NO && paths.length > 0) {
    truth = both(truth, pathFits(paths, asked));
  }
  if (truth !== NO && hosts.length > 0) {
    truth = both(truth, fitsAny(hosts, asked.host) ? YES : NO);
  }
  return truth;
}

function sourceMatches(source: AuthorizationSource, { caller, clientAddress }: AuthorizationRequest): Truth {
  const { principals, namespaces, applications, ipBlocks } = source;
  let truth: Truth = YES;
  if (principals.length > 0) {
    truth = both(truth, principalFits(principals, caller));
  }
  if (truth !== NO && namespaces.length > 0) {
    truth = both(truth, namespaceFits(namespaces, caller));
  }
  if (truth !== NO && applications.length > 0) {
    truth = both(truth, applicationFits(applications, caller));
  }
  if (truth !== NO && ipBlocks.length > 0) {
    truth = both(truth, addressFits(ipBlocks, clientAddress === null ? null : addressBits(clientAddress)));
  }
  return truth;
}

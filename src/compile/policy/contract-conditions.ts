// What a Contract's status says: whether what it names is there, and whether it is in force.
import { isContractGranted } from "../../decide/identity/contract-state.ts";
import { draft, type Draft } from "../documents/conditions.ts";
import { tierInForce, type CompiledContract } from "./identities.ts";

export function contractConditions(contract: CompiledContract): Draft[] {
  const { state, fault, application, service, tier } = contract;
  const accepted =
    fault === null
      ? draft("Accepted", true, "Accepted", "The Contract is part of the mesh")
      : draft("Accepted", false, fault.reason, fault.message);
  const granted = isContractGranted(state);
  const reason = `${state.charAt(0).toUpperCase()}${state.slice(1)}`;
  const inForce = tierInForce(contract);
  if (inForce !== null && inForce !== tier) {
    const message = `${application} may use ${service} within the limits of ${inForce}, as before; ${tier} is ${state}`;
    return [accepted, draft("InForce", true, "FormerTier", message)];
  }
  if (granted && fault !== null) {
    return [accepted, draft("InForce", false, fault.reason, `The Contract is ${state}, but has no effect`)];
  }
  const message = granted
    ? `${application} may use ${service} within the limits of ${tier}`
    : `The Contract is ${state}: ${application} may not use ${service} by it`;
  return [accepted, draft("InForce", granted, reason, message)];
}

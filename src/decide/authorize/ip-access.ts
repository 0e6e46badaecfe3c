// Whether a caller's address may come, by the IPAccessPolicies that hold where its request goes: every one must let it
// pass. An address that is not known passes none, and a policy that should be there and is not refuses.
import type { PolicyRow } from "../../model/snapshot/policies.ts";
import { addressBits } from "../text/ip.ts";

type IpAccess = PolicyRow<"ipAccess">;

type AddressVerdict =
  | { readonly allowed: true }
  /** `unknown`: the policy is missing (null), or the caller's address. */
  | { readonly allowed: false; readonly because: "denied" | "not-allowed" | "unknown"; readonly policy: string | null };

const ALLOWED: AddressVerdict = { allowed: true };

/**
 * @param table `policies.ipAccess` of the snapshot
 * @param held indexes into it
 */
export function decideAddress(
  table: readonly IpAccess[],
  held: readonly number[],
  address: string | null,
): AddressVerdict {
  const bits = address === null ? null : addressBits(address);
  for (const index of held) {
    const row = table[index];
    if (row === undefined || bits === null) {
      return { allowed: false, because: "unknown", policy: row?.policy ?? null };
    }
    const { policy, allow, deny } = row;
    if (isWithin(deny, bits)) {
      return { allowed: false, because: "denied", policy };
    }
    if (allow.length > 0 && !isWithin(allow, bits)) {
      return { allowed: false, because: "not-allowed", policy };
    }
  }
  return ALLOWED;
}

/** Blocks, by the bits that their addresses begin with, so that `isWithin` can search: sorted, none inside another. */
export function blockSet(blocks: readonly string[]): string[] {
  const set: string[] = [];
  for (const block of blocks.toSorted((left, right) => Number(left > right) - Number(left < right))) {
    // What begins with it comes right behind it.
    const last = set.at(-1);
    if (last === undefined || !block.startsWith(last)) {
      set.push(block);
    }
  }
  return set;
}

/** Whether an address, or a block as a whole, is inside one of the blocks. */
export function isWithin(set: readonly string[], bits: string): boolean {
  return blockAround(set, bits) !== null;
}

/** The one that it is inside of. */
export function blockAround(set: readonly string[], bits: string): string | null {
  const block = set[countUpTo(set, bits) - 1];
  return block !== undefined && bits.startsWith(block) ? block : null;
}

/** Whether a block has an address in common with one of them. */
export function touches(set: readonly string[], block: string): boolean {
  return isWithin(set, block) || set[countUpTo(set, block)]?.startsWith(block) === true;
}

/** How many do not come after it. */
function countUpTo(set: readonly string[], bits: string): number {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle] ?? "") <= bits) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

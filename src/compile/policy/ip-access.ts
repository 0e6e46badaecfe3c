// IPAccessPolicy: its blocks as sets of bits, and what is wrong with them: entries that change nothing, and allowances
// that another entry, or another policy at the same place, takes back.
import { blockAround, blockSet, isWithin, touches } from "../../decide/authorize/ip-access.ts";
import { blockBits } from "../../decide/text/ip.ts";
import type { PolicyRow } from "../../model/snapshot/policies.ts";
import type { KindOf, Told } from "./kind.ts";

export const ipAccess: KindOf<"IPAccessPolicy", "ipAccess"> = {
  kind: "IPAccessPolicy",
  table: "ipAccess",
  attaches: "requests",
  mode: "adds-up",
  compile: ({ metadata, spec }, _context, report) => {
    const setOf = (name: "allow" | "deny"): readonly string[] => {
      const { set, faults } = listOf(spec[name]);
      for (const index of faults) {
        const message = `${spec[name][index]} is a prefix that IPv4 addresses are wrapped in: as a block it would be all of them, or none`;
        const hint = "Name the IPv4 block itself, such as 192.0.2.0/24; it holds in every wrapping.";
        report({ severity: "error", code: "SLV1350", pointer: `/spec/${name}/${index}`, message, hint });
      }
      return set;
    };
    const policy = `${metadata.namespace}/${metadata.name}`;
    return [{ policy, allow: setOf("allow"), deny: setOf("deny") }];
  },
  lint: ({ spec }, _context, peers) => {
    const allow = listOf(spec.allow);
    const deny = listOf(spec.deny);
    return [
      ...repeated(allow, "allow"),
      ...repeated(deny, "deny"),
      ...takenBack(allow, deny),
      ...outside(allow, deny),
      ...contradicted(allow, deny, peers),
    ];
  },
};

interface Entry {
  readonly text: string;
  readonly bits: string;
  readonly at: number;
}

interface List {
  readonly entries: readonly Entry[];
  readonly set: readonly string[];
  /** What is no block, by its place. */
  readonly faults: readonly number[];
}

function listOf(list: readonly string[]): List {
  const entries: Entry[] = [];
  const faults: number[] = [];
  for (const [at, text] of list.entries()) {
    const bits = blockBits(text);
    if (bits === null) {
      faults.push(at);
    } else {
      entries.push({ text, bits, at });
    }
  }
  return { entries, set: blockSet(entries.map(({ bits }) => bits)), faults };
}

function warning(code: Told["code"], pointer: string, message: string, hint: string): Told {
  return { severity: "warning", code, pointer, message, hint };
}

function repeated({ entries, set }: List, list: string): Told[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    first.set(entry.bits, first.get(entry.bits) ?? entry);
  }
  return entries.flatMap(({ text, bits, at }) => {
    const other = first.get(blockAround(set, bits) ?? bits);
    if (other === undefined || other.at === at) {
      return [];
    }
    const message = `${list} has ${other.text}, which holds all of ${text}`;
    return [warning("SLV1351", `/spec/${list}/${at}`, message, "Remove the smaller one.")];
  });
}

function takenBack(allow: List, deny: List): Told[] {
  return allow.entries.flatMap(({ text, bits, at }) => {
    if (!isWithin(deny.set, bits)) {
      return [];
    }
    const message = `${text} is allowed and denied as a whole: deny counts, so none of its addresses may come`;
    return [warning("SLV1352", `/spec/allow/${at}`, message, "Remove one of the two.")];
  });
}

function outside(allow: List, deny: List): Told[] {
  if (allow.entries.length === 0) {
    return [];
  }
  return deny.entries.flatMap(({ text, bits, at }) => {
    if (touches(allow.set, bits)) {
      return [];
    }
    const message = `${text} holds nothing that is allowed: without the entry it is refused, too`;
    return [warning("SLV1351", `/spec/deny/${at}`, message, "Remove it, or leave allow out.")];
  });
}

/** Where the policy and another one hold together, and nobody passes both. */
function contradicted(allow: List, deny: List, peers: readonly PolicyRow<"ipAccess">[]): Told[] {
  const list = allow.entries.length > 0 ? "allow" : "deny";
  const nobody = (peer: PolicyRow<"ipAccess">): boolean =>
    list === "allow"
      ? allow.set.every((bits) => isRefused(peer, bits))
      : peer.allow.length > 0 && peer.allow.every((bits) => isWithin(deny.set, bits));
  return peers.filter(nobody).map(({ policy }) => {
    const message = `IPAccessPolicy/${policy} holds here, too, and no address passes both`;
    return warning("SLV1352", `/spec/${list}`, message, "Every policy that holds must let an address pass.");
  });
}

function isRefused({ allow, deny }: PolicyRow<"ipAccess">, block: string): boolean {
  return isWithin(deny, block) || (allow.length > 0 && !touches(allow, block));
}

// IPAccessPolicy: its blocks as sets of bits, and what is wrong with them: entries that change nothing, and allowances
// that another entry, or another policy at the same place, takes back.
import { blockSet, isWithin, touches } from "../../decide/authorize/ip-access.ts";
import { blockBits } from "../../decide/text/ip.ts";
import type { PolicyRow } from "../../model/snapshot/policies.ts";
import type { KindOf, PolicyOf, Told } from "./kind.ts";

export const ipAccess: KindOf<"IPAccessPolicy", "ipAccess"> = {
  kind: "IPAccessPolicy",
  table: "ipAccess",
  attaches: "requests",
  mode: "adds-up",
  compile: ({ metadata, spec }, _context, report) => {
    const bitsOf = (list: "allow" | "deny"): string[] =>
      spec[list].flatMap((text, index) => {
        const bits = blockBits(text);
        if (bits === null) {
          const message = `${text} is a prefix that IPv4 addresses are wrapped in: as a block it would be all of them, or none`;
          const hint = "Name the IPv4 block itself, such as 192.0.2.0/24; it holds in every wrapping.";
          report({ severity: "error", code: "SLV1350", pointer: `/spec/${list}/${index}`, message, hint });
        }
        return bits ?? [];
      });
    const policy = `${metadata.namespace}/${metadata.name}`;
    return [{ policy, allow: blockSet(bitsOf("allow")), deny: blockSet(bitsOf("deny")) }];
  },
  lint: ({ spec }, _context, peers) => {
    const allow = entriesOf(spec.allow);
    const deny = entriesOf(spec.deny);
    return [
      ...repeated(allow, "allow"),
      ...repeated(deny, "deny"),
      ...takenBack(allow, deny),
      ...outside(allow, deny),
      ...peers.flatMap((peer) => contradicted(allow, deny, peer)),
    ];
  },
};

interface Entry {
  readonly text: string;
  readonly bits: string;
  readonly at: number;
}

function entriesOf(list: PolicyOf<"IPAccessPolicy">["spec"]["allow"]): Entry[] {
  return list.flatMap((text, at) => {
    const bits = blockBits(text);
    return bits === null ? [] : [{ text, bits, at }];
  });
}

const setOf = (entries: readonly Entry[]): string[] => blockSet(entries.map(({ bits }) => bits));

function warning(code: Told["code"], pointer: string, message: string, hint: string): Told {
  return { severity: "warning", code, pointer, message, hint };
}

function repeated(entries: readonly Entry[], list: string): Told[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    first.set(entry.bits, first.get(entry.bits) ?? entry);
  }
  const set = setOf(entries);
  return entries.flatMap(({ text, bits, at }) => {
    const whole = set[set.findIndex((block) => bits.startsWith(block))] ?? bits;
    const other = first.get(whole);
    if (other === undefined || other.at === at) {
      return [];
    }
    const message = `${list} has ${other.text}, which holds all of ${text}`;
    return [warning("SLV1351", `/spec/${list}/${at}`, message, "Remove the smaller one.")];
  });
}

function takenBack(allow: readonly Entry[], deny: readonly Entry[]): Told[] {
  const denied = setOf(deny);
  return allow.flatMap(({ text, bits, at }) => {
    if (!isWithin(denied, bits)) {
      return [];
    }
    const message = `${text} is allowed and denied as a whole: deny counts, so none of its addresses may come`;
    return [warning("SLV1352", `/spec/allow/${at}`, message, "Remove one of the two.")];
  });
}

function outside(allow: readonly Entry[], deny: readonly Entry[]): Told[] {
  if (allow.length === 0) {
    return [];
  }
  const allowed = setOf(allow);
  return deny.flatMap(({ text, bits, at }) => {
    if (touches(allowed, bits)) {
      return [];
    }
    const message = `${text} holds nothing that is allowed: without the entry it is refused, too`;
    return [warning("SLV1351", `/spec/deny/${at}`, message, "Remove it, or leave allow out.")];
  });
}

/** Where the policy and another one hold together, and nobody passes both. */
function contradicted(allow: readonly Entry[], deny: readonly Entry[], peer: PolicyRow<"ipAccess">): Told[] {
  const denied = setOf(deny);
  const [list, nobody] =
    allow.length > 0
      ? ["allow", allow.every(({ bits }) => isRefused(peer, bits))]
      : ["deny", peer.allow.length > 0 && peer.allow.every((bits) => isWithin(denied, bits))];
  if (!nobody) {
    return [];
  }
  const message = `IPAccessPolicy/${peer.policy} holds here, too, and no address passes both`;
  return [warning("SLV1352", `/spec/${list}`, message, "Every policy that holds must let an address pass.")];
}

function isRefused({ allow, deny }: PolicyRow<"ipAccess">, block: string): boolean {
  return isWithin(deny, block) || (allow.length > 0 && !touches(allow, block));
}

// An address or a block of them, as policies name them.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

const blocks = [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()];

export function isBlock(text: string): boolean {
  return blocks.some((schema) => schema.safeParse(text).success);
}

/** Other gateways take the first octets of an address for all that begin so. */
const OCTETS = /^\d{1,3}(?:\.\d{1,3}){0,2}(?=\.?\*?$)/;

function hintFor(input: unknown): string {
  const octets = (typeof input === "string" ? (OCTETS.exec(input)?.[0] ?? "") : "").split(".");
  if (octets[0] === "") {
    return "Write 192.0.2.7 or 2001:db8::/32.";
  }
  const whole = [...octets, "0", "0", "0"].slice(0, 4).join(".");
  return `Write ${whole}/${8 * octets.length} for all addresses that begin so.`;
}

export const ipBlockSchema = z.string().refine(isBlock, {
  error: (issue) => say(`${quote(issue.input)} is not an address or a block of them`, hintFor(issue.input)),
});

// Hostnames of the Gateway API: lower-case DNS names, a wildcard only as the whole leftmost label, never an IP address.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PRECISE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const HINT = "Write a lower-case DNS name without port, such as shop.example.com";
const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;

function noAddress(text: string): boolean {
  return !ADDRESS.test(text);
}
const address = { error: say("An IP address is not a hostname", "Name the host; addresses cannot be matched.") };

/** A hostname or a wildcard for all names below one: `*.example.com`. */
export const hostnameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(HOSTNAME, {
    error: (issue) =>
      say(`${quote(issue.input)} is not a hostname`, `${HINT}, or *.example.com for every name below example.com.`),
  })
  .refine(noAddress, address);

/** A hostname without wildcard. */
export const preciseHostnameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(PRECISE, { error: (issue) => say(`${quote(issue.input)} is not a precise hostname`, `${HINT}.`) })
  .refine(noAddress, address);

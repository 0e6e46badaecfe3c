// Names of documents and of what they refer to. A document's own name is a DNS subdomain, as in Kubernetes; that of a
// service or namespace a label, because hosts are made of it. What a document refers to may be any Kubernetes object
// name, since a reference to something that cannot exist is a finding, not a syntax error.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

export const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const VERSION = /^[A-Za-z0-9]([-A-Za-z0-9._]{0,61}[A-Za-z0-9])?$/;
const BINDING = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const NAME_HINT = "Use 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.";

/** Name of a service or a namespace: a DNS label (RFC 1123). */
export const nameSchema = z.string().regex(NAME, {
  error: (issue) => say(`${quote(issue.input)} is not a name`, NAME_HINT),
});

/** Name of any other document: a DNS subdomain (RFC 1123). */
export const documentNameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(SUBDOMAIN, {
    error: (issue) =>
      say(
        `${quote(issue.input)} is not a name`,
        "Use up to 253 lower-case letters, digits, hyphens and dots, with a letter or digit around each dot and at both ends.",
      ),
  });

/** `<name>` in the same namespace, or `<namespace>/<name>`. */
export const scopedNameSchema = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
    error: (issue) =>
      say(`${quote(issue.input)} is not a name`, `Write "<name>" or "<namespace>/<name>". ${NAME_HINT}`),
  });

/** The same of a document whose name may have dots. */
export const scopedDocumentNameSchema = z
  .string()
  .max(317)
  .regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
    error: (issue) =>
      say(
        `${quote(issue.input)} is not a name`,
        'Write "<name>" or "<namespace>/<name>", in lower-case letters, digits, hyphens and dots.',
      ),
  });

/** Name of something referred to (`ObjectName` of the Gateway API). */
export const objectNameSchema = z.string().min(1).max(253);

/** Name of a listener or a rule (`SectionName` of the Gateway API). */
export const sectionNameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(SUBDOMAIN, {
    error: (issue) =>
      say(`${quote(issue.input)} is not a section name`, "Use lower-case letters, digits, hyphens and dots."),
  });

/** API group of something referred to; "" is the Kubernetes core group. */
export const groupSchema = z
  .string()
  .max(253)
  .regex(/^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
    error: (issue) =>
      say(`${quote(issue.input)} is not an API group`, 'Use "" (core) or a domain such as selvage.dev.'),
  });

/** Kind of something referred to. */
export const kindSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/, {
    error: (issue) => say(`${quote(issue.input)} is not a kind`, "Kinds are single words, such as Service."),
  });

/** A version of a service, as its endpoints carry it. */
export const versionSchema = z.string().regex(VERSION, {
  error: (issue) =>
    say(`${quote(issue.input)} is not a version`, "Use up to 63 letters, digits, dots, hyphens and underscores (v1)."),
});

/** Name of a Worker binding: service binding, secret, certificate. */
export const bindingSchema = z.string().regex(BINDING, {
  error: (issue) =>
    say(`${quote(issue.input)} is not a binding name`, "Use letters, digits and underscores, as in wrangler.toml."),
});

/** A secret by name: documents never hold one. */
export const secretRefSchema = z.strictObject({ name: bindingSchema });

export const portSchema = z.int().min(1).max(65535);

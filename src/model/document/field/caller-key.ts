// Parts of the key that tells callers apart: of a limit's buckets, a hash ring, a sticky split.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

/** `client` is the application, else the workload, else the address. */
export const callerKeySchema = z
  .string()
  .max(256)
  .regex(/^(client|ip|method|route|(header|cookie):[A-Za-z0-9!#$%&'*+\-.^_`|~]+|claim:[^\s:][^\s]*)$/, {
    error: (issue) =>
      say(
        `${quote(issue.input)} is not a part of a key`,
        "Write client, ip, method, route, header:<name>, claim:<name> or cookie:<name>.",
      ),
  });

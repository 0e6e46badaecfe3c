// What the command's exit status means: scripts decide by it, so the numbers never change.
import { problems } from "../../model/word/problem.ts";

export const exitCodes = {
  ok: 0,
  /** `diff` found differences; `status` or `check` found the mesh unhealthy. */
  differences: 1,
  usage: 2,
  /** No token, a wrong one, or one that may not do this. */
  auth: 3,
  notFound: 4,
  /** Someone else was faster, or owns it. */
  conflict: 5,
  /** The mesh does not accept the documents or the request. */
  validation: 6,
  /** The mesh cannot be reached, or cannot answer now. */
  unavailable: 8,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for a status of the admin API that is not a success, and the code of its problem. */
export function exitCodeOf(status: number, code?: string): ExitCode {
  switch (status) {
    case 400:
      // A parameter is what the command line said; other bodies are documents.
      return code === problems.badParameter.code ? exitCodes.usage : exitCodes.validation;
    case 401:
    case 403:
      return exitCodes.auth;
    case 404:
      return exitCodes.notFound;
    case 409:
    case 412:
    case 428:
      return exitCodes.conflict;
    case 408:
    case 429:
      return exitCodes.unavailable;
    default:
      return status >= 400 && status < 500 ? exitCodes.validation : exitCodes.unavailable;
  }
}

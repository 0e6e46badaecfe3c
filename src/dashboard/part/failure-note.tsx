// A call that went wrong, in the mesh's own words: what, why, what to do, and under which id it is in the log.
import type { ReactNode } from "react";
import type { Failure } from "../../cli/session/client.ts";

export function FailureNote({ failure }: { readonly failure: Failure }): ReactNode {
  const { problem, message, hint, status } = failure;
  return (
    <div className="alert" role="alert">
      <p>
        <strong>
          {problem?.title ?? (status === null ? "The mesh cannot be reached" : `The mesh answered ${status}`)}
        </strong>
        {problem === undefined ? null : (
          <>
            {" "}
            <a href={`/_selvage/problems/${encodeURIComponent(problem.code)}`}>{problem.code}</a>
          </>
        )}
      </p>
      <p>{message}</p>
      {hint === undefined ? null : <p className="quiet">{hint}</p>}
      {(problem?.errors ?? []).map((one, index) => (
        <p key={index}>
          <code>{one.line === undefined ? one.pointer : `line ${one.line}:${one.column ?? 1} ${one.pointer}`}</code>{" "}
          {one.detail} {one.hint === undefined ? null : <span className="quiet">{one.hint}</span>}
        </p>
      ))}
      {problem === undefined ? null : <p className="quiet mono">request {problem.requestId}</p>}
    </div>
  );
}

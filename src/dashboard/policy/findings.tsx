// What validation has to say, with the place in the text.
import type { ReactNode } from "react";
import type { Validation, ValidationFinding } from "../../model/api/apply.ts";

export function Findings({ found: { valid, errors, warnings } }: { readonly found: Validation }): ReactNode {
  return (
    <section aria-label="Findings">
      <p>
        <strong>{valid ? "Valid" : "Not valid"}</strong>: {errors.length} errors, {warnings.length} warnings
      </p>
      {[...errors, ...warnings].map((one, index) => (
        <Finding key={index} finding={one} />
      ))}
    </section>
  );
}

function Finding({ finding }: { readonly finding: ValidationFinding }): ReactNode {
  const { severity, code, ref, pointer, message, hint, line, column, example } = finding;
  return (
    <div className={`alert ${severity === "error" ? "" : "degraded"}`}>
      <p>
        {severity} <a href={`/_selvage/problems/${encodeURIComponent(code)}`}>{code}</a> {ref}{" "}
        <code>{line === undefined ? pointer : `line ${line}:${column ?? 1} ${pointer}`}</code>
      </p>
      <p>
        {message} <span className="quiet">{hint}</span>
      </p>
      {example === undefined ? null : (
        <p>
          Seen with{" "}
          <code>
            {example.method} {example.url}
          </code>
        </p>
      )}
    </div>
  );
}

// Why a request is decided as it is: composed here, never sent. Every decision in its order, with the document behind
// it and what was not taken. The address holds the request, so that it can be sent to somebody; headers stay here.
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { useSearchParams } from "wouter";
import type { ExplainAnswer } from "../../model/api/explain.ts";
import { api } from "../data/api.ts";
import { ReadFailure, taken } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { FailureNote } from "../part/failure-note.tsx";
import { FormField } from "../part/form-field.tsx";
import { Screen } from "../part/screen.tsx";
import { selvageLine } from "../word/command.ts";
import { ExplanationView } from "./explanation.tsx";
import { headersOf } from "./header-lines.ts";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export function ExplainScreen(): ReactNode {
  const [query, setQuery] = useSearchParams();
  const [method, setMethod] = useState(query.get("method") ?? "GET");
  const [url, setUrl] = useState(query.get("url") ?? `${window.location.origin}/svc/`);
  const [headers, setHeaders] = useState("");
  const [as, setAs] = useState(query.get("as") ?? "");
  const [revision, setRevision] = useState(query.get("revision") ?? "");
  const mayImagine = useMay("operator");
  const explain = useMutation<ExplainAnswer>({
    mutationFn: async () =>
      taken(
        await api.call<ExplainAnswer>("POST", "/explain", {
          body: {
            method,
            url,
            headers: headersOf(headers),
            ...(as === "" ? {} : { as }),
            // What is no number is sent as it is: the mesh says so, where another revision would be explained.
            ...(revision === "" ? {} : { revision: /^\d+$/.test(revision) ? Number(revision) : revision }),
          },
        }),
      ),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setQuery(
      { method, url, ...(as === "" ? {} : { as }), ...(revision === "" ? {} : { revision }) },
      { replace: true },
    );
    explain.mutate();
  };
  return (
    <Screen title="Explain">
      <form onSubmit={submit}>
        <div className="fields">
          <FormField label="Method" value={method} options={methods} onChange={setMethod} />
          <FormField label="Address" value={url} onChange={setUrl} required grow />
        </div>
        <details>
          <summary>Headers, caller, revision</summary>
          <label htmlFor="explain-headers">Headers, one a line: name: value. Used and forgotten.</label>
          <textarea
            id="explain-headers"
            rows={4}
            value={headers}
            onChange={(event) => setHeaders(event.target.value)}
          />
          {mayImagine ? (
            <FormField
              label="As"
              value={as}
              onChange={setAs}
              hint="SPIFFE ID of a workload or application that is taken for proven."
            />
          ) : null}
          <FormField label="Revision" value={revision} onChange={setRevision} hint="Empty: the newest." />
        </details>
        <p>
          <button type="submit" className="button main" disabled={explain.isPending}>
            {explain.isPending ? "Asking…" : "Explain"}
          </button>
        </p>
      </form>
      <div aria-live="polite">
        {explain.error instanceof ReadFailure ? <FailureNote failure={explain.error.failure} /> : null}
        {explain.data === undefined ? (
          explain.error === null ? (
            <Empty cause="Nothing is asked yet. No request is sent: the mesh says what it would decide, and why." />
          ) : null
        ) : (
          <ExplanationView answer={explain.data} />
        )}
      </div>
      <SameInTerminal lines={[selvageLine(["explain", method, url, ...(as === "" ? [] : ["--as", as])])]} />
    </Screen>
  );
}

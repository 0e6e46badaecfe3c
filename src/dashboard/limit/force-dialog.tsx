// Forces the breakers of a service open or closed for a while, with a reason that refused callers are told.
import { useState, type ReactNode } from "react";
import type { ForceReceipt, ForceRequest, ServiceBreakers } from "../../model/api/breakers.ts";
import { api } from "../data/api.ts";
import { askAgain } from "../data/live.ts";
import { tell } from "../data/told.ts";
import { FormField } from "../part/form-field.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";

const states = ["open", "closed", "auto"] as const;

export function ForceDialog({
  service,
  onClose,
}: {
  readonly service: ServiceBreakers;
  readonly onClose: () => void;
}): ReactNode {
  const { namespace, service: name } = service;
  const [state, setState] = useState<(typeof states)[number]>(service.forced.length > 0 ? "auto" : "open");
  const [ttl, setTtl] = useState("10m");
  const [version, setVersion] = useState("");
  const versions = [...new Set(service.breakers.filter(({ target }) => target === "version").map((one) => one.name))];
  const path = `/breakers/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/force`;
  const order = (to: ForceRequest["state"], reason: string): ForceRequest => ({
    state: to,
    ttl,
    reason,
    ...(version === "" ? {} : { version }),
  });
  const back = (): void => {
    void api
      .call("POST", path, { body: order("auto", "undone in the dashboard") })
      .then((answer) => tell(answer.ok ? `${name} is left to its breakers again.` : answer.failure.message))
      .then(() => askAgain());
  };
  const said = {
    open: "Every call is refused with 503 and the reason.",
    closed: "Every call goes through, whatever fails.",
    auto: "The breakers decide again.",
  }[state];
  return (
    <WriteDialog<ForceReceipt>
      title={`Force breakers of ${namespace}/${name}`}
      act={`Force ${state}`}
      danger={state === "open"}
      reason="required"
      command={(reason) =>
        selvageLine(
          [
            "breaker",
            "force",
            name,
            state,
            ...(version === "" ? [] : ["--only", version]),
            "--ttl",
            ttl,
            "--reason",
            reason,
          ],
          namespace,
        )
      }
      write={(reason) => api.call("POST", path, { body: order(state, reason) })}
      onDone={({ obeyedWithinMs }) =>
        tell(
          `${name} forced ${state}${obeyedWithinMs === null ? "" : `, obeyed everywhere within ${obeyedWithinMs} ms`}.`,
          state === "auto" ? undefined : { label: "Undo", run: back },
        )
      }
      onClose={onClose}
    >
      <FormField
        label="State"
        value={state}
        options={states}
        hint={said}
        onChange={(text) => setState(states.find((one) => one === text) ?? "auto")}
      />
      <FormField label="For how long" value={ttl} onChange={setTtl} hint="A duration of at most a day: 10m, 2h." />
      {versions.length === 0 ? null : (
        <FormField
          label="Only this version"
          value={version}
          options={["", ...versions]}
          none="every version"
          onChange={setVersion}
        />
      )}
    </WriteDialog>
  );
}

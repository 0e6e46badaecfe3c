// What a limit would have refused in the last hour with other numbers. Nothing is written.
import { useState, type ReactNode } from "react";
import type { LimitPreviewList, LimitUseAnswer } from "../../model/api/limits.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { CommandLine } from "../part/command-line.tsx";
import { Facts } from "../part/facts.tsx";
import { FormField } from "../part/form-field.tsx";
import { Modal } from "../part/modal.tsx";
import { When } from "../part/when.tsx";
import { selvageLine } from "../word/command.ts";

export function PreviewDialog({
  use,
  onClose,
}: {
  readonly use: LimitUseAnswer;
  readonly onClose: () => void;
}): ReactNode {
  const { namespace, policy, limit, kind } = use;
  const [requests, setRequests] = useState("");
  const [window, setWindow] = useState("");
  const [asked, setAsked] = useState({ requests: "", window: "" });
  const read = useRead<LimitPreviewList>("/limits/preview", {
    policy: `${namespace}/${policy}`,
    kind,
    limit,
    requests: asked.requests || undefined,
    window: asked.window || undefined,
  });
  return (
    <Modal title={`What if ${limit} of ${namespace}/${policy} said something else`} onClose={onClose}>
      <div className="row">
        <FormField label="Requests" type="number" value={requests} onChange={setRequests} hint="Empty: as it is." />
        <FormField label="Window" value={window} onChange={setWindow} hint="1s, 1m, 1h. Empty: as it is." />
        <Button look="main" onPress={() => setAsked({ requests, window })}>
          Ask
        </Button>
      </div>
      <Ready read={read}>
        {({ items }) => (
          <>
            {items.map((one) => (
              <Facts
                key={one.limit}
                rows={[
                  ["Now", `${one.current.requests} in ${one.current.window}, burst ${one.current.burst}`],
                  ["Asked about", `${one.numbers.requests} in ${one.numbers.window}, burst ${one.numbers.burst}`],
                  ["Known since", <When key="since" time={one.since} />],
                  ["Requests", one.asked],
                  ["Refused as it was", one.refused],
                  ["Would be refused", one.wouldRefuse],
                  ["Busiest second", one.peakPerSecond],
                ]}
              />
            ))}
          </>
        )}
      </Ready>
      <CommandLine
        line={selvageLine(
          [
            "limit",
            "preview",
            `${policy}/${limit}`,
            ...(kind === "Tier" ? ["--tier"] : []),
            ...(asked.requests === "" ? [] : ["--requests", asked.requests]),
            ...(asked.window === "" ? [] : ["--window", asked.window]),
          ],
          namespace,
        )}
      />
      <Button onPress={onClose}>Close</Button>
    </Modal>
  );
}

// Requests: as they end, or those that were kept. Both are narrowed by what the address says.
import type { ReactNode } from "react";
import { useSearchParams } from "wouter";
import { FormField } from "../part/form-field.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { KeptRequests } from "./kept-requests.tsx";
import { LiveRequests } from "./live-requests.tsx";
import { filterOf, withFilter, type TailFilter } from "./tail-filter.ts";

const tabs = ["live", "kept"] as const;

export function WatchScreen(): ReactNode {
  const tab = useTab(tabs);
  const [query, setQuery] = useSearchParams();
  const filter = filterOf(query);
  const field = (name: keyof TailFilter) => ({
    value: filter[name],
    onChange: (text: string) => setQuery(withFilter(query, name, text), { replace: true }),
  });
  const statuses = ["", "400", "500"];
  return (
    <Screen title="Watch">
      <Tabs names={tabs} base="/watch" current={tab} keep={query} />
      <div className="fields">
        <FormField
          label="Status at least"
          {...field("status")}
          options={statuses.includes(filter.status) ? statuses : [...statuses, filter.status]}
          none="any"
        />
        <FormField label="Service" {...field("service")} hint="namespace/name; empty: all." />
        <FormField label="Namespace" {...field("namespace")} />
        {tab === "kept" ? null : (
          <>
            <FormField label="Method" {...field("method")} />
            <FormField label="Path" {...field("path")} hint="As it begins: /svc/orders" />
            <FormField label="Caller" {...field("caller")} hint="A principal, user, or anonymous." />
          </>
        )}
      </div>
      {tab === "kept" ? <KeptRequests /> : <LiveRequests />}
    </Screen>
  );
}

// One API: what it is, its reference, its tiers, and how to ask for access.
import type { ReactNode } from "react";
import { Link, useParams } from "wouter";
import type { Catalog } from "../../model/api/endpoints.ts";
import { refOf } from "../../model/word/refs.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { CommandLine } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { Facts } from "../part/facts.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { documentPath } from "../../model/word/screen-paths.ts";
import { ApiReference } from "./api-reference.tsx";
import { KeptTiers, Tiers } from "./tiers.tsx";

const tabs = ["overview", "reference", "access"] as const;

/** In the portal there is nothing to operate. */
export function ApiScreen({ isPortal }: { readonly isPortal: boolean }): ReactNode {
  const { ns = "", name = "" } = useParams();
  const read = useRead<Catalog>("/catalog", { namespace: ns, ...(isPortal ? { view: "consumers" } : {}) });
  const tab = useTab(tabs);
  const isThere = read.data?.items.some((one) => one.name === name) === true;
  return (
    <Screen
      title={`${ns}/${name}`}
      at={read.dataUpdatedAt}
      acts={!isPortal && isThere ? <Link href={documentPath(refOf("Service", ns, name))}>Operate it</Link> : null}
    >
      <Ready read={read}>
        {({ items }) => {
          const service = items.find((one) => one.name === name);
          if (service === undefined) {
            return <Empty cause={`There is no service ${ns}/${name}, or you may not see it.`} />;
          }
          const address = `${window.location.origin}${service.addresses[0] ?? "/"}`;
          return (
            <>
              <Tabs names={tabs} base={`/apis/${ns}/${name}`} current={tab} />
              {tab === "overview" ? (
                <>
                  <Facts
                    rows={[
                      ["About", service.description],
                      ["Owner", service.owner],
                      [
                        "Exposure",
                        service.exposure === "public"
                          ? "anybody may call it, as far as its policies let them"
                          : "callers need an identity",
                      ],
                      ["Versions", service.versions.map(({ version }) => version ?? "none").join(", ")],
                      [
                        "Description",
                        service.openapi === null ? null : (
                          <a key="spec" href={service.openapi}>
                            {service.openapi}
                          </a>
                        ),
                      ],
                    ]}
                  />
                  <h2>Try it</h2>
                  <CommandLine
                    line={
                      service.exposure === "public"
                        ? `curl -i ${address}`
                        : `curl -i -H "authorization: Bearer $ACCESS_TOKEN" ${address}`
                    }
                  />
                </>
              ) : null}
              {tab === "reference" ? (
                <ApiReference namespace={ns} name={name} has={service.openapi !== null} isPortal={isPortal} />
              ) : null}
              {tab === "access" && service.tiers !== undefined ? (
                <Tiers namespace={ns} name={name} tiers={service.tiers} />
              ) : null}
              {tab === "access" && service.tiers === undefined ? <KeptTiers namespace={ns} name={name} /> : null}
            </>
          );
        }}
      </Ready>
    </Screen>
  );
}

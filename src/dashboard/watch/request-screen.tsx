// One request that was kept, by its id.
import type { ReactNode } from "react";
import { useParams } from "wouter";
import type { ReceiptShown } from "../../model/api/requests.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { selvageLine } from "../word/command.ts";
import { ReceiptView } from "./receipt-view.tsx";

export function RequestScreen(): ReactNode {
  const { id = "" } = useParams();
  const read = useRead<ReceiptShown>(`/requests/${encodeURIComponent(id)}`);
  return (
    <Screen title={`Request ${id}`} at={read.dataUpdatedAt}>
      <Ready read={read}>{(receipt) => <ReceiptView receipt={receipt} />}</Ready>
      <SameInTerminal lines={[selvageLine(["explain", id])]} />
    </Screen>
  );
}

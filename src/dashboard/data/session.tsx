// Who is signed in, and what they may do: what one may not do is not offered.
import { createContext, useContext, type ReactNode } from "react";
import type { Whoami } from "../../model/api/operators.ts";
import type { Role } from "../../model/api/resource.ts";

/** Weakest first; the list that the API has comes with its schemas. */
const strength: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

const Who = createContext<Whoami | null>(null);

export function WhoProvider({ who, children }: { readonly who: Whoami; readonly children: ReactNode }): ReactNode {
  return <Who value={who}>{children}</Who>;
}

export const useWho = (): Whoami | null => useContext(Who);

/** Whether the role suffices, and the namespace is one of theirs; the mesh decides, this only spares a refusal. */
export function useMay(role: Role, namespace?: string): boolean {
  const who = useContext(Who);
  const reaches = namespace === undefined || who?.namespaces === null || who?.namespaces.includes(namespace) === true;
  return who !== null && reaches && strength[who.role] >= strength[role];
}

// The Contract document by which an application asks for a tier of a service: one for each pair, named after both, so
// that asking again changes the tier.
import { partsOfKey } from "../../model/word/refs.ts";

interface AccessWish {
  /** `<namespace>/<name>`, as `service`. */
  readonly application: string;
  readonly service: string;
  readonly tier: string;
}

export function contractRequest({ application, service, tier }: AccessWish): object {
  const { namespace, name } = partsOfKey(application);
  const made = `${name}-${partsOfKey(service).name}`.slice(0, 63).replace(/-+$/, "");
  return {
    apiVersion: "selvage.dev/v1",
    kind: "Contract",
    metadata: { name: made, namespace },
    spec: { application: name, service, tier },
  };
}

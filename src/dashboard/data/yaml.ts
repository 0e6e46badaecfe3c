// YAML, whose library is fetched when it is first needed: most visits need none.
import { useEffect, useState } from "react";

/** null = not yet. */
export function useYaml(value: unknown): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    void toYaml(value).then((made) => isWanted && setText(made));
    return () => {
      isWanted = false;
    };
  }, [value]);
  return text;
}

async function toYaml(value: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(value, { lineWidth: 110 });
}

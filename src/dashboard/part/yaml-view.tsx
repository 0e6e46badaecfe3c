// A document or an answer as YAML, to read and to copy.
import type { ReactNode } from "react";
import { useYaml } from "../data/yaml.ts";
import { CopyButton } from "./button.tsx";

export function YamlView({ value, label }: { readonly value: object; readonly label: string }): ReactNode {
  const text = useYaml(value);
  return text === null ? null : (
    <figure className="card" aria-label={label}>
      <CopyButton text={text} label="Copy YAML" />
      <pre>{text}</pre>
    </figure>
  );
}

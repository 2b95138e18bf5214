/** A call, whole: every argument by its name. */
import type { ArgumentOrigin } from "../../core/question.ts";
import { originOfArgument } from "../../core/text/origin.ts";
import { visible, visibleJson, visibleLine } from "../../core/text/visible.ts";
import { TextBlock } from "../parts/text-block.tsx";

/** `origins`: beside each argument where its value comes from, doubtful ones with a shape. */
export function CallFields({ input, origins = [] }: { input: unknown; origins?: readonly ArgumentOrigin[] }) {
  if (typeof input !== "object" || input === null) return <TextBlock text={visible(String(input))} />;
  const fields = Object.entries(input);
  if (fields.length === 0) return <p className="muted">without arguments</p>;
  return (
    <dl className="fields">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>
            {visibleLine(name)}
            <OriginOf argument={name} origins={origins} />
          </dt>
          <dd>{typeof value === "string" ? visible(value) : visibleJson(value, 2)}</dd>
        </div>
      ))}
    </dl>
  );
}

function OriginOf({ argument, origins }: { argument: string; origins: readonly ArgumentOrigin[] }) {
  const words = originOfArgument(argument, origins);
  return words === "" ? null : <small className="muted"> · {words}</small>;
}

/** A call, whole: every argument by its name. */
import { visible, visibleJson, visibleLine } from "../../core/text/visible.ts";

export function CallFields({ input }: { input: unknown }) {
  if (typeof input !== "object" || input === null)
    return <pre className="text-block">{visible(String(input))}</pre>;
  const fields = Object.entries(input);
  if (fields.length === 0) return <p className="muted">without arguments</p>;
  return (
    <dl className="fields">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>{visibleLine(name)}</dt>
          <dd>{typeof value === "string" ? visible(value) : visibleJson(value, 2)}</dd>
        </div>
      ))}
    </dl>
  );
}

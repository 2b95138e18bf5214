/** JSON to read: folded, found by the browser's search, copied whole. */

import { visible, visibleLine } from "../../core/text/visible.ts";
import { CopyButton } from "./button.tsx";
import { TextBlock } from "./text-block.tsx";

const openDepth = 2;
const shownItems = 200;

export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className="json">
      <header>
        <p className="json-label">{label}</p>
        <CopyButton text={text ?? ""} />
      </header>
      {typeof value === "string" ? <TextBlock text={value} /> : <Node value={value} depth={0} />}
    </div>
  );
}

function Node({ value, depth, name }: { value: unknown; depth: number; name?: string }) {
  const label = name === undefined ? null : <span className="json-key">{visibleLine(name)}: </span>;
  if (value === null || typeof value !== "object") {
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? "null" : typeof value}`}>{leaf(value)}</span>
      </div>
    );
  }
  const items = Object.entries(value);
  const isArray = Array.isArray(value);
  if (items.length === 0) {
    return (
      <div className="json-leaf">
        {label}
        {isArray ? "[]" : "{}"}
      </div>
    );
  }
  return (
    <details className="json-node" open={depth < openDepth && items.length <= 40}>
      <summary>
        {label}
        <span className="json-size">{isArray ? `[${items.length}]` : `{${items.length}}`}</span>
      </summary>
      {items.slice(0, shownItems).map(([key, item]) => (
        <Node key={key} name={key} value={item} depth={depth + 1} />
      ))}
      {items.length > shownItems && (
        <div className="json-leaf muted">… {items.length - shownItems} more, see Copy</div>
      )}
    </details>
  );
}

function leaf(value: unknown): string {
  return typeof value === "string" ? visible(value) : String(value);
}

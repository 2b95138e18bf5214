/** Messages in the place that they are about: an error, an empty list, something that is still loading. */
import type { ReactNode } from "react";
import { ApiError } from "../api/client.ts";
import { Mark } from "./mark.tsx";

export function ErrorNote({ error }: { error: unknown }) {
  if (!error) return null;
  const fields = error instanceof ApiError ? (error.problem?.errors ?? []) : [];
  return (
    <div className="error-note" role="alert">
      <Mark shape="failed" />
      <div>
        <p>{withCode(error instanceof Error ? error.message : String(error))}</p>
        {fields.length > 0 && (
          <ul>
            {fields.map((field) => (
              <li key={field.pointer}>
                <code>{field.pointer}</code> {field.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** What stands in backticks is something to type: it looks like that here too. */
function withCode(words: string): ReactNode[] {
  return words
    .split(/(`[^`\n]+`)/)
    .map((part) => (/^`.+`$/.test(part) ? <code key={part}>{part.slice(1, -1)}</code> : part));
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey bars in the shape of what will stand there. */
export function Skeleton({ lines, label }: { lines: number; label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <span key={index} />
      ))}
    </div>
  );
}

/** A plain table that scrolls sideways when it must. */
import type { ReactNode } from "react";

export function Table({ head, rows }: { head: string[]; rows: ReactNode[][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the screen must scroll with the keyboard
    <section className="table" tabIndex={0} aria-label={head.join(", ")}>
      <table>
        <thead>
          <tr>
            {head.map((title) =>
              // Above buttons there is nothing to say, and a heading without words is read out as one.
              title === "" ? (
                <td key={title} />
              ) : (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no ids and are never reordered
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={head[column]} data-head={head[column]}>
                  <div>{cell}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Series over a time as a picture: axes, units, a title and a legend, in SVG. Pure. */
import { brief } from "../../src/core/text/brief.ts";
import { visibleLine } from "../../src/core/text/visible.ts";
import type { Labels } from "./answers.ts";
import type { Point } from "./changes.ts";
import { type Drawn, maxDrawn } from "./drawn.ts";
import { niceTicks, tickLabels, timeTicks } from "./ticks.ts";

/** `start` and `end`: Unix seconds; `step`: seconds between two points. `unit`: null for none. */
export interface Chart {
  title: string;
  unit: string | null;
  series: readonly Drawn[];
  /** Of so many series there were. */
  total: number;
  start: number;
  end: number;
  step: number;
}

/** The family that the picture's font is registered under. */
export const fontFamily = "Belay Chart";

export const width = 800;
const plot = { right: 780, top: 50, bottom: 330 };
const legendLine = 20;
/** px of the picture's font, a little more than its digits take. */
const digitWidth = 7.7;

/** Told apart by eyes that see few colours (Okabe and Ito), and by their dashes by those that see none. */
const strokes = [
  { color: "#0072b2", dash: "" },
  { color: "#d55e00", dash: "8 3" },
  { color: "#009e73", dash: "2 3" },
  { color: "#cc79a7", dash: "8 3 2 3" },
  { color: "#56b4e9", dash: "" },
  { color: "#e69f00", dash: "8 3" },
  { color: "#000000", dash: "2 3" },
  { color: "#999999", dash: "8 3 2 3" },
] as const;

/** px: where the plot begins, right of its longest label. */
function leftOf(labels: readonly string[]): number {
  const longest = Math.max(...labels.map(({ length }) => length));
  return Math.max(70, 20 + Math.ceil(longest * digitWidth));
}

/** px */
export function heightOf({ series, total }: Pick<Chart, "series" | "total">): number {
  return plot.bottom + 40 + legendLine * (series.length + (total > series.length ? 1 : 0)) + 10;
}

/** Of every text only what can be seen goes in, escaped: labels are written by strangers. */
export function chartSvg(chart: Chart): string {
  const { title, unit, series, start, end, step } = chart;
  const ticks = niceTicks(series.flatMap(({ points }) => points.map(({ value }) => value)));
  const labels = tickLabels(ticks);
  const left = leftOf(labels);
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const x = (at: number) => px(left + ((at - start) / (end - start)) * (plot.right - left));
  const y = (value: number) => px(plot.bottom - ((value - low) / (high - low)) * (plot.bottom - plot.top));
  const height = heightOf(chart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text({ x: "10", y: "24", size: 16, words: brief(title, 85) }),
    unit === null ? "" : text({ x: "10", y: "42", words: brief(unit, 40), color: "#555555" }),
    ...ticks.flatMap((value, index) => [
      `<path d="M${left} ${y(value)}H${plot.right}" stroke="#dddddd"/>`,
      text({
        x: String(left - 8),
        y: px(Number(y(value)) + 4),
        anchor: "end",
        words: labels[index] ?? "",
      }),
    ]),
    ...timeTicks(start, end).map(({ at, words }) =>
      text({ x: x(at), y: String(plot.bottom + 20), anchor: "middle", words }),
    ),
    `<path d="M${left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none" stroke="#555555"/>`,
    ...series.flatMap(({ points }, index) => lines(points, { x, y, step }, index)),
    ...legend(chart),
    "</svg>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

interface Place {
  x(at: number): string;
  y(value: number): string;
  step: number;
}

/** Where points are missing there is no line: what is not known is not drawn. */
function lines(points: readonly Point[], { x, y, step }: Place, index: number): string[] {
  const stretches: Point[][] = [];
  for (const point of points) {
    const last = stretches.at(-1)?.at(-1);
    if (last && point.at - last.at <= step * 1.5) stretches.at(-1)?.push(point);
    else stretches.push([point]);
  }
  const { color, dash } = strokeOf(index);
  return stretches.map((stretch) => {
    const [first] = stretch;
    if (stretch.length === 1 && first)
      return `<circle cx="${x(first.at)}" cy="${y(first.value)}" r="3" fill="${color}"/>`;
    const path = stretch.map(({ at, value }) => `${x(at)} ${y(value)}`).join("L");
    return `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"${dashes(dash)}/>`;
  });
}

function legend({ series, total }: Chart): string[] {
  const top = plot.bottom + 45;
  const more = total - series.length;
  return [
    ...series.flatMap(({ labels }, index) => {
      const at = top + index * legendLine;
      const { color, dash } = strokeOf(index);
      return [
        `<path d="M10 ${at - 4}H50" stroke="${color}" stroke-width="2"${dashes(dash)}/>`,
        text({ x: "60", y: String(at), words: brief(labelsInWords(labels), 105) }),
      ];
    }),
    ...(more > 0
      ? [
          text({
            x: "60",
            y: String(top + series.length * legendLine),
            words: `and ${more} more that moved less`,
            color: "#555555",
          }),
        ]
      : []),
  ];
}

function strokeOf(index: number): (typeof strokes)[number] {
  return strokes[index % maxDrawn] ?? strokes[0];
}

function dashes(dash: string): string {
  return dash === "" ? "" : ` stroke-dasharray="${dash}"`;
}

/** As PromQL writes it; a sum over everything has no labels. */
function labelsInWords({ __name__: name = "", ...labels }: Labels): string {
  const inside = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return visibleLine(inside.length === 0 ? name || "all together" : `${name}{${inside.join(", ")}}`);
}

interface Words {
  x: string;
  y: string;
  words: string;
  size?: number;
  color?: string;
  anchor?: "middle" | "end";
}

function text({ x, y, words, size, color = "#111111", anchor }: Words): string {
  const more = `${size === undefined ? "" : ` font-size="${size}"`}${anchor === undefined ? "" : ` text-anchor="${anchor}"`}`;
  return `<text x="${x}" y="${y}" fill="${color}"${more}>${escaped(visibleLine(words))}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

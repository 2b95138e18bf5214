/** A drawn SVG as PNG, with a font of its own: a server may have none. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fontFamily } from "./chart.ts";

/** For screens with small pixels. */
const scale = 2;

let loading: Promise<typeof import("@napi-rs/canvas")> | null = null;

/** Loaded when the first picture is drawn: most bots never draw one. */
async function canvas(): Promise<typeof import("@napi-rs/canvas")> {
  const made = await import("@napi-rs/canvas");
  const font = createRequire(import.meta.url).resolve("roboto-fontface/fonts/roboto/Roboto-Regular.woff");
  made.GlobalFonts.register(readFileSync(font), fontFamily);
  return made;
}

/** Sizes in px of the SVG. Throws where the machine has no library to draw with. */
export async function pngOf(
  svg: string,
  { width, height }: { width: number; height: number },
): Promise<Buffer> {
  loading ??= canvas();
  const { createCanvas, loadImage } = await loading;
  const image = await loadImage(Buffer.from(svg));
  const drawing = createCanvas(width * scale, height * scale);
  drawing.getContext("2d").drawImage(image, 0, 0, width * scale, height * scale);
  return drawing.encode("png");
}

/** Packs what is drawn onto as few messages of components as Discord's limits allow. */
import { type APIContainerComponent, ComponentType } from "discord.js";
import type { Attachment } from "../../../src/core/attachment.ts";
import { cut } from "../../../src/core/text/brief.ts";
import type { Row } from "./controls.ts";
import { split } from "./markdown.ts";

/** Discord's limits for a message of components, with some room: 4000 characters of text, 40 components. */
const maxText = 3_800;
export const maxRows = 5;
const maxDescription = 1_000;

/** Text, or the bytes of a picture. */
export interface SheetFile {
  name: string;
  data: string | Buffer;
}

/** One block as it is drawn. */
export type Piece =
  | { text: string; source: string }
  | { rows: Row[] }
  | { picture: Attachment; bytes: Uint8Array };

/** What a container holds. */
export type Components = APIContainerComponent["components"];

/** One message before its mark. */
export interface Page {
  components: Components;
  file: SheetFile | null;
}

/** Pieces in order onto as few messages as the limits allow; neighbouring texts become one. */
export function packed(pieces: readonly Piece[]): Page[] {
  const pages: Page[] = [{ components: [], file: null }];
  let room = maxText;
  let rows = 0;
  const turn = () => {
    pages.push({ components: [], file: null });
    room = maxText;
    rows = 0;
  };
  for (const piece of pieces) {
    if ("picture" in piece) {
      if (pages.at(-1)?.file) turn();
      addPicture(pages.at(-1), piece);
      continue;
    }
    if ("rows" in piece) {
      for (const row of piece.rows) {
        if (rows === maxRows) turn();
        pages.at(-1)?.components.push(row);
        rows += 1;
      }
      continue;
    }
    if (piece.text.length + 1 > room && room < maxText) turn();
    for (const [index, text] of split(piece.text, maxText).entries()) {
      if (index > 0) turn();
      addText(pages.at(-1)?.components ?? [], text);
      room -= text.length + 1;
    }
  }
  return pages.filter((page) => page.components.length > 0);
}

/** The last part of its name says what it is, to Discord as well. */
function addPicture(
  page: Page | undefined,
  { picture, bytes }: Extract<Piece, { picture: Attachment }>,
): void {
  if (page === undefined) return;
  const name = `picture.${picture.mediaType.split("/")[1] ?? "png"}`;
  const description = cut(picture.alt || picture.name, maxDescription);
  const items = [{ media: { url: `attachment://${name}` }, description }];
  page.components.push({ type: ComponentType.MediaGallery, items });
  page.file = { name, data: Buffer.from(bytes) };
}

function addText(components: Components, text: string): void {
  const last = components.at(-1);
  if (last?.type === ComponentType.TextDisplay) last.content += `\n${text}`;
  else components.push({ type: ComponentType.TextDisplay, content: text });
}

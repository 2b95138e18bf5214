/** Pictures that calls brought, each a post of its own: it stands where it came, whatever the run says later. */
import type { Post } from "../message.ts";
import type { State } from "../state.ts";

/** One post a picture; the same bytes twice are one. */
export function narratePictures({ pictures }: Pick<State, "pictures">): Post[] {
  return pictures.map(({ tool, ...picture }) => ({
    key: `picture:${picture.hash.slice(0, 16)}`,
    body: {
      summary: `${tool}: ${picture.alt || picture.name}`,
      blocks: [
        { type: "note", parts: [{ strong: tool }, ` — ${picture.alt || picture.name}`] },
        { type: "picture", picture },
      ],
    },
  }));
}

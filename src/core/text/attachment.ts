/** Files that a tool's result brings, as all screens say them. */

const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Whether people are shown it as it is. SVG is a document with scripts: a file like any other. */
export function isPicture({ mediaType }: { mediaType: string }): boolean {
  return pictures.has(mediaType);
}

/** `chart.png (image/png, 24 kB)`. `size` in bytes. */
export function attachmentInWords({
  name,
  mediaType,
  size,
}: {
  name: string;
  mediaType: string;
  size: number;
}): string {
  return `${name} (${mediaType}, ${sizeInWords(size)})`;
}

function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

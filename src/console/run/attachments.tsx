/** Files that a call brought: pictures as they are, with their words; anything else to be saved. */
import { createContext, useContext } from "react";
import type { Attachment } from "../../core/attachment.ts";
import { attachmentInWords, isPicture } from "../../core/text/attachment.ts";
import { base } from "../api/client.ts";

/** The run whose lines are shown: where their files are. */
export const RunId = createContext("");

export function Attachments({ files }: { files: readonly Attachment[] }) {
  const runId = useContext(RunId);
  if (files.length === 0) return null;
  return (
    <ul className="attachments">
      {files.map((file) => (
        <li key={file.hash}>
          <AttachedFile
            file={file}
            url={`${base}/agent/runs/${encodeURIComponent(runId)}/attachments/${encodeURIComponent(file.hash)}`}
          />
        </li>
      ))}
    </ul>
  );
}

function AttachedFile({ file, url }: { file: Attachment; url: string }) {
  const words = attachmentInWords(file);
  if (!isPicture(file)) return <a href={url}>{words}</a>;
  return (
    <figure>
      <a href={url} target="_blank" rel="noreferrer" aria-label={`Open ${words}`}>
        <img src={url} alt={file.alt || file.name} loading="lazy" />
      </a>
      <figcaption>{file.alt || words}</figcaption>
    </figure>
  );
}

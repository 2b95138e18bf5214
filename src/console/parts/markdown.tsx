/** Markdown of a model or a person, set as text: no HTML, no foreign images, no foreign links where bytes were read that nobody vouches for. */
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const plugins = [remarkGfm];

export function Markdown({ text, foreign }: { text: string; foreign: boolean }) {
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={plugins} components={foreign ? guarded : open}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

/** A remote image would tell its host that somebody looks; its words are enough. */
const img: Components["img"] = ({ alt, src }) => (
  <code>
    [image: {alt} {typeof src === "string" ? src : ""}]
  </code>
);

/** A task may hold headings of its own; they never outrank the page's. */
const headings: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block must be scrollable with the keyboard
    <pre tabIndex={0}>{children}</pre>
  ),
};

const open: Components = {
  ...headings,
  img,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
};

const guarded: Components = {
  ...headings,
  img,
  a: ({ href, children }) => (
    <>
      {children} <code>{href}</code>
    </>
  ),
};

/**
 * Markdown of a model or a person, set as text: no HTML, no images, no links to hosts that nobody listed where
 * a stranger had a hand in it.
 */
import { useMemo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { mayFollow } from "../../core/text/followed.ts";

const plugins = [remarkGfm];

/** `hosts`: those that a link may lead to; null: any. */
export function Markdown({ text, hosts }: { text: string; hosts: readonly string[] | null }) {
  const components = useMemo(() => ({ ...headings, img, a: anchorTo(hosts) }), [hosts]);
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

/** A remote image would tell its host that somebody looks; its words are enough. */
const img: NonNullable<Components["img"]> = ({ alt, src }) => (
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

/** A link that may not be followed shows its words and where it would have led. */
function anchorTo(hosts: readonly string[] | null): NonNullable<Components["a"]> {
  return ({ href = "", children }) =>
    mayFollow(href, hosts) ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <>
        {children} <code>{href}</code>
      </>
    );
}

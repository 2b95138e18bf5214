/** Text as it is, in a box that scrolls when there is much of it, also by the keyboard. */

export function TextBlock({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and without a mouse it would not
    <pre className="text-block" tabIndex={0}>
      {text}
    </pre>
  );
}

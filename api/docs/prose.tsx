import type { Child, FC } from 'hono/jsx';

/** A value as JSON. */
export const Json: FC<{ value: unknown }> = ({ value }) => (
  <pre>
    <code>{JSON.stringify(value, null, 2)}</code>
  </pre>
);

/** Paragraphs of text, `code` in backticks. */
export const Prose: FC<{ text: string }> = ({ text }) => (
  <>
    {text.split('\n\n').map((paragraph) => (
      <p>
        <Inline text={paragraph} />
      </p>
    ))}
  </>
);

/** Text with `code` in backticks. */
export const Inline: FC<{ text: string }> = ({ text }) => (
  <>{text.split('`').map((part, index): Child => (index % 2 ? <code>{part}</code> : part))}</>
);

import type { FC } from 'hono/jsx';
import { Fields } from './fields.tsx';
import type { Components, Document, Operation } from './openapi.ts';
import { Inline, Json, Prose } from './prose.tsx';

/** A call with its address. */
export interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const methods = ['get', 'post', 'put', 'delete'] as const;

/** All calls of a document. */
export function entriesOf(document: Document): Entry[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

/** All there is to know of a call. */
export const Call: FC<{ entry: Entry; components: Components }> = ({ entry, components }) => {
  const { method, path, operation } = entry;
  const body = jsonOf(operation.requestBody);
  return (
    <article id={operation.operationId}>
      <h3>{operation.summary}</h3>
      <p class="address">
        <span class={`method ${method}`}>{method.toUpperCase()}</span> <code>{path}</code>
      </p>
      <Prose text={operation.description ?? ''} />
      <Parameters operation={operation} />
      {body?.schema && (
        <>
          <h4>Body</h4>
          <Fields schema={body.schema} components={components} />
          {Object.values(body.examples ?? {}).map((example) => (
            <details>
              <summary>{'summary' in example ? example.summary : 'Example'}</summary>
              <Json value={'value' in example ? example.value : example} />
            </details>
          ))}
        </>
      )}
      <h4>Answers</h4>
      <Answers operation={operation} components={components} />
    </article>
  );
};

const Parameters: FC<{ operation: Operation }> = ({ operation }) => {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter);
  if (parameters.length === 0) return null;
  return (
    <>
      <h4>In the address</h4>
      <dl>
        {parameters.map(({ name, required, description }) => (
          <>
            <dt>
              <code>{name}</code> {required ? null : <small>optional</small>}
            </dt>
            <dd>
              <Inline text={description ?? ''} />
            </dd>
          </>
        ))}
      </dl>
    </>
  );
};

const Answers: FC<{ operation: Operation; components: Components }> = ({ operation, components }) => (
  <>
    {Object.entries(operation.responses ?? {}).map(([status, answer]) => {
      const schema = jsonOf(answer)?.schema;
      const description = 'description' in answer ? String(answer.description) : '';
      return schema ? (
        <details>
          <summary>
            <b>{status}</b> <Inline text={description} />
          </summary>
          <Fields schema={schema} components={components} />
        </details>
      ) : (
        <p class="answer">
          <b>{status}</b> <Inline text={description} />
        </p>
      );
    })}
  </>
);

type Content = NonNullable<Exclude<Operation['requestBody'], { $ref: string } | undefined>>['content'];

/** The JSON part of a body or an answer; problems have a media type of their own and a section of their own. */
function jsonOf(holder: object | undefined): Content[string] | undefined {
  const content = holder && 'content' in holder ? (holder.content as Content) : {};
  return content['application/json'];
}

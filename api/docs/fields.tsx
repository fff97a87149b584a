import type { FC } from 'hono/jsx';
import type { Components, Schema } from './openapi.ts';
import { Inline } from './prose.tsx';

/** The keys of a body or an answer, each with its type and what it means, as deep as they go. */
export const Fields: FC<{ schema: Schema; components: Components; depth?: number }> = ({
  schema,
  components,
  depth = 0,
}) => {
  const { properties, required = [] } = shapeOf(schema, components);
  if (!properties || depth > 4) return null;
  return (
    <dl>
      {Object.entries(properties).map(([name, property]) => (
        <>
          <dt>
            <code>{name}</code> <small>{typeOf(property, components)}</small>{' '}
            {required.includes(name) ? <small class="required">required</small> : null}
          </dt>
          <dd>
            <Inline text={shapeOf(property, components, false).description ?? ''} />
            <Fields schema={property} components={components} depth={depth + 1} />
          </dd>
        </>
      ))}
    </dl>
  );
};

type Shape = Exclude<Schema, { $ref: string }>;

/** A schema without its indirections: a reference followed, and (unless told not to) an array as its items. */
function shapeOf(schema: Schema, components: Components, intoItems = true): Shape {
  if ('$ref' in schema && schema.$ref) {
    const named = components.schemas?.[schema.$ref.replace('#/components/schemas/', '')];
    return named ? shapeOf(named, components, intoItems) : {};
  }
  const shape = schema as Shape;
  const variant = [...(shape.anyOf ?? []), ...(shape.allOf ?? []), ...(shape.oneOf ?? [])].find(
    (one) => !('type' in one && one.type === 'null'),
  );
  if (variant)
    return {
      ...shapeOf(variant, components, intoItems),
      ...(shape.description ? { description: shape.description } : {}),
    };
  return intoItems && shape.items ? shapeOf(shape.items, components) : shape;
}

function typeOf(schema: Schema, components: Components): string {
  const shape = shapeOf(schema, components, false);
  if (shape.enum) return shape.enum.filter((value) => value !== null).join(' | ');
  const type = [shape.type ?? 'any']
    .flat()
    .filter((name) => name !== 'null')
    .join(' or ');
  if (type === 'array' && shape.items) return `list of ${typeOf(shape.items, components)}s`;
  const least = shape.exclusiveMinimum !== undefined ? `more than ${shape.exclusiveMinimum}` : '';
  const byDefault = shape.default === undefined ? '' : `default ${JSON.stringify(shape.default)}`;
  const longest = shape.maxLength ? `up to ${shape.maxLength} characters` : '';
  return [shape.format === 'date-time' ? 'time' : (shape.format ?? type), longest, least, byDefault]
    .filter(Boolean)
    .join(', ');
}

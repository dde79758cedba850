import type { Schema } from '#web/api/description.ts';

/** A schema as a reader of TypeScript would write it down, with its bounds. */
export function toWords(schema: Schema, indent = ''): string {
  if (schema.anyOf) {
    return schema.anyOf.map((one) => toWords(one, indent)).join(' | ');
  }
  if (schema.enum) {
    return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  }
  if (schema.const !== undefined) {
    return JSON.stringify(schema.const);
  }
  if (schema.items) {
    return `[${toWords(schema.items, indent)}]${bounds(undefined, schema.maxItems)}`;
  }
  return schema.properties ? toObject(schema, indent) : toValue(schema);
}

function toObject({ properties = {}, required = [] }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${inner}${name}${mark}: ${toWords(schema, inner)}`;
  });
  return lines.length > 0 ? `{\n${lines.join('\n')}\n${indent}}` : '{}';
}

function toValue({ type, format, minLength, maxLength, minimum, maximum }: Schema): string {
  const name = format ?? [type ?? 'any'].flat().join(' | ');
  return name + bounds(minLength ?? minimum, maxLength ?? maximum);
}

function bounds(least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) {
    return '';
  }
  return ` (${least ?? ''}–${most ?? ''})`;
}

import type { Ajv } from 'ajv';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Stricter than the usual ones: what passes here the database takes as well. (They let through `urn:uuid:…`, and times
 * in leap seconds, which no Date can hold.)
 */
export function addFormats(ajv: Ajv): Ajv {
  ajv.addFormat('uuid', UUID);
  ajv.addFormat('date-time', (text) => TIME.test(text) && !Number.isNaN(Date.parse(text)));
  return ajv;
}

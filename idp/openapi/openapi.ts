import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../http/problem.schemas.ts';
import { isSafe } from '../http/security.ts';
import { OPERATIONS, type Operation } from './operations.ts';

const DESCRIPTION = `Everything that the pages of Permiso do. Problems are RFC 9457 with a stable \`code\`. Lists go on
with what they gave as \`next\`. One thing comes with an \`ETag\`; \`If-Match\` keeps its change from overwriting
somebody else's. Times are ISO 8601.`;

const SCHEMES = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-permiso_session',
    description: 'The session of a browser, for our own pages alone',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key as well' },
} as const;

const SECURITY: Record<Operation['access'], Record<string, string[]>[]> = {
  anybody: [{}],
  hands: [{ session: [] }],
  person: [{ session: [] }, { apiKey: [] }, { bearer: [] }],
  administrator: [{ session: [] }, { apiKey: [] }, { bearer: [] }],
};

const MEANINGS: Record<number, string> = {
  400: 'The request is not as described',
  401: 'Nobody is signed in, or the proof is wrong',
  403: 'Not allowed',
  404: 'There is no such thing',
  409: 'It contradicts what is there, or belongs to YAML or the directory',
  412: 'It was changed since the version in If-Match',
  413: 'Too large',
  414: 'A part of the address is too long',
  415: 'Not in a form that is read here',
  422: 'A value breaks a rule; `field` names it',
  429: 'Too many attempts; Retry-After says how long to wait',
  431: 'The address or the headers are too long',
  503: 'The database is away; Retry-After says how long to wait',
};

/** Writes down every route that is registered from here on, and serves what it wrote. */
export async function describeApi(api: FastifyInstance): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Permiso', version: '1', description: DESCRIPTION },
      components: { securitySchemes: SCHEMES },
    },
    transform: ({ schema, url, route }) => {
      const method = [route.method].flat()[0] ?? '';
      const operation = OPERATIONS[`${method} ${url}`];
      return { url, schema: operation ? describe(operation, schema) : (schema ?? {}) };
    },
  });
  let written: string | null = null;
  api.get(
    '/openapi.json',
    { schema: { response: { 200: AnyObject } } },
    async (_request, reply) => {
      written ??= JSON.stringify(withProblems(api.swagger() as unknown as Document));
      return reply.type('application/json').send(written);
    },
  );
}

const AnyObject = Type.Unsafe<string>({ type: 'object', additionalProperties: true });

function describe(
  operation: Operation,
  schema: FastifySchema | undefined,
): FastifySchema & { 'x-access': string } {
  const { id, summary, tag, access } = operation;
  return {
    response: { 204: { type: 'null', description: 'Done' } },
    ...schema,
    operationId: id,
    summary,
    tags: [tag],
    security: SECURITY[access],
    'x-access': access,
  };
}

/** As much of an OpenAPI document as is added to here. */
interface Document {
  paths: Record<
    string,
    Record<string, { operationId?: string; responses: Record<string, object> }>
  >;
  components: object;
}

/** Adds what each operation may answer when it refuses. */
function withProblems(document: Document): Document {
  const own = new Map(Object.values(OPERATIONS).map(({ id, problems }) => [id, problems]));
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { operationId = '', responses }] of Object.entries(methods)) {
      for (const status of problemsOf(path, method, own.get(operationId) ?? [])) {
        responses[status] = {
          description: MEANINGS[status] ?? 'Refused',
          ...(BEFORE_US.has(status) ? {} : { content: PROBLEM }),
        };
      }
    }
  }
  document.components = { ...document.components, schemas: { Problem } };
  return document;
}

const PROBLEM = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};

/** Answered before a request is anybody's, and so in no words of ours. */
const BEFORE_US = new Set([414, 431]);

/** A wrong API key is told before anything else, and too many of them; any route needs the database. */
function problemsOf(path: string, method: string, own: number[]): number[] {
  return [
    ...[400, 401, 403, 422, 429, 431, 503],
    ...(path.includes('{') ? [404, 414] : []),
    ...(isSafe(method.toUpperCase()) ? [] : [413, 415]),
    ...own,
  ];
}

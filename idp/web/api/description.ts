import { request } from '#web/api/request.ts';

/** As much of JSON Schema as the API uses. */
export type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
};

type Content = Record<string, { schema?: Schema }>;

export type Operation = {
  operationId: string;
  summary: string;
  tags?: string[];

  /** Who may call it. */
  'x-access': 'anybody' | 'person' | 'hands' | 'administrator';
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};

/** The OpenAPI document of the JSON API. */
export type Description = {
  info: { title: string; description: string };
  paths: Record<string, Record<string, Operation>>;
};

export const getDescription = () => request<Description>('GET', '/api/openapi.json');

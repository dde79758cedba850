import { type Static, Type } from 'typebox';

/** In the order in which the page lists them. */
export const CHECK_IDS = [
  'address',
  'mail',
  'messages',
  'spf',
  'dkim',
  'dmarc',
  'ldap',
  'redirects',
  'resources',
  'set_up',
  'database',
  'schema',
  'signing_keys',
  'encryption_key',
  'clock',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

/** `off`: there is nothing to look at, because nobody switched it on. */
export const CheckStatus = Type.Union([
  Type.Literal('ok'),
  Type.Literal('warning'),
  Type.Literal('failed'),
  Type.Literal('off'),
]);
export type CheckStatus = Static<typeof CheckStatus>;

export const CheckView = Type.Object({
  id: Type.Unsafe<CheckId>({ type: 'string', enum: CHECK_IDS }),
  status: CheckStatus,

  /** For programs; the sentences may change. */
  code: Type.String(),
  title: Type.String(),
  summary: Type.String(),

  /** The step that mends it, where there is something to mend. */
  mend: Type.Union([Type.String(), Type.Null()]),
  facts: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
});
export type CheckView = Static<typeof CheckView>;

export const DiagnosticsView = Type.Object({
  checkedAt: Type.String(),
  checks: Type.Array(CheckView),
});
export type DiagnosticsView = Static<typeof DiagnosticsView>;

export const DiagnosticsQuery = Type.Object(
  {
    language: Type.Optional(
      Type.Unsafe<'en' | 'de' | 'fr'>({ type: 'string', enum: ['en', 'de', 'fr'] }),
    ),
  },
  { additionalProperties: false },
);

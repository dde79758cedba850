import { type Static, type TSchema, Type } from 'typebox';

// Null first: Fastify turns a value into the first type that fits, and null fits a string as ''.
const orNull = <T extends TSchema>(schema: T) => Type.Union([Type.Null(), schema]);

const attribute = Type.String({ minLength: 1, maxLength: 128 });

function search<Name extends string>(names: Name[]) {
  const attributes = Object.fromEntries(names.map((name) => [name, attribute]));
  return Type.Object(
    {
      filter: Type.String({ minLength: 1, maxLength: 2_048 }),
      attributes: Type.Object(attributes as Record<Name, typeof attribute>, {
        additionalProperties: false,
      }),
    },
    { additionalProperties: false },
  );
}

const searches = {
  users: search([
    'uniqueID',
    'username',
    'email',
    'firstName',
    'lastName',
    'displayName',
    'picture',
  ]),
  groups: search(['uniqueID', 'name', 'member']),
};

const ldap = {
  url: Type.String({ minLength: 1, maxLength: 512 }),
  startTls: Type.Boolean(),

  /** Whether `ldap://` may go without TLS: then anybody in between reads the password. */
  allowPlaintext: Type.Boolean(),
  insecureSkipVerify: Type.Boolean(),
  ca: orNull(Type.String({ maxLength: 65_536 })),
  bindDn: Type.String({ minLength: 1, maxLength: 1_024 }),
  baseDn: Type.String({ minLength: 1, maxLength: 1_024 }),
  ...searches,
  adminGroup: orNull(Type.String({ minLength: 1, maxLength: 255 })),
  removedUsers: Type.Union([Type.Literal('disable'), Type.Literal('delete')]),

  /** Seconds between two runs. */
  syncInterval: Type.Integer(),

  /** A run that would remove more of the people than this stops and says so. */
  maxRemovedPercent: Type.Integer(),
};

/** The directory. Without `bindPassword` the one that is kept stays, at the same server: it never goes to another one. */
export const LdapSettingsInput = Type.Object(
  { ...ldap, bindPassword: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })) },
  { additionalProperties: false },
);
export type LdapSettingsInput = Static<typeof LdapSettingsInput>;

const Preset = Type.Object(searches);

export const LdapSettingsView = Type.Object({
  /** Null until there is a directory. The password is written and never read back. */
  settings: orNull(Type.Object(ldap)),

  /** What the directories that people have call things. */
  presets: Type.Object({ ActiveDirectory: Preset, OpenLDAP: Preset }),

  /** Who declared it; only `admin` leaves it to these pages. */
  owner: Type.String(),

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
});
export type LdapSettingsView = Static<typeof LdapSettingsView>;

/** What works, step by step; what was not tried because a step before it failed is `Unknown`. */
export const LdapTestView = Type.Object({
  aspects: Type.Array(
    Type.Object({
      type: Type.String(),
      status: Type.Union([Type.Literal('True'), Type.Literal('False'), Type.Literal('Unknown')]),
      reason: Type.String(),
      message: Type.String(),
    }),
  ),
});
export type LdapTestView = Static<typeof LdapTestView>;

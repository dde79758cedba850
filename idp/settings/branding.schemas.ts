import { type Static, Type } from 'typebox';

const orNull = Type.Union([Type.Null(), Type.String()]);

const Accent = Type.Object({ accent: Type.String(), onAccent: Type.String() });

/** How pages and mails look, as far as an instance may choose. */
export const Branding = Type.Object({
  /** The chosen colour as each theme can show it; null: as it comes. */
  accents: Type.Union([Type.Null(), Type.Object({ light: Accent, dark: Accent })]),

  /** Where the logos are found on this server. */
  logo: Type.Object({ light: orNull, dark: orNull }),
});
export type Branding = Static<typeof Branding>;

export const BrandingView = Type.Object({
  ...Branding.properties,
  accent: orNull,

  /** Who declared it; only `admin` leaves it to these pages. */
  owner: Type.String(),

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
});
export type BrandingView = Static<typeof BrandingView>;

export const BrandingInput = Type.Object(
  {
    /** Such as `#0b6b52`; null leaves it as it comes. */
    accent: Type.Union([Type.Null(), Type.String({ maxLength: 16 })]),
  },
  { additionalProperties: false },
);
export type BrandingInput = Static<typeof BrandingInput>;

export const ByTheme = Type.Object({
  theme: Type.Union([Type.Literal('light'), Type.Literal('dark')]),
});

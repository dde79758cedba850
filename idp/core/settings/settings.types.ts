export interface GeneralSettings {
  /** What pages and mails call this instance. */
  name: string;

  /** Seconds until a person must sign in again whatever happens. */
  sessionLifetime: number;

  /** Seconds without use after which a session ends sooner, from 5 minutes on; null: never. */
  sessionIdleLifetime: number | null;

  /** Whether people hear by mail when they sign in with a browser that is new. */
  mailNewDevices: boolean;

  /** Who may make an account: whoever was invited, everybody, or nobody. */
  signUp: 'invite' | 'open' | 'closed';

  /** Names of groups that everybody joins who signs up. */
  defaultGroups: string[];

  /** Whether people may ask for a login link themselves, at the page where they sign in. */
  loginLinksByEmail: boolean;
}

/** Where the password of the mail server stands, which its encryption is bound to. */
export const SMTP_PASSWORD_PLACE = 'settings/smtp/password';

export interface SmtpSettings {
  host: string;
  port: number;
  tls: 'starttls' | 'tls' | 'none';

  /** PEM; null trusts the usual authorities. */
  ca: string | null;
  insecureSkipVerify: boolean;
  from: { address: string; name: string | null };

  /** The password is encrypted at `SMTP_PASSWORD_PLACE`. */
  auth: { username: string; password: string } | null;
}

/** Where the password of the directory stands, which its encryption is bound to. */
export const LDAP_PASSWORD_PLACE = 'settings/ldap/password';

interface LdapAttributes {
  uniqueID: string;
  username: string;
  email: string;
  firstName: string;
  lastName: string;
  displayName: string;
  picture: string;
}

interface LdapGroupAttributes {
  uniqueID: string;
  name: string;
  member: string;
}

export interface LdapSettings {
  url: string;
  startTls: boolean;
  ca: string | null;
  insecureSkipVerify: boolean;

  /** The password is encrypted at `LDAP_PASSWORD_PLACE`. */
  bind: { dn: string; password: string };
  baseDn: string;
  users: { filter: string; attributes: LdapAttributes };
  groups: { filter: string; attributes: LdapGroupAttributes };
  adminGroup: string | null;
  removedUsers: 'disable' | 'delete';

  /** Seconds between two runs. */
  syncInterval: number;
  maxRemovedPercent: number;
}

/** How pages and mails look, as far as an instance may choose. */
export interface BrandingSettings {
  /** Such as `#0b6b52`; null: as it comes. */
  accent: string | null;

  /** Names of images, on light and on dark pages. */
  logo: { light: string | null; dark: string | null };
}

export interface SettingsOf {
  general: Partial<GeneralSettings>;
  smtp: SmtpSettings;
  ldap: LdapSettings;
  branding: BrandingSettings;
}

export type SettingsKey = keyof SettingsOf;

/** What each kind of mail tells. Times are ISO 8601; links are whole. */
export interface MailValues {
  invitation: { link: string; expiresAt: string };

  /** Somebody entered this address to make an account, where everybody may. */
  sign_up: { link: string; expiresAt: string };
  login_link: { link: string; expiresAt: string };
  email_verification: { link: string; expiresAt: string };

  /** Somebody entered the address of this account in another one, or to make one. */
  address_in_use: Record<string, never>;
  new_device: { device: string; ip: string; at: string };
  passkey_added: { passkey: string; at: string };
  passkey_removed: { passkey: string; at: string };
  api_key_expiring: { apiKey: string; expiresAt: string };

  /** A refresh token was used twice, which may mean that somebody stole it. */
  tokens_revoked: { application: string; at: string };
  test: Record<string, never>;
}

export type MailKind = keyof MailValues;

import { defineEntity, p } from '@mikro-orm/core';

/** All that is ever recorded; each has a text in the locale files. */
export const AUDIT_EVENTS = [
  'account_created',
  'account_changed',
  'email_change_requested',
  'user_disabled',
  'user_enabled',
  'user_promoted',
  'user_demoted',
  'user_deleted',
  'custom_claims_declared',
  'signed_in',
  'sign_in_failed',
  'signed_out',
  'session_ended',
  'login_link_created',
  'passkey_added',
  'passkey_renamed',
  'passkey_removed',
  'invite_created',
  'invite_revoked',
  'consent_given',
  'consent_revoked',
  'client_authorised',
  'authorisation_refused',
  'redirect_mismatch',
  'device_code_approved',
  'device_code_denied',
  'federated_credential_refused',
  'token_family_revoked',
  'backchannel_logout_failed',
  'client_declared',
  'client_retired',
  'client_released',
  'client_secret_added',
  'client_secrets_ended',
  'group_declared',
  'group_retired',
  'group_released',
  'group_member_added',
  'group_member_removed',
  'directory_synced',
  'settings_changed',
  'settings_declared',
  'settings_released',
  'api_key_created',
  'api_key_renewed',
  'api_key_revoked',
  'audit_log_exported',
] as const;
export type AuditEventName = (typeof AUDIT_EVENTS)[number];

/** What may be known of an event besides; each has a word in the locale files, too. */
export const AUDIT_DETAILS = [
  'adopted',
  'after',
  'again',
  'allBut',
  'amr',
  'at',
  'attempts',
  'before',
  'by',
  'changed',
  'code',
  'device',
  'email',
  'ended',
  'expected',
  'expiresAt',
  'filter',
  'format',
  'groups',
  'id',
  'ids',
  'invite',
  'isAdmin',
  'mailed',
  'method',
  'name',
  'newDevice',
  'reason',
  'redirectUri',
  'reused',
  'said',
  'scope',
  'scopes',
  'usageLimit',
  'username',
  'uses',
  'why',
] as const;
export type AuditDetails = { [Name in (typeof AUDIT_DETAILS)[number]]?: unknown };

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    at: p.datetime().onCreate(() => new Date()),
    event: p.string().$type<AuditEventName>(),

    /**
     * `user:<id>`, `api-key:<id>`, an owner (`kubernetes:…`, `ldap`), `rescue` (rescue.ts), `permiso` itself or
     * `nobody`.
     */
    actor: p.string(),

    /** The person concerned; no foreign key, because events outlive their person. */
    userId: p.uuid().nullable(),

    /** User names at that time: what is left to read when the people are gone. */
    actorName: p.string().nullable(),
    userName: p.string().nullable(),

    /** What it was done to: `client:<id>`, `group:<name>`, … */
    target: p.string().nullable(),
    ip: p.string().nullable(),
    userAgent: p.string().nullable(),
    requestId: p.string().nullable(),
    details: p.json<AuditDetails>(),
  },
});

/** One line of the audit log. Never updated, and never holds a secret. */
export class AuditEvent extends AuditEventSchema.class {}

AuditEventSchema.setClass(AuditEvent);

/** The front door of the registry: nothing else of core may be imported from outside. */
export type { EntityManager } from '@mikro-orm/postgresql';
export {
  type AccessReason,
  type AuthorisedPerson,
  decideAccess,
  listApplications,
} from './access/access.ts';
export {
  type AccessExplanation,
  type AccessQuery,
  explainAccess,
  listAccess,
} from './access/access-explanation.ts';
export {
  type ApiKey,
  type ApiKeyScope,
  createApiKey,
  findApiKey,
  type KeyHolder,
  listApiKeys,
  type NewApiKey,
  renewApiKey,
  revokeApiKey,
} from './api-key/api-key.registry.ts';
export { warnOfExpiringApiKeys } from './api-key/api-key-expiry.ts';
export {
  AUDIT_DETAILS,
  AUDIT_EVENTS,
  type AuditDetails,
  type AuditEventName,
} from './audit/audit.entity.ts';
export { type AuditRecord, type RequestOrigin, recordAudit } from './audit/audit.registry.ts';
export {
  type AuditFilter,
  type AuditLine,
  type AuditPosition,
  type AuditQuery,
  listAuditEvents,
} from './audit/audit-log.registry.ts';
export {
  type BackchannelLogout,
  recordLogoutDelivered,
  recordLogoutFailed,
  takeDueLogouts,
} from './backchannel-logout/backchannel-logout.registry.ts';
export { beginCeremony, consumeCeremony } from './ceremony/ceremony.registry.ts';
export { type ChangeListener, followChanges, type RegistryChange } from './change-feed.ts';
export { removeExpired } from './cleanup/cleanup.registry.ts';
export { coalesce } from './cleanup/coalesce.ts';
export { repeat } from './cleanup/repeat.ts';
export {
  type ClientDeclaration,
  type ClientKey,
  type FederatedCredential,
  GRANT_TYPES,
  type GrantType,
  type SigningAlg,
} from './client/client.declaration.ts';
export type { Client } from './client/client.entity.ts';
export {
  declareClient,
  findClient,
  getClient,
  releaseClient,
  retireClient,
} from './client/client.registry.ts';
export { isNative, isRegistered } from './client/client.rules.ts';
export {
  changeClient,
  createClient,
  declarationOf,
  deleteClient,
  listClients,
  versionOf,
} from './client/client-administration.registry.ts';
export {
  addClientSecret,
  addGivenClientSecret,
  expireOtherClientSecrets,
  type KnownSecret,
  listClientSecretHashes,
  listClientSecrets,
} from './client/client-secret.registry.ts';
export type { RedirectMismatch } from './client/redirect-mismatch.entity.ts';
export {
  findRedirectMismatch,
  recordRedirectMismatch,
} from './client/redirect-mismatch.registry.ts';
export { createWebSecret, revokeWebSecret } from './client/web-secret.registry.ts';
export { checkLdap } from './connection/ldap.check.ts';
export { LdapConnection, type LdapEntry, type LdapPage } from './connection/ldap-connection.ts';
export {
  type LdapCondition,
  type LdapNoun,
  readBase,
  readEntry,
  searchBelowBase,
  toFilter,
} from './connection/ldap-search.ts';
export { type ClientError, type FaultReason, ServerFault } from './connection/server-fault.ts';
export { checkSmtp } from './connection/smtp.check.ts';
export { type Aspect, findFailed, type Step, tryInOrder } from './connection/steps.ts';
export {
  listConsentedScopes,
  listConsents,
  recordConsent,
  revokeConsent,
} from './consent/consent.registry.ts';
export {
  type CustomClaim,
  MAX_CUSTOM_CLAIMS,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
  PERSON_CLAIMS,
  TOKEN_CLAIMS,
} from './custom-claim/custom-claim.rules.ts';
export {
  connectDatabase,
  type Database,
  isDatabaseAway,
  isMigrated,
  isUnstorable,
  migrateDatabase,
} from './database.ts';
export {
  countAbleAdministrators,
  judgeSigningKeys,
  listRecentMismatches,
  readDatabaseClock,
  readDatabaseVersion,
  tallyMails,
} from './diagnosis/diagnosis.registry.ts';
export type {
  DirectoryChange,
  DirectoryConflict,
  DirectoryCount,
  DirectoryCounts,
  DirectoryGroup,
  DirectoryProfile,
  DirectoryState,
  DirectorySync,
  DirectorySyncResult,
  DirectoryUser,
  KnownGroup,
  KnownUser,
  MembersChange,
  SkippedEntry,
} from './directory/directory.types.ts';
export { applyDirectoryChange, applyToPerson } from './directory/directory-change.registry.ts';
export {
  type DirectoryMembership,
  type DirectoryPerson,
  findDirectoryPerson,
  listDirectoryMemberships,
} from './directory/directory-person.registry.ts';
export { readDirectoryState } from './directory/directory-state.registry.ts';
export {
  beginDirectorySync,
  findLastDirectorySyncs,
  finishDirectorySync,
  holdDirectorySync,
  isDirectorySyncDue,
  listDirectorySyncs,
  SyncLost,
} from './directory/directory-sync.registry.ts';
export {
  confirmEmail,
  createEmailVerification,
  findPendingEmail,
  getEmailVerification,
  withdrawEmailVerification,
} from './email-verification/email-verification.registry.ts';
export { createKeyring, type Keyring, WrongEncryptionKey } from './encryption/keyring.ts';
export { createToken, hashToken } from './encryption/token.ts';
export {
  ConfigurationError,
  integer,
  oneOf,
  origin,
  readEnvironment,
  registryVariables,
  secret,
  text,
  type Variable,
} from './environment.ts';
export {
  AlreadyTaken,
  InvalidInput,
  OwnedElsewhere,
  Refusal,
  type RefusalCode,
  TooManyAttempts,
} from './errors.ts';
export {
  findIssuerKeys,
  listFederatedClients,
  recordFederatedRefusal,
  recordIssuerKeys,
} from './federation/federation.registry.ts';
export { type FederatedIdentity, isMatch } from './federation/federation.rules.ts';
export { raiseFence, StaleLeader, transactBehindFence } from './fence/fence.ts';
export type { Group } from './group/group.entity.ts';
export {
  addToGroups,
  declareGroup,
  type GroupDeclaration,
  getMembership,
  listGroupNames,
  listUnknownGroups,
  releaseGroup,
  retireGroup,
} from './group/group.registry.ts';
export {
  assertGroupName,
  GROUP_NAME,
  GROUP_NAME_RULE,
  MAX_GROUP_NAME,
  mayEditMembers,
} from './group/group.rules.ts';
export {
  changeGroup,
  createGroup,
  deleteGroup,
  getGroup,
  versionOfGroup,
} from './group/group-administration.registry.ts';
export {
  GROUP_SORTS,
  type GroupLine,
  type GroupSort,
  listGroups,
  listOpenedClients,
} from './group/group-list.registry.ts';
export {
  addMember,
  listMembers,
  listMemberships,
  removeMember,
} from './group/group-member.registry.ts';
export { findImage, imageNameOf, recordImage } from './image/image.registry.ts';
export { type ImageType, MAX_IMAGE_BYTES } from './image/image.rules.ts';
export {
  assertBootstrapCode,
  assertEncryptionKey,
  assertSetUpOpen,
  closeSetUp,
  ensureBootstrapCode,
  isSetUpOpen,
} from './instance/instance.registry.ts';
export type { Invite } from './invite/invite.entity.ts';
export {
  type ConsumedInvite,
  consumeInvite,
  createInvite,
  getInvite,
  inviteMailKey,
  type ListedInvite,
  listInvites,
  type NewInvite,
  revokeInvite,
} from './invite/invite.registry.ts';
export { createLogger, type Logger } from './log.ts';
export {
  consumeLoginLink,
  createLoginLink,
  type LoginLink,
} from './login-link/login-link.registry.ts';
export {
  type DueMail,
  isMailOn,
  listMails,
  type MailContent,
  type MailFailure,
  mailPerson,
  type NewMail,
  openMail,
  queueMail,
  recordMailDelivered,
  recordMailFailed,
  retryMail,
  takeDueMails,
  withdrawMail,
} from './mail/mail.registry.ts';
export type { MailKind, MailValues } from './mail/mail.types.ts';
export { toServerWords } from './mail/server-words.ts';
export type { Administrator, Declarer } from './owner/actor.ts';
export { type Adoption, AdoptionDiffers, type Difference } from './owner/adoption.ts';
export { ADMIN, kubernetesOwner, type Owner } from './owner/owner.ts';
export type { Passkey } from './passkey/passkey.entity.ts';
export {
  addPasskey,
  findPasskey,
  type KnownPasskey,
  listPasskeys,
  recordPasskeyUse,
  removePasskey,
  renamePasskey,
} from './passkey/passkey.registry.ts';
export { query } from './query.ts';
export {
  assertAttempt,
  countAttempt,
  forgetAttempt,
  type RateLimit,
} from './rate-limit/rate-limit.registry.ts';
export { writeReadmeTable } from './readme.ts';
export {
  forgetResource,
  listResources,
  listVerdicts,
  recordResource,
  type Verdict,
} from './resource/resource.registry.ts';
export { recordBrowser } from './session/known-browser.registry.ts';
export type { Session, SignInMethod } from './session/session.entity.ts';
export {
  type Device,
  endOtherSessions,
  endSession,
  endSessionOf,
  findSession,
  type LivingSession,
  listSessions,
  recordSignIn,
} from './session/session.registry.ts';
export { changeLogo, getBranding, NO_BRANDING } from './settings/branding.registry.ts';
export { assertAccent, toAccents } from './settings/branding.rules.ts';
export {
  changeGeneralSettings,
  type GeneralView,
  getGeneralSettings,
  viewGeneralSettings,
} from './settings/general-settings.registry.ts';
export { assertMaySignUp } from './settings/general-settings.rules.ts';
export { assertLdapSettings } from './settings/ldap.rules.ts';
export { LDAP_PRESETS } from './settings/ldap-presets.ts';
export {
  declareSettings,
  findSettings,
  releaseSettings,
} from './settings/settings.registry.ts';
export type {
  BrandingSettings,
  GeneralSettings,
  LdapSettings,
  SmtpSettings,
} from './settings/settings.types.ts';
export { LDAP_PASSWORD_PLACE, SMTP_PASSWORD_PLACE } from './settings/settings.types.ts';
export {
  changeSettings,
  type SettingsView,
  viewSettings,
} from './settings/settings-administration.registry.ts';
export { assertSmtpSettings } from './settings/smtp.rules.ts';
export {
  ensureSigningKeys,
  listSigningKeys,
  type PrivateJwk,
  rotateSigningKeys,
} from './signing-key/signing-key.registry.ts';
export { changePicture } from './user/picture.registry.ts';
export type { Language, User } from './user/user.entity.ts';
export {
  assertOwnProfile,
  assertPersonIsNew,
  changeProfile,
  createUser,
  declareCustomClaims,
  findPerson,
  findUser,
  findUserByEmail,
  findUserByUsername,
  getUser,
  type Person,
} from './user/user.registry.ts';
export {
  type PersonDetails,
  toDisplayName,
  toEmailAddress,
  toPersonDetails,
  versionOfUser,
} from './user/user.rules.ts';
export { deleteUser, promoteUser } from './user/user-administration.registry.ts';
export { changeUser } from './user/user-change.registry.ts';
export {
  listUsers,
  USER_SORTS,
  type UserLine,
  type UserSort,
} from './user/user-list.registry.ts';

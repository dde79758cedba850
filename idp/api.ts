/** The types of everything the JSON API says and hears: all that the web part knows of the server. */
export type { ConsentView, ProfileInput, ProfileView } from './account/account.schemas.ts';
export type { EmailVerificationView } from './account/email.schemas.ts';
export type {
  ApiKeyInput,
  ApiKeyPage,
  ApiKeyRenewal,
  ApiKeyView,
  IssuedApiKey,
} from './api-keys/api-key.schemas.ts';
export type {
  AuditEventName,
  AuditEventView,
  AuditPage,
  AuditQuery,
} from './audit/audit.schemas.ts';
export type { ApplicationView } from './clients/application.schemas.ts';
export type {
  ClientChange,
  ClientInput,
  ClientPage,
  ClientSummary,
  ClientView,
  CreatedSecret,
  SecretInput,
  SecretView,
} from './clients/client.schemas.ts';
export type { AccessPage, AccessView } from './clients/client-access.schemas.ts';
export type { TokenPreview } from './clients/client-preview.schemas.ts';
export type { CheckStatus, CheckView, DiagnosticsView } from './diagnostics/diagnostics.schemas.ts';
export type {
  GroupChange,
  GroupInput,
  GroupPage,
  GroupQuery,
  GroupSummary,
  GroupView,
  MemberPage,
  MemberView,
} from './groups/group.schemas.ts';
export type { Problem } from './http/problem.schemas.ts';
export type {
  CreatedInvite,
  InviteInput,
  InvitesView,
  ListedInvite,
  MailedInvites,
  MailedInvitesInput,
} from './invites/invite.schemas.ts';
export type { DirectorySyncsView, DirectorySyncView } from './ldap/ldap.schemas.ts';
export type { CreatedLoginLink } from './login-links/login-link.schemas.ts';
export type { MailPage, MailServerInput, MailServerView, MailView } from './mail/mail.schemas.ts';
export type { DeviceOutcome, UserCodeInput } from './oidc/device/device.schemas.ts';
export type { InteractionView, Redirect } from './oidc/interaction/interaction.schemas.ts';
export type { RefusalFacts } from './oidc/refusal.schemas.ts';
export type { PasskeyView } from './passkeys/passkey.schemas.ts';
export type { ResourcePage, ResourceView } from './resources/resource.schemas.ts';
export type { OwnSession, Person, SessionView, SignUpMode } from './sessions/session.schemas.ts';
export type { SetUpDetails, SetUpView } from './set-up/set-up.schemas.ts';
export type { Branding, BrandingInput, BrandingView } from './settings/branding.schemas.ts';
export type {
  GeneralSettingsInput,
  GeneralSettingsView,
} from './settings/general-settings.schemas.ts';
export type {
  LdapSettingsInput,
  LdapSettingsView,
  LdapTestView,
} from './settings/ldap-settings.schemas.ts';
export type { InviteView, SignUpDetails, SignUpRequest } from './sign-up/sign-up.schemas.ts';
export type { CustomClaims } from './users/custom-claim.schemas.ts';
export type {
  UserChange,
  UserPage,
  UserQuery,
  UserSummary,
  UserView,
} from './users/user.schemas.ts';

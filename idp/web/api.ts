import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type {
  ApplicationView,
  AuditPage,
  AuditQuery,
  ConsentView,
  CreatedInvite,
  CreatedLoginLink,
  EmailVerificationView,
  GeneralSettingsView,
  InteractionView,
  InviteInput,
  InvitesView,
  InviteView,
  MailedInvites,
  MailedInvitesInput,
  MailPage,
  MailServerInput,
  MailServerView,
  OwnSession,
  PasskeyView,
  ProfileInput,
  ProfileView,
  Redirect,
  SessionView,
  SetUpDetails,
  SetUpView,
  SignUpDetails,
  UserChange,
  UserPage,
  UserView,
} from '#api';
import { t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';

export const getSession = () => request<SessionView>('GET', '/api/session');
export const getSignInOptions = () =>
  request<PublicKeyCredentialRequestOptionsJSON>('POST', '/api/session/options');
export const signIn = (credential: AuthenticationResponseJSON) =>
  request<SessionView>('POST', '/api/session', { credential });
export const signOut = () => request<void>('DELETE', '/api/session');

export const getSetUp = () => request<SetUpView>('GET', '/api/set-up');
export const getSetUpOptions = (details: SetUpDetails) =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', '/api/set-up/options', details);
export const setUp = (credential: RegistrationResponseJSON) =>
  request<SessionView>('POST', '/api/set-up', { credential });

export const getInvite = (token: string) => request<InviteView>('GET', signUpPath(token));
export const getSignUpOptions = (token: string, details: SignUpDetails) =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', `${signUpPath(token)}/options`, details);
export const signUp = (token: string, credential: RegistrationResponseJSON) =>
  request<SessionView>('POST', signUpPath(token), { credential });

/** Refused unless everybody may sign up. */
export const getOpenSignUp = () => request<void>('GET', '/api/sign-up');
export const getOpenSignUpOptions = (details: SignUpDetails) =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', '/api/sign-up/options', details);
export const signUpOpenly = (credential: RegistrationResponseJSON) =>
  request<SessionView>('POST', '/api/sign-up', { credential });

export const consumeLoginLink = (token: string) =>
  request<void>('POST', `/api/login-links/${encodeURIComponent(token)}`);
export const requestLoginLink = (email: string) =>
  request<void>('POST', '/api/login-links', { email });

export const listConsents = () => request<ConsentView[]>('GET', '/api/account/consents');
export const revokeConsent = (clientId: string) =>
  request<void>('DELETE', `/api/account/consents/${encodeURIComponent(clientId)}`);

export const listPasskeys = () => request<PasskeyView[]>('GET', '/api/account/passkeys');
export const getAdditionOptions = () =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', '/api/account/passkeys/options');
export const addPasskey = (credential: RegistrationResponseJSON) =>
  request<PasskeyView>('POST', '/api/account/passkeys', { credential });
export const renamePasskey = (id: string, name: string) =>
  request<PasskeyView>('PATCH', `/api/account/passkeys/${encodeURIComponent(id)}`, { name });
export const removePasskey = (id: string, evenLast: boolean) =>
  request<void>('DELETE', `/api/account/passkeys/${encodeURIComponent(id)}?evenLast=${evenLast}`);
export const getStepUpOptions = () =>
  request<PublicKeyCredentialRequestOptionsJSON>('POST', '/api/session/step-up/options');
export const stepUp = (credential: AuthenticationResponseJSON) =>
  request<void>('POST', '/api/session/step-up', { credential });

export const listOwnSessions = () => request<OwnSession[]>('GET', '/api/account/sessions');
export const endOwnSession = (id: string) => request<void>('DELETE', `/api/account/sessions/${id}`);
export const endOtherSessions = () => request<void>('DELETE', '/api/account/sessions');

export const listUsers = (search: string, after: string | null) =>
  request<UserPage>('GET', `/api/users?${new URLSearchParams({ search, after: after ?? '' })}`);
export const getUser = (id: string) => request<UserView>('GET', userPath(id));
export const changeUser = (id: string, change: UserChange) =>
  request<UserView>('PATCH', userPath(id), change);
export const deleteUser = (id: string) => request<void>('DELETE', userPath(id));
export const createLoginLink = (id: string) =>
  request<CreatedLoginLink>('POST', `${userPath(id)}/login-link`);
export const endSession = (userId: string, id: string) =>
  request<void>('DELETE', `${userPath(userId)}/sessions/${id}`);

export const listMails = (before: string | null) =>
  request<MailPage>('GET', `/api/mails${before ? `?before=${before}` : ''}`);
export const retryMail = (id: string) => request<void>('POST', `/api/mails/${id}/retry`);
export const getMailServer = () => request<MailServerView | null>('GET', '/api/settings/mail');
export const saveMailServer = (server: MailServerInput) =>
  request<MailServerView>('PUT', '/api/settings/mail', server);
export const sendTestMail = () => request<{ id: string }>('POST', '/api/settings/mail/test');

/** Days are days of the person's own clock. */
export type AuditLogFilter = {
  [Name in Exclude<keyof AuditQuery, 'before' | 'limit'>]?: AuditQuery[Name] | undefined;
};
export const listAuditLog = (all: boolean, filter: AuditLogFilter, before: string | null) =>
  request<AuditPage>('GET', auditPath(all, '', { ...toInstants(filter), before }));
export const auditExportPath = (all: boolean, filter: AuditLogFilter, format: 'csv' | 'json') =>
  auditPath(all, '/export', { ...toInstants(filter), format });

export const getProfile = () => request<ProfileView>('GET', '/api/account');
export const changeProfile = (change: ProfileInput) =>
  request<ProfileView>('PATCH', '/api/account', change);

/** The address counts once the link that is mailed to it was used. */
export const requestEmail = (email: string) =>
  request<void>('POST', '/api/account/email', { email });
export const getEmailVerification = (token: string) =>
  request<EmailVerificationView>('GET', verificationPath(token));
export const confirmEmail = (token: string) => request<void>('POST', verificationPath(token));

export const listApplications = () => request<ApplicationView[]>('GET', '/api/applications');

export const getGeneralSettings = () =>
  request<GeneralSettingsView>('GET', '/api/settings/general');
/** Refused when somebody else has changed them since they were loaded. */
export const changeGeneralSettings = ({
  owner,
  version,
  knownGroups,
  ...settings
}: GeneralSettingsView) =>
  request<GeneralSettingsView>('PUT', '/api/settings/general', settings, {
    'if-match': `"${version}"`,
  });

export const getInvites = () => request<InvitesView>('GET', '/api/invites');
export const createInvite = (invite: InviteInput) =>
  request<CreatedInvite>('POST', '/api/invites', invite);
export const mailInvites = (invites: MailedInvitesInput) =>
  request<MailedInvites>('POST', '/api/invites/mailed', invites);
export const revokeInvite = (id: string) => request<void>('DELETE', `/api/invites/${id}`);

export const enterUserCode = (userCode: string) =>
  request<Redirect>('POST', '/device', { userCode });

export type InteractionStep = InteractionView['prompt'] | 'abort';
export const getInteraction = (uid: string) =>
  request<InteractionView>('GET', `${interactionPath(uid)}/details`);
export const continueInteraction = (uid: string, step: InteractionStep) =>
  request<Redirect>('POST', `${interactionPath(uid)}/${step}`);

function auditPath(
  all: boolean,
  what: string,
  asked: AuditLogFilter & { before?: string | null; format?: string },
): string {
  const { user, ...own } = asked;
  const given = Object.entries(all ? asked : own).filter(([, value]) => value);
  const path = all ? '/api/audit-log' : '/api/account/audit-log';
  return `${path}${what}?${new URLSearchParams(given as [string, string][])}`;
}

function toInstants({ from, to, ...others }: AuditLogFilter): AuditLogFilter {
  return {
    ...others,
    from: from && new Date(`${from}T00:00`).toISOString(),
    to: to && new Date(Date.parse(`${to}T23:59:59.999`) + 1).toISOString(),
  };
}

function userPath(id: string): string {
  return `/api/users/${encodeURIComponent(id)}`;
}

function signUpPath(token: string): string {
  return `/api/sign-up/${encodeURIComponent(token)}`;
}

function verificationPath(token: string): string {
  return `/api/email-verifications/${encodeURIComponent(token)}`;
}

function interactionPath(uid: string): string {
  return `/interaction/${encodeURIComponent(uid)}`;
}

/** Every mutation is JSON, even an empty one: a foreign page cannot send that without asking first. */
async function request<T>(
  method: string,
  path: string,
  body: object = {},
  conditions: Record<string, string> = {},
): Promise<T> {
  const headers = { 'content-type': 'application/json', ...conditions };
  const mutation = { headers, body: JSON.stringify(body) };
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(method === 'GET' ? {} : mutation),
  }).catch((cause: unknown) => {
    throw new Problem({ status: 0, code: 'network', title: t('problem.network') }, { cause });
  });

  if (!response.ok) {
    throw await readProblem(response);
  }
  const hasBody = response.headers.has('content-type');
  return hasBody ? ((await response.json()) as T) : (undefined as T);
}

async function readProblem(response: Response): Promise<Problem> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    return new Problem(await response.json());
  }
  // A proxy in between answers in its own words, which are not meant for people.
  const { status } = response;
  return new Problem({ status, code: `http_${status}`, title: t('problem.http', { status }) });
}

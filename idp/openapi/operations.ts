/**
 * Who may call a route: anybody; a person, by hand or by an API key of theirs; a person by their own hands only;
 * an administrator, by hand or by key.
 */
type Access = 'anybody' | 'person' | 'hands' | 'administrator';

export interface Operation {
  id: string;

  /** One line. */
  summary: string;
  tag: string;
  access: Access;

  /** What it may refuse besides what all routes of its kind do. */
  problems: number[];
}

/** The id, the summary, and statuses of problems that are its own. */
type Told = [id: string, summary: string, ...problems: number[]];

/**
 * Every route of the JSON API: who may call it, asked before anything else is looked at (http/access.ts), and what
 * the OpenAPI document says of it. A test demands that none is missing.
 */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...group('Sign-in', 'anybody', {
    'GET /api/session': [
      'getSession',
      'Who is signed in in this browser, and what the instance is',
    ],
    'POST /api/session/options': ['beginSignIn', 'Begins to sign in with a passkey'],
    'POST /api/session': ['signIn', 'Signs in with a passkey', 401, 403, 409],
    'DELETE /api/session': ['signOut', 'Signs out'],
    'GET /api/set-up': ['getSetUp', 'Whether the first administrator is still to be made', 404],
    'POST /api/set-up/options': ['beginSetUp', 'Begins to make the first administrator', 404, 409],
    'POST /api/set-up': ['setUp', 'Makes the first administrator', 401, 404, 409],
    'GET /api/sign-up': ['getOpenSignUp', 'Whether anybody may sign up', 403],
    'POST /api/sign-up': [
      'askForSignUp',
      'Mails a link that makes an account, where sign-up is open',
      409,
    ],
    'GET /api/sign-up/:token': ['getInvite', 'What an invitation is for', 403],
    'POST /api/sign-up/:token/options': ['beginSignUp', 'Begins to sign up by an invitation', 409],
    'POST /api/sign-up/:token': ['signUp', 'Signs up by an invitation', 401, 409],
    'POST /api/login-links': ['askForLoginLink', 'Mails a login link to whoever has this address'],
    'POST /api/login-links/:token': ['useLoginLink', 'Signs in by a login link'],
    'GET /api/email-verifications/:token': ['getEmailVerification', 'What a link would confirm'],
    'POST /api/email-verifications/:token': ['confirmEmail', 'Confirms an email address', 409],
  }),
  ...group('Sign-in', 'hands', {
    'POST /api/session/step-up/options': ['beginStepUp', 'Begins to show that a person is there'],
    'POST /api/session/step-up': ['stepUp', 'Shows by a passkey that a person is there', 409],
  }),
  ...group('Account', 'person', {
    'GET /api/account': ['getAccount', 'One’s own account'],
    'PATCH /api/account': ['changeAccount', 'Changes one’s own name or language'],
    'PUT /api/account/picture': ['changePicture', 'Changes one’s own picture'],
    'DELETE /api/account/picture': ['removePicture', 'Removes one’s own picture'],
    'GET /api/account/passkeys': ['listPasskeys', 'One’s own passkeys'],
    'GET /api/account/consents': ['listConsents', 'Applications that one has agreed to'],
    'DELETE /api/account/consents/:client': ['revokeConsent', 'Takes an agreement back'],
    'GET /api/account/api-keys': ['listOwnApiKeys', 'One’s own API keys'],
    'DELETE /api/account/api-keys/:id': ['revokeOwnApiKey', 'Ends one of one’s own API keys'],
    'GET /api/account/audit-log': ['listOwnEvents', 'What happened to one’s own account'],
    'GET /api/account/audit-log/export': ['exportOwnEvents', 'The same as a file'],
    'GET /api/applications': ['listApplications', 'Applications that one may open'],
  }),
  ...group('Account', 'hands', {
    'PATCH /api/account/passkeys/:id': ['renamePasskey', 'Renames a passkey'],
    'DELETE /api/account/passkeys/:id': ['removePasskey', 'Removes a passkey', 409],
    'POST /api/account/passkeys/options': ['beginPasskey', 'Begins to add a passkey'],
    'POST /api/account/passkeys': ['addPasskey', 'Adds a passkey', 409],
    'POST /api/account/email': ['changeEmail', 'Mails a link that confirms another address', 409],
    'GET /api/account/sessions': ['listSessions', 'Where one is signed in'],
    'DELETE /api/account/sessions': ['endOtherSessions', 'Signs out everywhere but here'],
    'DELETE /api/account/sessions/:id': ['endSession', 'Signs out in one other place'],
    'POST /api/account/api-keys': ['createApiKey', 'Makes an API key', 409],
    'POST /api/account/api-keys/:id/renew': ['renewApiKey', 'Gives an API key another value'],
  }),
  ...group('Users', 'administrator', {
    'GET /api/users': ['listUsers', 'People, by user name'],
    'GET /api/users/:id': ['getUser', 'One person'],
    'PATCH /api/users/:id': ['changeUser', 'Enables, disables, promotes or demotes', 409, 412],
    'DELETE /api/users/:id': ['deleteUser', 'Deletes an account', 409, 412],
    'DELETE /api/users/:id/sessions/:session': ['endSessionOfUser', 'Signs somebody out somewhere'],
    'POST /api/users/:id/login-link': ['createLoginLink', 'Makes a login link and mails it', 409],
    'GET /api/users/:id/applications': [
      'listApplicationsOfUser',
      'What somebody may open, and why',
    ],
  }),
  ...group('Groups', 'administrator', {
    'GET /api/groups': ['listGroups', 'Groups, by name'],
    'POST /api/groups': ['createGroup', 'Makes a group', 409],
    'GET /api/groups/:id': ['getGroup', 'One group'],
    'PATCH /api/groups/:id': ['changeGroup', 'Changes a group', 409, 412],
    'DELETE /api/groups/:id': ['deleteGroup', 'Deletes a group', 409, 412],
    'GET /api/groups/:id/manifest': ['getGroupManifest', 'The resource that would declare a group'],
    'GET /api/groups/:id/members': ['listMembers', 'Who is in a group'],
    'PUT /api/groups/:id/members/:user': ['addMember', 'Adds somebody to a group', 409],
    'DELETE /api/groups/:id/members/:user': ['removeMember', 'Takes somebody out of a group', 409],
  }),
  ...group('Clients', 'administrator', {
    'GET /api/clients': ['listClients', 'Applications, by name'],
    'POST /api/clients': ['createClient', 'Makes a client', 409],
    'GET /api/clients/:id': ['getClient', 'One client'],
    'PATCH /api/clients/:id': ['changeClient', 'Changes a client', 409, 412],
    'DELETE /api/clients/:id': ['deleteClient', 'Deletes a client', 409, 412],
    'GET /api/clients/:id/manifest': [
      'getClientManifest',
      'The resource that would declare a client',
    ],
    'GET /api/clients/:id/secrets': [
      'listSecrets',
      'The secrets of a client, without their values',
    ],
    'POST /api/clients/:id/secrets': ['createSecret', 'Makes a secret, and tells it once', 409],
    'DELETE /api/clients/:id/secrets/:secret': ['revokeSecret', 'Ends a secret', 409],
    'GET /api/clients/:id/preview/:userId': ['previewTokens', 'The tokens that somebody would get'],
    'GET /api/clients/:id/access/:userId': [
      'explainAccess',
      'Why somebody may open a client or not',
    ],
  }),
  ...group('API keys', 'administrator', {
    'GET /api/api-keys': ['listApiKeys', 'The API keys of everybody'],
    'DELETE /api/api-keys/:id': ['revokeApiKey', 'Ends an API key, whoever’s it is'],
  }),
  ...group('Invites', 'administrator', {
    'GET /api/invites': ['listInvites', 'Invitations, and what became of them'],
    'POST /api/invites': ['createInvite', 'Makes a link that lets people sign up'],
    'POST /api/invites/mailed': [
      'mailInvites',
      'Mails links that let one person each sign up',
      409,
    ],
    'DELETE /api/invites/:id': ['revokeInvite', 'Ends an invitation'],
  }),
  ...group('Settings', 'administrator', {
    'GET /api/settings/general': ['getGeneralSettings', 'General settings'],
    'PUT /api/settings/general': [
      'changeGeneralSettings',
      'Changes the general settings',
      409,
      412,
    ],
    'GET /api/settings/mail': ['getMailServer', 'The mail server, without its password'],
    'PUT /api/settings/mail': ['changeMailServer', 'Changes the mail server', 409, 412],
    'GET /api/settings/mail/manifest': [
      'getMailManifest',
      'The resource that would declare it',
      404,
    ],
    'GET /api/settings/branding': ['getBranding', 'Colour and logos'],
    'PUT /api/settings/branding': ['changeBranding', 'Changes the colour', 409, 412],
    'PUT /api/settings/branding/logos/:theme': ['changeLogo', 'Changes a logo', 409, 412],
    'DELETE /api/settings/branding/logos/:theme': ['removeLogo', 'Removes a logo', 409, 412],
    'GET /api/ldap/syncs': ['listSyncs', 'What became of the last runs of the directory'],
    'POST /api/ldap/sync': [
      'syncDirectory',
      'Takes people and groups from the directory now',
      404,
      409,
    ],
    'GET /api/settings/ldap': ['getDirectory', 'The directory, without its password'],
    'PUT /api/settings/ldap': ['changeDirectory', 'Changes the directory', 409, 412],
    'POST /api/settings/ldap/test': [
      'testDirectory',
      'Asks the directory whether it would answer',
      409,
    ],
    'GET /api/settings/ldap/manifest': [
      'getDirectoryManifest',
      'The resource that would declare it',
      404,
    ],
    'POST /api/settings/mail/test': ['sendTestMail', 'Mails a test to whoever asks', 404],
  }),
  ...group('Mail', 'administrator', {
    'GET /api/mails': ['listMails', 'What was mailed and what waits, with the server’s own words'],
    'POST /api/mails/:id/retry': ['retryMail', 'Tries a waiting mail again now'],
  }),
  ...group('Audit log', 'administrator', {
    'GET /api/audit-log': ['listEvents', 'What happened'],
    'GET /api/audit-log/export': ['exportEvents', 'The same as a file'],
  }),
  ...group('Resources', 'administrator', {
    'GET /api/resources': ['listResources', 'What YAML declares, and whether it is so'],
  }),
  ...group('Diagnostics', 'administrator', {
    'GET /api/diagnostics': ['diagnose', 'Looks at mail, DNS, keys, database and resources now'],
  }),
  ...group('Description', 'anybody', {
    'GET /api/openapi.json': ['getDescription', 'This description'],
  }),
};

function group(tag: string, access: Access, routes: Record<string, Told>) {
  return Object.fromEntries(
    Object.entries(routes).map(([route, [id, summary, ...problems]]) => [
      route,
      { id, summary, tag, access, problems },
    ]),
  );
}

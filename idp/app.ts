import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { consentRoutes } from './account/consent.routes.ts';
import { emailRoutes } from './account/email.routes.ts';
import { pictureRoutes } from './account/picture.routes.ts';
import { profileRoutes } from './account/profile.routes.ts';
import { apiKeyRoutes, ownApiKeyRoutes } from './api-keys/api-key.routes.ts';
import { auditRoutes } from './audit/audit.routes.ts';
import { applicationRoutes } from './clients/application.routes.ts';
import { clientRoutes } from './clients/client.routes.ts';
import { clientAccessRoutes } from './clients/client-access.routes.ts';
import { clientPreviewRoutes } from './clients/client-preview.routes.ts';
import { clientSecretRoutes } from './clients/client-secret.routes.ts';
import { diagnosticsRoutes } from './diagnostics/diagnostics.routes.ts';
import { groupRoutes } from './groups/group.routes.ts';
import { groupManifestRoutes } from './groups/group-manifest.routes.ts';
import { groupMemberRoutes } from './groups/group-member.routes.ts';
import { addAccess } from './http/access.ts';
import { addApiKeys, hasApiKey } from './http/api-key.ts';
import { addClientAddress } from './http/client-address.ts';
import { addFormats } from './http/formats.ts';
import { healthRoutes } from './http/health.ts';
import { addLimits } from './http/limits.ts';
import { addMetrics } from './http/metrics.ts';
import { answerProblem, sendProblem } from './http/problem.ts';
import { addSecurityHeaders, refuseCrossSite } from './http/security.ts';
import type { Services } from './http/services.ts';
import { addUnitOfWork } from './http/unit-of-work.ts';
import { loadWebShell, sendShell, type WebShell, webPages } from './http/web-shell.ts';
import { imageRoutes } from './images/image.routes.ts';
import { inviteRoutes } from './invites/invite.routes.ts';
import { ldapRoutes } from './ldap/ldap.routes.ts';
import { loginLinkRoutes } from './login-links/login-link.routes.ts';
import { deliverMails } from './mail/mail.delivery.ts';
import { mailRoutes } from './mail/mail.routes.ts';
import { mailServerRoutes } from './mail/mail-server.routes.ts';
import { deliverLogouts } from './oidc/backchannel-logout.ts';
import { interactionRoutes } from './oidc/interaction/interaction.routes.ts';
import { followSigningKeys, type LiveProvider } from './oidc/oidc.keys.ts';
import { tellOutages } from './oidc/oidc.outage.ts';
import { oidcPlugin } from './oidc/oidc.plugin.ts';
import { createProvider } from './oidc/oidc.provider.ts';
import { describeApi } from './openapi/openapi.ts';
import { passkeyAdditionRoutes, passkeyRoutes } from './passkeys/passkey.routes.ts';
import { resourceRoutes } from './resources/resource.routes.ts';
import { ownSessionRoutes } from './sessions/own-sessions.routes.ts';
import { sessionRoutes } from './sessions/session.routes.ts';
import { stepUpRoutes } from './sessions/step-up.routes.ts';
import { setUpRoutes } from './set-up/set-up.routes.ts';
import { brandingRoutes } from './settings/branding.routes.ts';
import { generalSettingsRoutes } from './settings/general-settings.routes.ts';
import { ldapSettingsRoutes } from './settings/ldap-settings.routes.ts';
import { openSignUpRoutes, signUpRoutes } from './sign-up/sign-up.routes.ts';
import { userRoutes } from './users/user.routes.ts';

const API = [
  sessionRoutes,
  setUpRoutes,
  generalSettingsRoutes,
  ldapSettingsRoutes,
  brandingRoutes,
  signUpRoutes,
  openSignUpRoutes,
  inviteRoutes,
  applicationRoutes,
  clientAccessRoutes,
  clientRoutes,
  clientSecretRoutes,
  profileRoutes,
  pictureRoutes,
  consentRoutes,
  emailRoutes,
  userRoutes,
  groupRoutes,
  groupMemberRoutes,
  groupManifestRoutes,
  mailRoutes,
  mailServerRoutes,
  passkeyRoutes,
  passkeyAdditionRoutes,
  stepUpRoutes,
  ownSessionRoutes,
  loginLinkRoutes,
  apiKeyRoutes,
  ownApiKeyRoutes,
  auditRoutes,
  resourceRoutes,
  diagnosticsRoutes,
  ldapRoutes,
];

/** The IdP as an HTTP application, with no process in it: what answers, in order. */
export async function createApp(services: Services): Promise<FastifyInstance> {
  const { config, database, draining } = services;
  const shell = loadWebShell();
  const live = followSigningKeys(services, (signingKeys) =>
    tellOutages(createProvider({ ...services, signingKeys }, shell), shell),
  );
  const app = createServer(services);

  addClientAddress(app, config);
  addMetrics(app, services.metrics);
  addSecurityHeaders(app, config);
  addUnitOfWork(app, database);
  app.decorateRequest('keyHolder', null);
  app.decorateRequest('caller', null);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => answerNotFound(request, reply, shell));
  closeWhenDraining(app, draining);

  deliverLogouts(app, live);
  deliverMails(app, services);

  await app.register(healthRoutes, services);
  await app.register(oidcPlugin, live);
  await app.register(cookie);
  await app.register(imageRoutes);
  await app.register(webPages, { shell });
  await app.register(async (person) => {
    person.addHook('onRequest', refuseCrossSite(config.APP_URL));
    await person.register(interactionRoutes, live);
  });
  await app.register((api) => registerApi(api, live), { prefix: '/api' });
  return app;
}

async function registerApi(api: FastifyInstance, live: LiveProvider): Promise<void> {
  const { services } = live;
  api.addHook('onRequest', refuseCrossSite(services.config.APP_URL, { unless: hasApiKey }));
  addApiKeys(api, services);
  addAccess(api, services);
  addLimits(api, services);
  await describeApi(api);
  for (const routes of API) {
    await api.register(routes, services);
  }
  await api.register(clientPreviewRoutes, live);
}

function createServer({ config, log }: Services): FastifyInstance {
  return Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.TRUST_PROXY,
    bodyLimit: 1024 * 1024,
    // Proxies go on using their connections until they hear that these close: such a request is answered like any other.
    return503OnClosing: false,
    // The audit log keeps it for longer than a process lives.
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 320 },
    // What a schema does not know is refused, not dropped in silence.
    ajv: { customOptions: { removeAdditional: false }, plugins: [addFormats] },
  });
}

/** Keep-alive connections would hold up our end. */
function closeWhenDraining(app: FastifyInstance, draining: Services['draining']): void {
  app.addHook('onSend', async (_request, reply) => {
    if (draining.value) {
      reply.header('connection', 'close');
    }
  });
}

/** People get the page that says so, programs a problem. */
function answerNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  shell: WebShell,
): FastifyReply {
  const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
  if (wantsPage && !request.url.startsWith('/api/')) {
    return sendShell(request, reply.status(404), shell);
  }
  const title = `There is nothing at ${request.method} ${request.url.split('?')[0]}`;
  return sendProblem(reply, { status: 404, code: 'not_found', title });
}

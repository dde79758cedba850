import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider';
import { countAttempt, type Database, recordAudit } from '#core';
import type { OidcPages } from '../oidc.pages.ts';
import { currentOrigin } from '../request-origins.ts';
import { letConsumeDecide } from '../tokens/family.ts';
import { renderDeviceDone, renderDeviceRefused } from './device.pages.ts';

/** Seconds that a device waits between two questions. */
const INTERVAL = 5;
/** What networks do to a punctual device. */
const LEEWAY = 1;

/** What the steps of a device leave for each other, beside what they leave for oidc-provider. */
export interface DeviceResult {
  userCode: string;

  /** The person who said that it is their device. */
  confirmedBy?: string;
}

type DeviceFlow = Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined>;

/**
 * RFC 8628 with our own pages: `device.routes.ts` takes the user code, from there on a device is an authorization
 * request like any other, up to the answer.
 *
 * A code is 8 of 20 letters, 2.6 × 10^10, and lives for ten minutes, in which an address may be wrong 40 times (see
 * device.service.ts). With 1,000 devices waiting at once, somebody with 1,000 addresses hits one of them once in 640
 * tries of ten minutes, and has then let a stranger's device into an account of his own.
 */
export function deviceFlow(database: Database, pages: OidcPages): DeviceFlow {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    deviceInfo: () => {
      const { ip, userAgent } = currentOrigin() ?? {};
      return { ip, userAgent };
    },
    userCodeInputSource: async (ctx, _form, out, error) =>
      renderDeviceRefused(ctx, pages, { out, error }),
    successSource: async (ctx) => {
      await recordApproval(database, ctx);
      renderDeviceDone(ctx, pages);
    },
  };
}

export const deviceConfirmation = new interactionPolicy.Check(
  'device_unconfirmed',
  'the person has to confirm that it is their device',
  'access_denied',
  ({ oidc }: KoaContextWithOIDC) =>
    oidc.route === 'device_resume' &&
    deviceResultOf(oidc.result)?.confirmedBy !== oidc.session?.accountId,
);

export function deviceResultOf(result: object | undefined): DeviceResult | undefined {
  return (result as { device?: DeviceResult } | undefined)?.device;
}

/** What the library leaves open of how devices ask for their tokens. */
export function answerDevices(provider: Provider, database: Database): void {
  const { DeviceCode } = provider;
  const { consume } = DeviceCode.prototype;
  // An impatient device may ask twice at once. One question is answered, and the answer stays good.
  letConsumeDecide(DeviceCode);
  DeviceCode.prototype.consume = async function () {
    // A device that was refused hears so as often as it asks.
    if (!this.error) {
      await consume.call(this);
    }
  };
  provider.on('device_authorization.success', (_ctx, body: { interval?: number }) => {
    body.interval = INTERVAL;
  });
  provider.use(async (ctx, next) => {
    await next();
    if (isPending(ctx) && (await asksTooOften(ctx, database))) {
      const { error, error_description } = new errors.SlowDown();
      ctx.body = { error, error_description };
    }
  });
}

type Context = Parameters<Parameters<Provider['use']>[0]>[0];

function isPending({ oidc, body }: Context): boolean {
  return oidc?.route === 'token' && (body as { error?: string })?.error === 'authorization_pending';
}

async function asksTooOften({ oidc }: Context, database: Database): Promise<boolean> {
  const key = `device_code/${oidc.params?.device_code}`;
  const limit = { key, attempts: 1, seconds: INTERVAL - LEEWAY };
  return (await countAttempt(database.em.fork(), limit)) > 0;
}

/** Before anybody is told: a code whose approval cannot be written down is refused by oidc-provider. */
async function recordApproval(database: Database, { oidc }: KoaContextWithOIDC): Promise<void> {
  const { account, client } = oidc;
  const origin = currentOrigin();
  const userId = account?.accountId ?? '';
  await recordAudit(database.em.fork(), {
    event: 'device_code_approved',
    actor: `user:${userId}`,
    userId,
    target: `client:${client?.clientId}`,
    ...(origin && { origin }),
    details: { device: oidc.entities.DeviceCode?.deviceInfo },
  });
}

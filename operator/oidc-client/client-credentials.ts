import { isDeepStrictEqual } from 'node:util';
import {
  addClientSecret,
  addGivenClientSecret,
  type EntityManager,
  expireOtherClientSecrets,
  hashToken,
  type KnownSecret,
  listClientSecrets,
} from '#core';
import { toSeconds } from '../crd/duration.ts';
import { toTime } from '../runtime/conditions.ts';
import type { Credentials, CredentialTarget, HandedOver } from '../runtime/credentials.ts';
import type { Note } from '../runtime/events.ts';
import { NotReady } from '../runtime/not-ready.ts';
import type { Aspect, Context } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import { type CredentialFacts, presetLabels, renderCredentials } from './credential-text.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';

/** Any new value of it has the secret rotated now. GitOps owns it: it is answered, never removed. */
const ROTATE_ANNOTATION = 'permisolabs.eu/rotate-secret';

const DAY = 24 * 3600;
const MINIMUM_LENGTH = 32;

type OidcClient = Resource<OidcClientSpec>;
type Facts = Omit<CredentialFacts, 'clientSecret'>;

/** How the client's secret stands, without its value. */
export interface CredentialState {
  aspect: Aspect;
  status: Record<string, string>;
  notes: Note[];
  nextRun?: Date;
}

/**
 * Hands the client secret over, in an order that survives being killed anywhere: a new secret is registered, then
 * written, and only then do the others begin to end. What is registered but was never written is found by the id
 * that the written one carries.
 */
export async function settleCredentials(
  resource: OidcClient,
  context: Context,
  { facts, living: known }: { facts: Facts; living: KnownSecret[] },
): Promise<CredentialState> {
  const target = targetOf(resource);
  const before = await context.credentials.read(target);
  const value = await readGivenSecret(resource, context);
  const current = value === null && before ? findCurrent(before, known) : null;
  const chosen =
    current && !mustRotate(resource, current, { before, now: context.now })
      ? { ...current, living: known }
      : await context.transact((em) => renewSecret(em, facts.clientID, value));

  const after = describe(resource, { facts, secret: chosen, before });
  if (!isSame(before, after)) {
    await context.credentials.write(target, after);
  }
  const living = await endOthers(resource, context, { clientId: facts.clientID, chosen });
  const notes = listNotes(target.name, before, after);
  return { ...toState(resource, chosen, living), notes };
}

/** What is left when the client goes. */
export function credentialsOf(resource: OidcClient): CredentialTarget {
  return targetOf(resource);
}

interface CurrentSecret {
  id: string;
  value: string;
  createdAt: Date;
}

interface ChosenSecret extends CurrentSecret {
  /** All secrets of the client that work now. */
  living: KnownSecret[];
}

/** The author's own secret, or null when we make one. */
async function readGivenSecret(
  { spec, metadata }: OidcClient,
  { secrets }: Context,
): Promise<string | null> {
  const ref = spec.credentials?.secretRef;
  const value = ref ? await secrets.read(metadata.namespace, ref) : null;
  if (value !== null && value.length < MINIMUM_LENGTH) {
    throw new NotReady(
      'SecretRefTooWeak',
      `Secret "${ref?.name}" key "${ref?.key}" has ${value.length} characters; a client secret needs at least ${MINIMUM_LENGTH}`,
    );
  }
  return value;
}

/** Registers the author's own secret, or a new one of ours. */
async function renewSecret(
  em: EntityManager,
  clientId: string,
  given: string | null,
): Promise<ChosenSecret> {
  const { secret, value } =
    given === null
      ? await addClientSecret(em, clientId, 'declared')
      : {
          secret: await addGivenClientSecret(em, clientId, { value: given, source: 'declared' }),
          value: given,
        };
  return { ...toChosen(secret, value), living: await listClientSecrets(em, clientId) };
}

function toChosen({ id, createdAt }: KnownSecret, value: string): CurrentSecret {
  return { id, createdAt, value };
}

/** Lets the secrets before this one end with the overlap; asks the database only when there is one to end. */
async function endOthers(
  { spec }: OidcClient,
  { transact, now }: Context,
  { clientId, chosen }: { clientId: string; chosen: ChosenSecret },
): Promise<KnownSecret[]> {
  const overlap = overlapOf(spec) * 1000;
  const at = new Date(Math.max(chosen.createdAt.getTime() + overlap, now.getTime()));
  const mustEnd = chosen.living.some(
    ({ id, source, expiresAt }) =>
      id !== chosen.id && source === 'declared' && (!expiresAt || expiresAt > at),
  );
  if (!mustEnd) {
    return chosen.living;
  }
  return transact(async (em) => {
    await expireOtherClientSecrets(em, clientId, { keep: chosen.id, at });
    return listClientSecrets(em, clientId);
  });
}

/** The secret that was handed over, if it is whole and still lives. */
function findCurrent(before: HandedOver, living: KnownSecret[]): CurrentSecret | null {
  const known = living.find(({ id, expiresAt }) => id === before.secretId && !expiresAt);
  const value = before.isIntact ? findValue(before) : null;
  return known && value ? { id: known.id, value, createdAt: known.createdAt } : null;
}

/** A template may have wrapped the secret in anything; its hash tells which part of the text it is. */
function findValue({ values, secretHash }: HandedOver): string | null {
  const words = Object.values(values).flatMap((text) => [
    text,
    ...(text.match(/[\w-]{32,}/g) ?? []),
  ]);
  return words.find((word) => hashToken(word) === secretHash) ?? null;
}

function mustRotate(
  { spec, metadata }: OidcClient,
  { createdAt }: CurrentSecret,
  { before, now }: { before: HandedOver | null; now: Date },
): boolean {
  const interval = spec.credentials?.rotation?.interval;
  const isDue = interval && createdAt.getTime() + toSeconds(interval) * 1000 <= now.getTime();
  const request = metadata.annotations?.[ROTATE_ANNOTATION] ?? '';
  return Boolean(isDue) || request !== (before?.request ?? '');
}

function describe(
  { spec, metadata }: OidcClient,
  { facts, secret, before }: { facts: Facts; secret: CurrentSecret; before: HandedOver | null },
): Credentials {
  const output = spec.credentials?.output;
  return {
    secretId: secret.id,
    secretHash: hashToken(secret.value),
    request: metadata.annotations?.[ROTATE_ANNOTATION] ?? '',
    values: renderCredentials({ ...facts, clientSecret: secret.value }, output, before?.values),
    labels: { ...presetLabels(output), ...output?.labels },
    annotations: output?.annotations ?? {},
  };
}

function isSame(before: HandedOver | null, after: Credentials): boolean {
  if (!before) {
    return false;
  }
  const { isIntact, ...handedOver } = before;
  return isIntact && isDeepStrictEqual(handedOver, after);
}

/** What an Event tells of it; a Secret that only got another label is none. */
function listNotes(name: string, before: HandedOver | null, after: Credentials): Note[] {
  if (!before) {
    return [{ type: 'Normal', reason: 'SecretCreated', text: `Secret "${name}" was written` }];
  }
  if (!before.isIntact) {
    const text = `Secret "${name}" had been changed by somebody else and was written anew`;
    return [{ type: 'Warning', reason: 'SecretTampered', text }];
  }
  return before.secretId === after.secretId
    ? []
    : [
        {
          type: 'Normal',
          reason: 'SecretRotated',
          text: `Secret "${name}" holds a new client secret`,
        },
      ];
}

function toState(
  resource: OidcClient,
  secret: CurrentSecret,
  living: KnownSecret[],
): Omit<CredentialState, 'notes'> {
  const interval = resource.spec.credentials?.rotation?.interval;
  const next = interval && new Date(secret.createdAt.getTime() + toSeconds(interval) * 1000);
  const ending = living
    .flatMap(({ expiresAt }) => (expiresAt ? [expiresAt] : []))
    .toSorted((a, b) => b.getTime() - a.getTime())[0];
  const { name } = targetOf(resource);
  return {
    aspect: {
      type: 'CredentialsReady',
      status: 'True',
      reason: 'Written',
      message: `Secret "${name}" holds the credentials`,
    },
    status: {
      secretName: name,
      rotatedAt: toTime(secret.createdAt),
      ...(ending && { previousExpiresAt: toTime(ending) }),
      ...(next && { nextRotationAt: toTime(next) }),
    },
    ...(next && { nextRun: next }),
  };
}

/** Seconds that the previous secret stays valid. */
function overlapOf({ credentials }: OidcClientSpec): number {
  const { interval, overlap } = credentials?.rotation ?? {};
  return overlap ? toSeconds(overlap) : Math.min(DAY, interval ? toSeconds(interval) : DAY);
}

function targetOf(resource: OidcClient): CredentialTarget {
  const name = resource.spec.credentials?.output?.secretName ?? `${resource.metadata.name}-oidc`;
  return { owner: resource, name };
}

import { createHmac } from 'node:crypto';
import { errors, Provider } from 'oidc-provider';
import { createToken, type EntityManager, query } from '#core';
import type { Services } from '../../http/services.ts';
import { recordKey } from '../oidc.adapter.ts';
import { letConsumeDecide, revokeFamily } from './family.ts';

/** How long the answer to a refresh may be asked for once more, when it was lost on the way. */
const GRACE_SECONDS = 10;

type RefreshToken = InstanceType<Provider['RefreshToken']>;

/**
 * Rotation without forks: a token's successor follows from the token and a random seed in its row, so asking twice
 * gives the same successor and a family never has two living ends. Neither the row nor the token alone tells it.
 */
export function rotateWithoutForks(provider: Provider, services: Services): void {
  const model = provider.RefreshToken.prototype as RefreshToken & { generateTokenId(): string };
  const { generateTokenId } = model;
  const arrivals = measureArrivals(provider);
  const successors = new WeakMap<object, string>();
  letConsumeDecide(provider.RefreshToken);

  model.consume = async function () {
    const arrival = arrivals.get(Provider.ctx?.req ?? {}) ?? performance.now();
    successors.set(this, await spend(services, this, arrival));
  };

  model.generateTokenId = function () {
    const { RotatedRefreshToken } = Provider.ctx?.oidc.entities ?? {};
    return successors.get(RotatedRefreshToken ?? {}) ?? generateTokenId.call(this);
  };
}

/** When each request came in, by this process's monotonic clock. */
function measureArrivals(provider: Provider): WeakMap<object, number> {
  const arrivals = new WeakMap<object, number>();
  provider.use(async ({ req }, next) => {
    arrivals.set(req, performance.now());
    await next();
  });
  return arrivals;
}

/**
 * The token's one successor, at its first use and at one repetition whose answer must have been lost: it came after
 * that use, soon, and nobody has used the successor. Uses that overlap in time get one answer and harm nobody.
 * Any other use means that two hold the token, and costs the whole family its life (RFC 9700 §4.14.2).
 */
async function spend(services: Services, token: RefreshToken, arrival: number): Promise<string> {
  const em = services.database.em.fork();
  const id = recordKey('RefreshToken', token.jti);
  const seed = createToken();
  const successor = succeed(token, seed);
  const record = JSON.stringify({ seed, successor: recordKey('RefreshToken', successor) });
  if ((await query(em, FIRST_USE, [id, record])).length === 1) {
    return successor;
  }
  const arrived = await toDatabaseTime(em, arrival);
  const [again] = await query<{ seed: string }>(em, REPETITION, [id, arrived, GRACE_SECONDS]);
  if (again) {
    return succeed(token, again.seed);
  }
  const [overlapping] = await query(em, OVERLAP, [id, arrived]);
  if (!overlapping) {
    await revokeFamily(services, token);
  }
  throw new errors.InvalidGrant('refresh token already used');
}

/**
 * Our clock and the database's need not agree, so its time is asked for. Whatever we waited for the answer makes the
 * arrival seem earlier, never later: in doubt two uses overlapped.
 */
async function toDatabaseTime(em: EntityManager, arrival: number): Promise<number> {
  const [row] = await query<{ now: number }>(em, NOW);
  return Number(row?.now) - (performance.now() - arrival) / 1000;
}

function succeed({ jti }: RefreshToken, seed: string): string {
  return createHmac('sha256', jti).update(seed).digest('base64url');
}

const FIRST_USE = `
update oidc_records set consumed_at = clock_timestamp(), payload = payload || $2::jsonb
where id = $1 and consumed_at is null returning id`;

const NOW = 'select extract(epoch from clock_timestamp())::float8 as now';

const REPETITION = `
update oidc_records r set payload = payload || '{"repeated": true}'
where id = $1 and payload ? 'seed' and not payload ? 'repeated'
  and consumed_at <= to_timestamp($2)
  and consumed_at > clock_timestamp() - make_interval(secs => $3)
  and not exists (select from oidc_records s where s.id = r.payload ->> 'successor' and s.consumed_at is not null)
returning payload ->> 'seed' as seed`;

const OVERLAP = `
select from oidc_records where id = $1 and consumed_at > to_timestamp($2)`;

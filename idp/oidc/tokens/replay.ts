import type { Provider } from 'oidc-provider';
import { type Database, query } from '#core';
import { recordKey } from '../oidc.adapter.ts';

/** RFC 9449 §11.1: a proof counts once. The library looks first and writes later, which lets two at once pass. */
export function refuseReplaysAtomically(provider: Provider, database: Database): void {
  provider.ReplayDetection.unique = async (iss, jti, exp) => {
    const id = recordKey('ReplayDetection', `${iss} ${jti}`);
    return (await query(database.em.fork(), REMEMBER, [id, exp])).length === 1;
  };
}

const REMEMBER = `
insert into oidc_records (id, model, payload, expires_at) values ($1, 'ReplayDetection', '{}', to_timestamp($2))
on conflict (id) do update set expires_at = excluded.expires_at where oidc_records.expires_at < now()
returning id`;

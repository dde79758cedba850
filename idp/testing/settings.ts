import { type EntityManager, type GeneralSettings, query } from '#core';

/** Writes the settings as the web page would; what is not given is as it comes. */
export async function useGeneralSettings(
  em: EntityManager,
  change: Partial<GeneralSettings>,
): Promise<void> {
  await query(
    em,
    `insert into settings (key, value, owner, updated_at) values ('general', $1::jsonb, 'admin', now())
     on conflict (key) do update set value = excluded.value`,
    [JSON.stringify(change)],
  );
}

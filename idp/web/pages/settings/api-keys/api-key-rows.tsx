import type { ComponentChildren } from 'preact';
import type { ApiKeyView } from '#api';
import { Row, Rows } from '#web/components/rows.tsx';
import { formatTime, t } from '#web/locales/locales.ts';

type Props = {
  keys: ApiKeyView[];
  none: string;
  /** Where keys of several people stand together. */
  withOwner?: boolean;
  actionsOf: (key: ApiKeyView) => ComponentChildren;
};

export function ApiKeyRows({ keys, none, withOwner = false, actionsOf }: Props) {
  if (keys.length === 0) {
    return <p>{none}</p>;
  }
  return (
    <Rows>
      {keys.map((key) => (
        <Row
          key={key.id}
          name={key.name}
          badges={[
            t(`apiKeys.scope.${key.scope}`),
            ...(key.state === 'active' ? [] : [t(`apiKeys.state.${key.state}`)]),
          ]}
          facts={[...(withOwner ? [key.owner.username] : []), ...factsOf(key)]}
          actions={actionsOf(key)}
        />
      ))}
    </Rows>
  );
}

function factsOf({ createdAt, expiresAt, lastUsedAt }: ApiKeyView): string[] {
  return [
    t('apiKeys.created', { date: formatTime(createdAt) }),
    lastUsedAt ? t('apiKeys.used', { date: formatTime(lastUsedAt) }) : t('apiKeys.neverUsed'),
    expiresAt ? t('apiKeys.until', { date: formatTime(expiresAt) }) : t('apiKeys.forever'),
  ];
}

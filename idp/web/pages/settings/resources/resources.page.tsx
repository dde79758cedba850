import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ResourceView } from '#api';
import { listResources } from '#web/api/resources.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { Switch } from '#web/components/switch.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { ResourceTable } from './resource-table.tsx';
import styles from './resources.module.css';

const TYPING_MS = 250;

export function ResourcesPage() {
  return (
    <SettingsFrame title={t('resources.title')} intro={t('resources.intro')}>
      {() => <Resources />}
    </SettingsFrame>
  );
}

function Resources() {
  const search = useSignal('');
  const onlyTroubled = useSignal(false);
  const { resources, next, busy, problem, load } = useResources({ search, onlyTroubled });
  const isFiltered = search.value !== '' || onlyTroubled.value;

  return (
    <Section title={t('resources.all')}>
      <div class={styles.filters}>
        <Field
          label={t('resources.search')}
          name="search"
          value={search.value}
          input={{ type: 'search', autocomplete: 'off', spellcheck: false, maxLength: 320 }}
          onValue={(value) => {
            search.value = value;
          }}
        />
        <Switch
          label={t('resources.onlyTroubled')}
          checked={onlyTroubled.value}
          onValue={(checked) => {
            onlyTroubled.value = checked;
          }}
        />
      </div>
      <ProblemNotice problem={problem.value} />
      {!resources.value && <Skeleton rows={['line', 'line', 'line']} />}
      {resources.value?.length === 0 && (
        <p>{t(isFiltered ? 'resources.noneFit' : 'resources.none')}</p>
      )}
      {resources.value && resources.value.length > 0 && (
        <ResourceTable resources={resources.value} />
      )}
      {next.value && (
        <Button kind="plain" busy={busy.value} onClick={() => void load(next.value)}>
          {t('common.more')}
        </Button>
      )}
    </Section>
  );
}

type Filter = {
  search: { readonly value: string };
  onlyTroubled: { readonly value: boolean };
};

/** The resources that fit, as far as they were asked for. */
function useResources({ search, onlyTroubled }: Filter) {
  const resources = useSignal<ResourceView[] | null>(null);
  const next = useSignal<string | null>(null);
  const { busy, problem, run } = useTask();
  const load = (after: string | null) =>
    run(async () => {
      const asked = { search: search.value, onlyTroubled: onlyTroubled.value, after };
      const page = await listResources(asked);
      resources.value = [...(after ? (resources.value ?? []) : []), ...page.resources];
      next.value = page.next;
    });

  useEffect(() => {
    // Waits for the end of a word instead of asking at every letter.
    const timer = setTimeout(() => void load(null), resources.value ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [search.value, onlyTroubled.value]);
  return { resources, next, busy, problem, load };
}

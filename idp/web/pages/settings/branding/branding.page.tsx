import { useSignal } from '@preact/signals';
import type { BrandingView } from '#api';
import { changeAccent, getBranding } from '#web/api/branding.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { loadSession } from '#web/session.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { ConfigurationFrame } from '../configuration/configuration-frame.tsx';
import { SettingsForm } from '../configuration/settings-form.tsx';
import styles from './branding.module.css';
import { Logos } from './logos.tsx';

/** As the pages come (tokens.css). */
const USUAL = '#0b6b52';

export function BrandingPage() {
  return <ConfigurationFrame>{() => <Loading />}</ConfigurationFrame>;
}

function Loading() {
  const { value, problem } = useLoaded(getBranding);
  if (value) {
    return <BrandingParts loaded={value} />;
  }
  return (
    <Section title={t('branding.colour')}>
      <ProblemNotice problem={problem} />
      {!problem && <Skeleton rows={['control', 'control']} />}
    </Section>
  );
}

function BrandingParts({ loaded }: { loaded: BrandingView }) {
  const branding = useSignal(loaded);
  const onChanged = async (changed: BrandingView) => {
    branding.value = changed;
    // What changed shows on this page, too.
    await loadSession();
  };
  const props = { branding: branding.value, onChanged };
  return (
    <>
      <Section title={t('branding.colour')} text={t('branding.colourText')}>
        <AccentForm {...props} />
      </Section>
      <Section title={t('branding.logos')} text={t('branding.logosText')}>
        <Logos {...props} />
      </Section>
    </>
  );
}

type Props = { branding: BrandingView; onChanged: (branding: BrandingView) => Promise<void> };

function AccentForm({ branding, onChanged }: Props) {
  const task = useTask();
  const accent = useSignal(branding.accent ?? USUAL);
  const isSaved = useSignal(false);
  const save = (chosen: string | null) =>
    task.run(async () => {
      isSaved.value = false;
      await onChanged(await changeAccent(chosen, branding.version));
      accent.value = chosen ?? USUAL;
      isSaved.value = true;
    });
  const problem = task.problem.value;

  return (
    <SettingsForm
      owner={branding.owner}
      task={task}
      told={isSaved.value && t('common.saved')}
      onSave={() => save(accent.value)}
      actions={
        branding.accent !== null &&
        !isOwnedElsewhere(branding.owner) && (
          <Button kind="plain" busy={task.busy.value} onClick={() => void save(null)}>
            {t('branding.usual')}
          </Button>
        )
      }
    >
      <Field
        label={t('branding.accent')}
        hint={t('branding.accentHint')}
        name="accent"
        value={accent.value}
        error={problem?.field === 'accent' ? problem.title : undefined}
        input={{ type: 'color' }}
        onValue={(value) => {
          accent.value = value;
          isSaved.value = false;
        }}
      />
      <div data-wide class={styles.samples}>
        <Sample theme="light" />
        <Sample theme="dark" />
      </div>
    </SettingsForm>
  );
}

/** The colour that is in force, on the ground of the theme. */
function Sample({ theme }: { theme: 'light' | 'dark' }) {
  return (
    <div class={styles.sample} data-for={theme}>
      <span>{t(`branding.sample.${theme}`)}</span>
      <span class={styles.button}>{t('branding.sample.button')}</span>
      <span class={styles.link}>{t('branding.sample.link')}</span>
    </div>
  );
}

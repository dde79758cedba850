import type { BrandingView } from '#api';
import { changeLogo, removeLogo, type Theme } from '#web/api/branding.ts';
import { ImagePicker } from '#web/components/image-picker.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import type { Frame } from '#web/image-file.ts';
import { t } from '#web/locales/locales.ts';
import styles from './branding.module.css';

/** Sharp on every screen where it is shown; edges and transparency stay as they are. */
const FRAME: Frame = { width: 512, height: 256, fit: 'contain', type: 'image/png' };

type Props = { branding: BrandingView; onChanged: (branding: BrandingView) => Promise<void> };

export function Logos(props: Props) {
  return (
    <div class={styles.logos}>
      <LogoPicker theme="light" {...props} />
      <LogoPicker theme="dark" {...props} />
    </div>
  );
}

function LogoPicker({ theme, branding, onChanged }: Props & { theme: Theme }) {
  const url = branding.logo[theme];
  const { owner, version } = branding;
  return (
    <ImagePicker
      label={t(`branding.logo.${theme}`)}
      hint={t(`branding.logo.${theme}.hint`)}
      frame={FRAME}
      hasImage={url !== null}
      disabled={isOwnedElsewhere(owner)}
      onPicked={async (image) => onChanged(await changeLogo(theme, image, version))}
      onRemoved={async () => onChanged(await removeLogo(theme, version))}
    >
      <span class={styles.logo} data-for={theme}>
        {url ? <img src={url} alt="" /> : t('branding.logo.none')}
      </span>
    </ImagePicker>
  );
}

import { ConfigurationFrame } from '../configuration/configuration-frame.tsx';
import { Directory } from './directory.tsx';
import { LastSync } from './last-sync.tsx';

export function DirectoryPage() {
  return (
    <ConfigurationFrame>
      {() => (
        <>
          <Directory />
          <LastSync />
        </>
      )}
    </ConfigurationFrame>
  );
}

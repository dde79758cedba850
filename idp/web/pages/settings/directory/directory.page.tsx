import { ConfigurationFrame } from '../configuration/configuration-frame.tsx';
import { Directory } from './directory.tsx';

export function DirectoryPage() {
  return <ConfigurationFrame>{() => <Directory />}</ConfigurationFrame>;
}

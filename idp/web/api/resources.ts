import type { ResourcePage } from '#api';
import { request } from '#web/api/request.ts';

type Asked = { search: string; onlyTroubled: boolean; after: string | null };

export const listResources = ({ search, onlyTroubled, after }: Asked) =>
  request<ResourcePage>(
    'GET',
    `/api/resources?${new URLSearchParams({
      search,
      ...(onlyTroubled && { ready: 'false' }),
      ...(after && { after }),
    })}`,
  );
